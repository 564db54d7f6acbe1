"""What a desk and the practice exchange say to each other: one JSON object a line, amounts as decimal text.

A desk asks `{"id": 7, "ask": "place", "order": {...}}`; the exchange answers `{"to": 7, "answer": {...}}`, or
`{"to": 7, "refusal": "one sentence"}`. Unasked it says `{"events": [{"kind": "OrderFilled", ...}, ...]}`: all that
happened in one moment, in order; and `{"beat": true}` where it had nothing to say for a while.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.domain.codec import Json, from_json, to_json
from engine.domain.instrument import Instrument
from engine.domain.market import Candle, OrderBook, PublicTrade, Quote
from engine.domain.messages import (
    BalancesReported,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    VenueEvent,
)

PROTOCOL = 2
#: A desk's line is never longer, and the exchange's, which may hold all fills of an order, never longer than that.
MOST_ASKED_BYTES = 64 * 1024
MOST_TOLD_BYTES = 16 * 1024 * 1024
#: The exchange says something at least this often; a desk that hears nothing for the other time gives the line up.
BEAT_S = 2.0
SILENCE_S = 8.0
HELLO, LISTEN, PLACE, CANCEL, REPORT, OPEN, BALANCES, INSPECT = (
    "hello", "listen", "place", "cancel", "report", "open", "balances", "inspect",
)  # fmt: skip

PlaceAnswer = OrderAccepted | OrderRejected | OrderUnknown
KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (Quote, OrderBook, PublicTrade, Candle, OrderAccepted, OrderFilled, OrderCanceled, BalancesReported)
}
ANSWERS: Mapping[str, type] = {kind.__name__: kind for kind in (OrderAccepted, OrderRejected, OrderUnknown)}


def line(**said: Json) -> bytes:
    """One object as a line."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse(text: bytes) -> dict[str, Json]:
    """The object on a line. Raises ValueError for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not a line of JSON") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - bad input, not a bug
    return found


def tagged(value: object) -> dict[str, Json]:
    """A dataclass with the name of its kind."""
    body = to_json(value)
    assert isinstance(body, dict), "dataclasses become objects"
    return {"kind": type(value).__name__, **body}


def untagged(said: Json, kinds: Mapping[str, type]) -> object:
    """Such a dataclass back. Raises ValueError."""
    if not isinstance(said, dict) or said.get("kind") not in kinds:
        raise ValueError("an object of an unknown kind")
    return from_json(kinds[str(said["kind"])], {name: item for name, item in said.items() if name != "kind"})


def events_line(events: Iterable[VenueEvent]) -> bytes:
    """All that happened in one moment."""
    return line(events=[tagged(event) for event in events])


def events_of(said: Json, venue: str, account_id: str) -> tuple[VenueEvent, ...]:
    """Such a moment, told of the desk's own venue and account. Raises ValueError."""
    if not isinstance(said, list):
        raise ValueError("events must be a list")  # noqa: TRY004 - bad input, not a bug
    return tuple(_own(untagged(each, KINDS), venue, account_id) for each in said)


def _own(event: object, venue: str, account_id: str) -> VenueEvent:
    """The exchange does not know by which names a desk knows it."""
    match event:
        case Quote() | OrderBook() | PublicTrade() | Candle():
            return replace(event, venue=venue)
        case OrderFilled():
            return OrderFilled(replace(event.fill, venue=venue))
        case BalancesReported():
            return replace(event, account_id=account_id)
        case OrderAccepted() | OrderCanceled():
            return event
    raise ValueError("an event of an unknown kind")


def instrument_of(said: Json, venue: str) -> Instrument:
    """The exchange's instrument as the desk's. Raises ValueError."""
    return replace(from_json(Instrument, said), venue=venue)
