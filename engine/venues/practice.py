"""An account at the practice exchange, as the engine's port `Venue`: a line to a program that others reach as well."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.codec import Json, from_json, to_json
from engine.domain.instrument import Instrument
from engine.domain.ledger import entries_of
from engine.domain.market import PublicTrade, Quote
from engine.domain.messages import OrderAccepted, OrderFilled, OrderRejected, OrderReport, OrderUnknown, VenueEvent
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.sentences import say
from engine.domain.venue_picture import VenuePicture
from engine.errors import UsageError, VenueUnavailable
from engine.ports import VenueSink
from engine.venues import practice_wire as wire
from engine.venues.practice_line import PracticeLine
from engine.venues.settings import settings_of

#: An order without an answer for so long is unknown, and is asked for.
ANSWER_S = 5.0
#: Facts that are kept between the first word and `run`; more than that, and reconciling begins again.
MOST_HELD = 20_000
HOST, PORT = "127.0.0.1", 7450


class PracticeVenue:
    """What happens to the account's orders after `connect` is kept and delivered by `run`; nothing is missed between.

    Everything an order needs to be sent is done in one step, without waiting: `place` writes before it first waits.
    """

    def __init__(
        self, account: Account, desk: str, answer_s: float = ANSWER_S, silence_s: float = wire.SILENCE_S
    ) -> None:
        """`desk` is how the exchange's audit calls us. Raises UsageError for an account that is not of this kind."""
        settings = settings_of(account)
        self.name = account.venue
        self._account = account
        self._desk = desk
        self._answer_s = answer_s
        self._exchange = settings.text("exchange")
        self._line = PracticeLine(
            settings.text("host", HOST), settings.whole("port", str(PORT)), self._on_events, silence_s
        )
        self._sink: VenueSink | None = None
        self._held: list[VenueEvent] = []
        self._instrument: Instrument | None = None
        self._reported: set[str] = set()
        self._is_running = False

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        self._sink = sink
        await self._line.open()
        try:
            said = await introduce(self._line, self._account.name, self._desk, self._exchange, self._answer_s)
            self._instrument = wire.instrument_of(said.get("instrument"), self.name)
            return (self._instrument,)
        except ValueError as error:
            self._line.give_up(str(error))
            raise await self._line.broken() from error
        except UsageError as error:
            raise VenueUnavailable(*error.args) from error

    async def run(self) -> None:
        held, self._held = self._held, []
        self._is_running = True
        self._reported.clear()
        if held:
            self._deliver(held)
        self._line.post(wire.LISTEN)
        raise await self._line.broken()

    async def place(self, order: Order) -> OrderAccepted | OrderRejected | OrderUnknown:
        try:
            # No await may come before this: whoever calls has just made sure that the account is ours.
            posted = self._line.post(wire.PLACE, order=to_json(order))
            said = await self._line.answer(posted, self._answer_s)
            answer = wire.untagged(said, wire.ANSWERS)
        except (VenueUnavailable, UsageError) as error:
            return OrderUnknown(order.client_order_id, str(error), order.updated_at)
        except ValueError as error:
            self._line.give_up(str(error))
            return OrderUnknown(order.client_order_id, str(error), order.updated_at)
        if isinstance(answer, OrderAccepted | OrderRejected | OrderUnknown):
            return answer
        raise AssertionError("the wire knows three answers")

    async def cancel(self, order: Order) -> None:
        """As the port says. Raises VenueUnavailable when nobody knows whether it was heard."""
        await self._ask(wire.CANCEL, order=to_json(order))

    async def report(self, order: Order) -> OrderReport | None:
        """As the port says. Raises VenueUnavailable when the line is broken."""
        said = await self._ask(wire.REPORT, order=to_json(order))
        if said is None:
            return None
        try:
            report = _own_report(from_json(OrderReport, said), self.name)
        except ValueError as error:
            self._line.give_up(str(error))
            raise await self._line.broken() from error
        if not self._is_running:
            self._reported.update(fill.trade_id for fill in report.fills)
        return report

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:  # noqa: ARG002 - there is one symbol only
        said = await self._ask(wire.OPEN)
        if not isinstance(said, list):
            self._line.give_up("open orders must be a list")
            raise await self._line.broken()
        return frozenset(str(each) for each in said)

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        """As the port says; before `run` without the fills that neither a report nor an event has told so far.

        The market does not wait while the journal is aligned. A fill of that time is told by `run`, and the balances
        must fit to the books until then.
        """
        said = await self._ask(wire.BALANCES)
        try:
            return self._as_told(balances_of(said))
        except ValueError as error:
            self._line.give_up(str(error))
            raise await self._line.broken() from error

    async def inspect(self, orders: Sequence[Order]) -> VenuePicture:
        said = await self._ask(wire.INSPECT)
        try:
            picture = from_json(VenuePicture, said)
        except ValueError as error:
            self._line.give_up(str(error))
            raise await self._line.broken() from error
        resting = {order.client_order_id for order in picture.orders}
        fills = {fill.trade_id: replace(fill, venue=self.name) for fill in picture.fills}
        for order in orders:
            report = None if order.client_order_id in resting else await self.report(order)
            fills |= {fill.trade_id: fill for fill in (report.fills if report is not None else ())}
        return replace(picture, fills=tuple(fills.values()))

    async def close(self) -> None:
        await self._line.close()

    async def _ask(self, ask: str, **body: Json) -> Json:
        try:
            return await self._line.ask(ask, self._answer_s, **body)
        except UsageError as error:
            raise VenueUnavailable(*error.args) from error

    def _as_told(self, rows: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[tuple[str, Decimal, Decimal], ...]:
        instrument, untold = self._instrument, dict[str, Decimal]()
        assert instrument is not None, "connected"
        for event in self._held:
            if isinstance(event, OrderFilled) and event.fill.trade_id not in self._reported:
                for entry in entries_of(event.fill, instrument, self._account.account_id, ""):
                    untold[entry.asset] = untold.get(entry.asset, ZERO) + entry.amount
        return tuple((asset, total - untold.get(asset, ZERO), reserved) for asset, total, reserved in rows)

    def _on_events(self, said: Json) -> None:
        events = wire.events_of(said, self.name, self._account.account_id)
        if self._is_running:
            self._deliver(events)
            return
        # The market is told anew when it runs; what happened to orders is told once.
        self._held += [event for event in events if not isinstance(event, Quote | PublicTrade)]
        if len(self._held) > MOST_HELD:
            self._line.give_up("more happened than can be kept")

    def _deliver(self, events: Sequence[VenueEvent]) -> None:
        assert self._sink is not None, "connected"
        self._sink.deliver(events)


async def introduce(line: PracticeLine, account: str, desk: str, exchange: str, within_s: float) -> dict[str, Json]:
    """The first words on a line. `exchange` is the identity of the exchange that is expected, "" for any.

    Raises VenueUnavailable, UsageError where the exchange refuses, ValueError for an answer that is none.
    """
    said = await line.ask(
        wire.HELLO, within_s, protocol=wire.PROTOCOL, account=account, desk=desk, exchange=exchange
    )  # fmt: skip
    if not isinstance(said, dict):
        raise ValueError("the answer to a hello must be an object")  # noqa: TRY004 - bad input, not a bug
    return said


async def practice_account(name: str, host: str, port: int, desk: str) -> Account:
    """An account of that name at the exchange there, with the money that it has now as its first deposit.

    Raises VenueUnavailable when nobody answers there, UsageError where the exchange refuses the name or the account
    already has open orders, which are somebody else's.
    """
    line = PracticeLine(host, port, lambda _: None, wire.SILENCE_S)
    await line.open()
    try:
        said = await introduce(line, name, desk, "", ANSWER_S)
        instrument = wire.instrument_of(said.get("instrument"), "")
        open_ids = await line.ask(wire.OPEN, ANSWER_S)
        cash = balances_of(await line.ask(wire.BALANCES, ANSWER_S))
        if open_ids:
            raise UsageError(say(phrases.PRACTICE_IN_USE, account=name, address=line.address))
    except ValueError as error:
        line.give_up(str(error))
        raise await line.broken() from error
    finally:
        await line.close()
    settings = {
        "host": host,
        "port": str(port),
        "exchange": str(said.get("exchange")),
        "symbol": instrument.symbol,
        **{f"cash.{asset}": format(total, "f") for asset, total, _ in cash},
    }
    venue = f"practice:{name}"
    return Account(venue, venue, name, AccountMode.PRACTICE, instrument.quote, tuple(sorted(settings.items())))


def balances_of(said: Json) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Rows of (asset, total, reserved). Raises ValueError."""
    if not isinstance(said, list):
        raise ValueError("balances must be a list")  # noqa: TRY004 - bad input, not a bug
    found = []
    for row in said:
        if not isinstance(row, list) or len(row) != 3:
            raise ValueError("a balance has three parts")
        try:
            found.append((str(row[0]), Decimal(str(row[1])), Decimal(str(row[2]))))
        except ArithmeticError:
            raise ValueError("a balance is a number") from None
    return tuple(found)


def _own_report(report: OrderReport, venue: str) -> OrderReport:
    return replace(report, fills=tuple(replace(fill, venue=venue) for fill in report.fills))
