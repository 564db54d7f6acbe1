"""What can be set of the spread desk."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class RateSettings:
    """`url` with {base} and {quote} in it answers JSON, in which `pointer` (RFC 6901, likewise) leads to the rate; it
    is asked each `poll_s`. `fixed` are rates that somebody set, by pair. `book_age_s` and `database_age_s` are how old
    a rate may be; one of the endpoint may miss two polls.
    """

    url: str | None = None
    pointer: str = "/rates/{quote}"
    poll_s: float = 60.0
    fixed: tuple[tuple[str, Decimal], ...] = ()
    book_age_s: float = 10.0
    database_age_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class SpreadSettings:
    """`pulses_a_second`: how often rows are worked out anew at most. Books older than `book_age_s` give no premium."""

    pulses_a_second: float = 10.0
    book_age_s: float = 10.0
    rates: RateSettings = field(default_factory=RateSettings)


def fixed_rates(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Rates that somebody set: "USDTKRW=1380, USDKRW=1375.5". Raises ValueError that says what fits."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        pair, mark, number = (word.strip() for word in part.partition("="))
        try:
            rate = Decimal(number)
        except InvalidOperation:
            rate = Decimal(0)
        if not (mark and pair.isalnum() and pair.isupper() and rate.is_finite() and rate > 0):
            raise ValueError("must be rates such as USDTKRW=1380, separated by commas")
        found.append((pair, rate))
    return tuple(found)
