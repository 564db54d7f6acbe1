"""A seeded part of the fault matrix; the whole is `python -m tests.faults --all`."""

import os
import random
from typing import Any

import pytest

from engine.domain.messages import OrderAccepted, OrderRejected, OrderUnknown, RejectCode, RejectReason
from engine.domain.order import Order
from tests.faults.matrix import Case, Step, all_cases, run_case
from tests.proof.fault_list import FAULTS
from tests.proof.towns import names

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
SEED = 4
FEW = 7

#: Cases that once found something.
KEPT = (
    Case("binance", "started twice", Step.INTENT),
    Case("bitget", "owner cancels all", Step.HEARD),
    # A key that may not trade (a clock that is off) was looked at again only an hour later.
    Case("binanceusdm", "clock ahead", Step.READ),
    # The fee of a second fill was worked out from a question that was begun before the first one was told.
    Case("bithumb", "answer lost, partly filled", Step.PERSISTED),
    # A rung went on buying quantities of the finer step, and was refused until its bot stood still.
    Case("okx", "step changed for good", Step.COUNTER),
    # Buys were sent before the sells of what was held.
    Case("bitget", "killed, its orders gone", Step.HEARD),
    Case("binance", "machine asleep", Step.READ),
    Case("okxswap", "half of a position taken away", Step.COUNTER),
)


def drawn(venue: str) -> list[Case]:
    """Some of a venue's cases, all of them in a full run."""
    cases = [case for case in all_cases() if case.venue == venue]
    return cases if IS_FULL else random.Random(f"{SEED} {venue}").sample(cases, FEW)


@pytest.mark.parametrize("case", [*KEPT, *(case for venue in names() for case in drawn(venue))], ids=str)
def test_after_a_fault_all_is_right_again(case: Case) -> None:
    outcome = run_case(case)
    assert outcome.complaints == []


def test_the_matrix_is_as_big_as_it_says() -> None:
    assert len(FAULTS) >= 90
    assert len(all_cases()) >= 1_000
    assert len(all_cases()) == len(set(all_cases()))


class Forgetful:
    """A venue that takes what it does not know for refused: what the program must never do."""

    def __init__(self, inside: Any) -> None:
        self._inside = inside

    def __getattr__(self, name: str) -> Any:
        """All else is right."""
        return getattr(self._inside, name)

    async def place(self, order: Order, *more: Any) -> OrderAccepted | OrderRejected | OrderUnknown:
        answer: OrderAccepted | OrderRejected | OrderUnknown = await self._inside.place(order, *more)
        if isinstance(answer, OrderUnknown):
            return OrderRejected(order.client_order_id, RejectReason(RejectCode.OTHER, "surely not"), order.created_at)
        return answer


@pytest.mark.parametrize("fault", ["order reset after", "order unsure after", "order 502", "order braces after"])
def test_a_venue_that_does_not_keep_the_rules_is_caught(fault: str) -> None:
    outcome = run_case(Case("binance", fault, Step.INTENT), Forgetful)
    assert outcome.complaints
