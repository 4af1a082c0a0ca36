"""How hard to try: `make test` has seconds, `make chaos` has minutes (CFL_THOROUGH=1)."""

from __future__ import annotations

import os

import hypothesis

THOROUGH = os.environ.get("CFL_THOROUGH") == "1"


def examples(few: int, many: int, steps: int = 50) -> hypothesis.settings:
    """Settings for a property over one set of books, which each example leaves as it was.

    No shrinking: each try takes seconds, and the example that is printed is short enough.
    """
    return hypothesis.settings(
        max_examples=many if THOROUGH else few,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        stateful_step_count=steps,
    )
