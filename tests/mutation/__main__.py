"""Door: `python -m tests.mutation`; exit code 1 under 90 % or with a survivor nobody explained."""

from __future__ import annotations

import argparse
import sys

from tests.mutation import campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", default="", help="what contains one of these words (all)")
    parser.add_argument("--again", action="store_true", help="those that survived last time")
    parser.add_argument("--trust", action="store_true", help="don't run what is explained")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument(
        "--patience",
        type=float,
        default=1,
        help="times the limit of a test; 4 on a busy machine (1)",
    )
    asked = parser.parse_args()
    return campaign.run(
        only=asked.only,
        again=asked.again,
        trust=asked.trust,
        workers=asked.workers,
        patience=asked.patience,
    )


if __name__ == "__main__":
    sys.exit(main())
