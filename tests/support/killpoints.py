"""The real program with a trap in it: it kills itself at the n-th passing of one named moment.

    python -m tests.support.killpoints MOMENT N -- ARGUMENTS OF main.py

A moment lies directly before or after one await between an intent, its sending, its outcome and its booking. SIGKILL
leaves no time for anything: what was not durable in that moment is gone.
"""

import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import engine.venues.every
import engine.venues.factory
import main
import storage.desk_storage
from engine.domain.instrument import Instrument
from engine.domain.messages import (
    FillRecorded,
    OrderAccepted,
    OrderRecorded,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    Record,
    VenueEvent,
)
from engine.domain.order import Order, OrderState
from engine.ports import Venue, VenueSink
from storage.database import Database
from storage.journal import PostgresJournal

COMMITS = ("intent", "outcome", "fill", "note")
CALLS = ("place", "cancel", "report", "deliver", "settled")
MOMENTS = tuple(
    f"{when} {what}" for what in (*(f"commit of {kind}" for kind in COMMITS), *CALLS) for when in ("before", "after")
)


class Trap:
    """Counts the passings of one moment and ends the process at the n-th, counted from 1."""

    def __init__(self, moment: str, nth: int) -> None:
        if moment not in MOMENTS or nth < 1:
            raise ValueError(f"There is no moment {moment!r} number {nth}; choose from {', '.join(MOMENTS)}.")
        self._moment = moment
        self._left = nth

    def passing(self, moment: str) -> None:
        """SIGKILL to ourselves when this is the one."""
        if moment != self._moment:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def kinds_of(records: Sequence[Record]) -> list[str]:
    """What one commit makes durable, as words of COMMITS; "note" when it is nothing that trading depends on."""
    kinds = set()
    for record in records:
        match record:
            case OrderRecorded(order) if order.state is OrderState.INTENT:
                kinds.add("intent")
            case OrderRecorded():
                kinds.add("outcome")
            case FillRecorded():
                kinds.add("fill")
            case _:
                pass
    return sorted(kinds) or ["note"]


class TrappedJournal(PostgresJournal):
    """The journal with the trap around each commit."""

    def __init__(self, trap: Trap, database: Database, desk_id: str, desk_name: str = "", **options: Any) -> None:
        super().__init__(database, desk_id, desk_name, **options)
        self._trap = trap

    async def commit(self, records: Sequence[Record]) -> None:
        kinds = kinds_of(records)
        for kind in kinds:
            self._trap.passing(f"before commit of {kind}")
        await super().commit(records)
        for kind in kinds:
            self._trap.passing(f"after commit of {kind}")


class TrappedSink:
    """The engine's ear with the trap around each delivery and around the wait for its consequences."""

    def __init__(self, inside: VenueSink, trap: Trap) -> None:
        self._inside = inside
        self._trap = trap

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self._trap.passing("before deliver")
        is_busy = self._inside.deliver(events)
        self._trap.passing("after deliver")
        return is_busy

    async def settled(self) -> None:
        self._trap.passing("before settled")
        await self._inside.settled()
        self._trap.passing("after settled")


class TrappedVenue:
    """A venue with a trap around each call that a kill may cut off."""

    def __init__(self, inside: Venue, trap: Trap) -> None:
        self._inside = inside
        self._trap = trap

    def __getattr__(self, name: str) -> Any:
        """Whatever is no trap is the venue inside."""
        return getattr(self._inside, name)

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        return await self._inside.connect(TrappedSink(sink, self._trap))

    async def place(self, order: Order) -> OrderAccepted | OrderRejected | OrderUnknown:
        self._trap.passing("before place")
        answer = await self._inside.place(order)
        self._trap.passing("after place")
        return answer

    async def cancel(self, order: Order) -> None:
        self._trap.passing("before cancel")
        await self._inside.cancel(order)
        self._trap.passing("after cancel")

    async def report(self, order: Order) -> OrderReport | None:
        self._trap.passing("before report")
        answer = await self._inside.report(order)
        self._trap.passing("after report")
        return answer


def run_trapped(trap: Trap, arguments: Sequence[str]) -> int:
    """The program, with its journal and its venues behind the trap."""
    make_venue = engine.venues.factory.make_venue

    def make_trapped(*account: Any, **options: Any) -> Any:
        return TrappedVenue(make_venue(*account, **options), trap)

    # main.py takes both from these modules when it opens the room of its engine.
    vars(engine.venues.every)["make_venue"] = make_trapped
    vars(storage.desk_storage)["PostgresJournal"] = partial(TrappedJournal, trap)
    return main.main(arguments)


def run(arguments: Sequence[str]) -> int:
    """The exit code of the program; the trap ends it earlier."""
    if len(arguments) < 3 or arguments[2] != "--":
        raise SystemExit("usage: killpoints MOMENT N -- ARGUMENTS OF main.py")
    return run_trapped(Trap(arguments[0], int(arguments[1])), arguments[3:])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
