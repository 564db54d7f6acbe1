"""One case of the matrix in a process that plays many."""

import logging

from engine.domain.money import install_decimal_context
from tests.faults.matrix import Case, Outcome, run_case


def played(case: Case) -> Outcome:
    """One case; what breaks the case itself is a complaint."""
    logging.disable(logging.CRITICAL)
    install_decimal_context()
    try:
        return run_case(case)
    except Exception as error:  # noqa: BLE001 - the other cases are to be played as well
        return Outcome(case, [f"the case broke: {type(error).__name__}: {error}"], 0.0, 0, 0)
