"""Door: `python -m tests.chaos --kills 200 --seed 1`; exit code 1 unless everything is right."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="at least so many (200)")
    parser.add_argument("--seed", type=int, default=1, help="which, when and in what order (1)")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep data and logs; they are kept anyhow when something is wrong",
    )
    return parser.parse_args()


def environment_of(var: Path) -> None:
    """An environment of our own, before Django reads its settings: no server of anybody else."""
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL", "SECRET_KEY"):
        os.environ.pop(variable, None)
    os.environ["CFL_VAR"] = str(var)
    os.environ["CFL_TEST_ENGINES"] = "0"
    os.environ["CFL_DATABASE_ROLE"] = "app"
    os.environ["CFL_DATABASE_SEES"] = "all"  # it works for the whole company, as a command does
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def main() -> int:
    asked = arguments()
    var = Path(tempfile.mkdtemp(prefix="cfl-chaos-"))
    var.chmod(0o755)  # the account of the servers enters it
    environment_of(var)
    import django

    django.setup()
    from tests.chaos import campaign

    code = campaign.run(var, kills=asked.kills, seed=asked.seed)
    if code or asked.keep:
        print(f"Data and logs are kept in {var}.")
    else:
        shutil.rmtree(var)
    return code


if __name__ == "__main__":
    sys.exit(main())
