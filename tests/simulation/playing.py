"""One simulated day in a process of its own."""

import logging
import time

from engine.domain.money import install_decimal_context
from tests.proof.towns import loaded
from tests.simulation.day import Report, simulate

#: The venue, the seed, the hours, and whether it is played twice and compared.
Day = tuple[str, int, float, bool]


def played(day: Day) -> Report:
    """One day; what breaks the day itself is a complaint."""
    venue, seed, hours, is_twice = day
    logging.disable(logging.CRITICAL)
    install_decimal_context()
    try:
        report = _timed(venue, seed, hours)
        if is_twice and _timed(venue, seed, hours).trace != report.trace:
            report.complaints.append("I12: the second time was not as the first.")
    except Exception as error:  # noqa: BLE001 - the other days are to be played as well
        report = Report(venue, seed, hours, complaints=[f"the day broke: {type(error).__name__}: {error}"])
    return report


def _timed(venue: str, seed: int, hours: float) -> Report:
    began = time.perf_counter()
    report = simulate(loaded(venue), seed, hours)
    report.took_s = time.perf_counter() - began
    return report
