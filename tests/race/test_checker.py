"""The checker finds what it is there to find: two writers, twice the same order, an order without its intent."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.race.chaos import Disturbance
from tests.race.checker import cut_off, orders_received, writers

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Story:
    """Orders of one bot as they were committed and received; every one a second after the one before."""

    def __init__(self) -> None:
        self.audit: list[dict[str, Any]] = []
        self.intents: list[dict[str, Any]] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self._now = START

    def committed(self, identity: str, token: int, lease: int | None = None) -> "Story":
        self._now += timedelta(seconds=1)
        intent = {"client_order_id": identity, "bot_uid": "b", "token": token, "at": self._now}
        self.intents.append({**intent, "lease_token": token if lease is None else lease})
        self.orders[identity] = {"client_order_id": identity, "fencing_token": token}
        return self

    def received(self, identity: str, token: int, code: str = "OrderAccepted") -> "Story":
        self._now += timedelta(seconds=1)
        place = {"ask": "place", "at": self._now.isoformat(), "bot": "b", "client_order_id": identity, "token": token}
        placed = {"ask": "placed", "client_order_id": identity, "outcome": "OrderRejected", "code": code}
        self.audit += [place, placed if code != "OrderAccepted" else {**placed, "outcome": code}]
        return self

    def complaints(self) -> list[str]:
        return writers(self.audit, self.intents, self.orders)


def whole() -> Story:
    return Story().committed("a", 1).received("a", 1).committed("b", 2).received("b", 2)


def test_a_story_without_faults_has_no_complaints() -> None:
    assert whole().complaints() == []


def test_a_second_writer_is_found() -> None:
    assert whole().committed("c", 1, lease=2).received("c", 1).complaints() == [
        "c was received under token 1 after one under 2.",
        "c was committed under token 1 after one under 2.",
        "The intent c was committed under token 1; its lease had 2.",
    ]


def test_an_order_that_arrives_late_counts_unless_it_is_refused() -> None:
    late = Story().committed("a", 1).committed("b", 2).received("b", 2)
    assert late.received("a", 1, "duplicate_id").complaints() == []
    late = Story().committed("a", 1).committed("b", 2).received("b", 2)
    assert late.received("a", 1).complaints() == ["a was received under token 1 after one under 2."]


def test_an_order_received_twice_is_found_also_when_the_second_is_refused() -> None:
    assert whole().received("b", 2, "duplicate_id").complaints() == ["b was received 2 times."]


def test_an_order_without_its_intent_is_found() -> None:
    assert whole().received("c", 2).complaints() == ["c was received and never committed."]
    early = Story().received("a", 1).committed("a", 1)
    [complaint] = early.complaints()
    assert complaint.startswith("a was received at 2026-11-20T12:00:01+00:00, before its intent")
    other = Story().committed("a", 2).received("a", 1)
    assert other.complaints() == ["a was received under token 1, committed under 2."]


def test_what_the_exchange_said_belongs_to_its_order() -> None:
    story = whole().received("c", 2, "post_only")
    story.audit.append({"ask": "place", "at": START.isoformat(), "bot": "b", "client_order_id": "d", "token": 2})
    # The exchange was killed before it could say what became of the last.
    assert [row["code"] for row in orders_received(story.audit)] == ["OrderAccepted", "OrderAccepted", "post_only", ""]


def test_a_desk_without_an_exchange_is_excused_for_twice_as_long() -> None:
    happened = [
        Disturbance("cut exchange", "one", 10.0, 14.0),
        Disturbance("cut exchange", "two", 50.0, 51.0),
        Disturbance("kill exchange", "", 100.0, 101.5),
        Disturbance("kill", "one", 200.0, 210.0),
        Disturbance("freeze exchange", "one", 300.0),
    ]
    # Until it is healed, as long again, and two seconds.
    assert cut_off("one", happened) == [(10.0, 20.0), (100.0, 105.0)]
    assert cut_off("two", happened) == [(50.0, 54.0), (100.0, 105.0)]
