"""The conformance kit: what holds for every plugin, as free functions `check_*`.

On the command line `ganbench check`; in a test suite `@parametrize_with_checks(["my_model.py"])`.
"""

from ganbench.testing.pytest import parametrize_with_checks
from ganbench.testing.report import CHECKS, Check, Result, checks_of, run_check
from ganbench.testing.subjects import CheckFailed

__all__ = [
    "CHECKS",
    "Check",
    "CheckFailed",
    "Result",
    "checks_of",
    "parametrize_with_checks",
    "run_check",
]
