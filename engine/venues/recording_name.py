"""What a recording's file name says: `<venue>_<BASE>-<QUOTE>_<timeframe>`."""

import re
from dataclasses import dataclass
from pathlib import Path

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
FULL_NAME = re.compile(r"(?P<venue>[A-Za-z0-9_]+?)_(?P<base>[A-Z0-9]+)-(?P<quote>[A-Z0-9]+)(?:_(?P<timeframe>\w+))?$")
TIMEFRAME = re.compile(r"(?:^|_)(\d+)([smhdw])(?=_|$)")


@dataclass(frozen=True, slots=True)
class RecordingName:
    """`venue` is the exchange's short name in lower case, such as upbit."""

    venue: str
    base: str
    quote: str


def stem_of(path: Path) -> str:
    """The file name without its endings: upbit_XRP-KRW_1m of upbit_XRP-KRW_1m.parquet."""
    return re.sub(r"\.(parquet|pq|csv|jsonl)(\.gz)?$", "", path.name, flags=re.IGNORECASE)


def name_of(path: Path) -> RecordingName | None:
    """The market that the file name speaks of, or None when it is not written that way."""
    match = FULL_NAME.match(stem_of(path))
    if match is None:
        return None
    base, quote = match["base"], match["quote"]
    if quote == "PERP":
        # FTX named its perpetual futures BASE-PERP and settled them in dollars.
        quote = "USD"
    return RecordingName(match["venue"].lower(), base, quote)


def timeframe_of(path: Path) -> int | None:
    """Seconds of the timeframe in the file name, or None."""
    matches = TIMEFRAME.findall(stem_of(path))
    if not matches:
        return None
    count, unit = matches[-1]
    return int(count) * SECONDS[unit] or None
