"""Round instants for a time axis, in the trader's own time zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gui.charts.bars import instant_of
from gui.charts.frame import TimeSpan

MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(HOUR * n for n in (1, 2, 4, 6, 12)),
    *(DAY * n for n in (1, 2, 5, 10)),
)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
DAYS_OF_MONTH = {DAY: 31, 2 * DAY: 29, 5 * DAY: 26, 10 * DAY: 21}


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A place on the time axis. `is_major` marks a new day among hours, or a new year among months."""

    at_s: float
    text: str
    is_major: bool


def time_ticks(span: TimeSpan, width_px: int, zone: tzinfo, gap_px: int = 84) -> list[TimeTick]:
    """Ticks inside a span, at least about `gap_px` apart, at round times of `zone`."""
    least_s = span.length_s * gap_px / max(width_px, 1)
    for step in STEPS_S:
        if step >= least_s:
            return _day_ticks(span, step, zone) if step >= DAY else _clock_ticks(span, step, zone)
    for months in MONTH_STEPS:
        if months * 30 * DAY >= least_s:
            return _month_ticks(span, months, zone)
    return _month_ticks(span, MONTH_STEPS[-1], zone)


def _clock_ticks(span: TimeSpan, step_s: int, zone: tzinfo) -> list[TimeTick]:
    at = instant_of(span.start_s).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks: list[TimeTick] = []
    offset = max(0, int((span.start_s - at.timestamp()) // step_s))
    while True:
        # Wall-clock arithmetic: round hours stay round over a change of daylight saving.
        tick = at + timedelta(seconds=offset * step_s)
        if tick.timestamp() > span.end_s:
            return ticks
        if tick.timestamp() >= span.start_s:
            midnight = tick.hour == 0 and tick.minute == 0 and tick.second == 0
            clock = f"{tick:%H:%M}" if step_s >= MINUTE else f"{tick:%H:%M:%S}"
            ticks.append(TimeTick(tick.timestamp(), f"{tick:%m-%d}" if midnight else clock, midnight))
        offset += 1


def _day_ticks(span: TimeSpan, step_s: int, zone: tzinfo) -> list[TimeTick]:
    day = instant_of(span.start_s).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks: list[TimeTick] = []
    days = step_s // DAY
    while day.timestamp() <= span.end_s:
        # Counted from the first of each month, so that ticks do not wander while panning.
        if day.timestamp() >= span.start_s and (day.day - 1) % days == 0 and day.day <= DAYS_OF_MONTH[step_s]:
            ticks.append(TimeTick(day.timestamp(), f"{day:%Y-%m}" if day.day == 1 else f"{day:%m-%d}", day.day == 1))
        day = _local(day + timedelta(days=1))
    return ticks


def _month_ticks(span: TimeSpan, months: int, zone: tzinfo) -> list[TimeTick]:
    first = instant_of(span.start_s).astimezone(zone)
    ticks: list[TimeTick] = []
    count = first.year * 12 // months * months
    while True:
        at = datetime(count // 12, count % 12 + 1, 1, tzinfo=zone)
        if at.timestamp() > span.end_s:
            return ticks
        if at.timestamp() >= span.start_s:
            ticks.append(TimeTick(at.timestamp(), f"{at:%Y}" if at.month == 1 else f"{at:%Y-%m}", at.month == 1))
        count += months


def _local(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
