"""A two-leg bot on two recorded venues, in market time: the kernel that trades real money decides, nothing else does.

What is due at one instant happens in this order: prints that fill orders (home first), requests that arrive, funding,
the decision on a closed period, the clock. So the same recordings and settings give the same trace.
"""

import heapq
from collections.abc import Sequence
from itertools import count

from engine.domain import pair_phrases, phrases
from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.arbitrage_messages import AddArbitrage, ClockTicked, TwoLegRecorded
from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import InstrumentKind
from engine.domain.market import FxRate, Quote
from engine.domain.messages import (
    AccountConnected,
    AskOrder,
    BalancesReported,
    CancelOrder,
    CommandAnswered,
    CommandReceived,
    DecisionLogged,
    Message,
    OrderFilled,
    PlaceOrder,
    VenueEvent,
)
from engine.domain.money import ONE, ZERO, truncate_to
from engine.domain.order import Order, Side
from engine.domain.positions import FundingPaid
from engine.domain.sentences import Sentence
from engine.errors import UsageError
from engine.kernel import Kernel
from engine.kernel.books import Outbox
from engine.lab.arbitrage.market import Decision, Decisions, FundingDue, LegVenue
from engine.lab.arbitrage.trace import EquityPoint, LegFill, Trace
from engine.recovered import RecoveredState
from engine.venues.tape import instant

BOT, HEDGE = "backtest", "backhedg"
#: How often the clock is told while seconds count; a recording of long periods needs it less often.
SHORTEST_TICK_MS = 250
TICKS_A_PERIOD = 300
#: Stages in which seconds count.
BUSY = frozenset({PairStage.ENTERING, PairStage.EXITING, PairStage.UNWINDING})


class PairReplay:
    """One bot, two legs, one kernel. Run once."""

    def __init__(
        self,
        home: LegVenue,
        foreign: LegVenue,
        decisions: Decisions,
        config: ArbitrageConfig,
        funding: Sequence[FundingDue] = (),
    ) -> None:
        self._home, self._foreign = home, foreign
        self._decisions = decisions
        self._config = config
        self._funding = sorted(funding, key=lambda due: -due.at_ms)
        self._kernel = Kernel("lab", RecoveredState((), (), (), (), (), frozenset(), False))
        self._requests: list[tuple[int, int, LegVenue, Order, str]] = []
        self._numbers = count()
        self._tick_ms = max(SHORTEST_TICK_MS, decisions.period_s * 1000 // TICKS_A_PERIOD)
        self._next_tick_ms: int | None = None
        self._busy: set[str] = set()
        self._now_ms = 0
        self._rate = ONE
        self._told: FxRate | None = None
        self._deposits = [(leg.account.quote, leg.account.base) for leg in (home, foreign)]
        self._cash = ZERO
        self._gain_abroad = ZERO
        self._is_flat = True
        self.trace = Trace()

    def run(self) -> Trace:
        """Walk to the last decision. Raises UsageError where the bot's settings are refused."""
        first_ms = self._decisions.next_ms
        if first_ms is None:
            raise UsageError("There is nothing to decide on in these recordings.")
        self._now_ms = self.trace.first_ms = first_ms
        first = self._decisions.take()
        self._open(first)
        self._decide(first)
        while (decision_ms := self._decisions.next_ms) is not None:
            self._go_on(decision_ms)
        self.trace.last_ms = self._now_ms
        for name, leg in (("home", self._home), ("foreign", self._foreign)):
            self.trace.refused.update(f"{name}: {code.value}" for code in leg.orders.rejects)
        self._compare()
        return self.trace

    def _open(self, first: Decision) -> None:
        """Both accounts connect with their deposits, and the bot is added and started.

        They are paper accounts, whose seconds are those of the clock that we tell.
        """
        at = instant(self._now_ms)
        for leg in (self._home, self._foreign):
            instrument, rows = leg.instrument, leg.account.balances.rows()
            settings = tuple((f"cash.{asset}", str(total)) for asset, total, _ in rows if total)
            account = Account(
                instrument.venue, instrument.venue, instrument.venue, AccountMode.PAPER, instrument.quote, settings
            )
            self._tell(AccountConnected(account, (instrument,), at), BalancesReported(account.account_id, rows, at))
        # Prices are known before the bot is, as on any market: its settings are checked against them.
        self._tell(*self._moment(first))
        home = self._home.instrument
        add = AddArbitrage(BOT, HEDGE, "backtest", home.venue, home.symbol, self._config, start=True)
        self._tell(CommandReceived("add", add, at))

    def _go_on(self, decision_ms: int) -> None:
        """The next thing that happens."""
        dues = (
            self._home.next_ms,
            self._foreign.next_ms,
            self._requests[0][0] if self._requests else None,
            self._funding[-1].at_ms if self._funding else None,
            decision_ms,
            self._next_tick_ms,
        )
        self._now_ms, what = min((due, what) for what, due in enumerate(dues) if due is not None)
        match what:
            case 0 | 1:
                self._tell(*(self._foreign if what else self._home).step())
            case 2:
                _, _, leg, order, request = heapq.heappop(self._requests)
                self._tell(*self._arrived(leg, order, request))
            case 3:
                self._pay(self._funding.pop())
            case 4:
                self._decide(self._decisions.take())
            case _:
                self._next_tick_ms = None
                self._tell(ClockTicked(instant(self._now_ms)))

    def _arrived(self, leg: LegVenue, order: Order, request: str) -> list[VenueEvent]:
        if request == "place":
            return leg.arrive(order, self._now_ms)
        if request == "cancel":
            return leg.cancel(order.client_order_id, self._now_ms)
        return [leg.orders.report(order, self._now_ms)]

    def _decide(self, decision: Decision) -> None:
        """One look of the bot, with what it came to."""
        self.trace.decisions += 1
        entered = len(self.trace.positions)
        self._tell(*self._moment(decision))
        [view] = self._kernel.arbitrage_views()
        if len(self.trace.positions) == entered and view.waits is not None:
            self.trace.waits[view.waits.template] += 1
        self._value(decision)

    def _moment(self, decision: Decision) -> list[Message]:
        """Books of both venues, the rate and the clock together, so that nothing is decided on half of it."""
        told: list[Message] = [*_quotes(decision), decision.home, decision.foreign, ClockTicked(instant(self._now_ms))]
        if decision.rate is not None and decision.rate != self._told:
            self._told, self._rate = decision.rate, decision.rate.rate
            told.insert(0, decision.rate)
        return told

    def _pay(self, due: FundingDue) -> None:
        """Funding of the position abroad, cut to the venue's money increment."""
        leg, position = self._foreign, self._foreign.account.base
        mark = due.mark if due.mark is not None else leg.last_price(due.at_ms)
        amount = truncate_to(-position * mark * due.rate, leg.instrument.rules.money_increment)
        if not amount:
            return
        leg.account.pay(amount)
        self._cash += amount * self._rate
        self.trace.funding.append((due.at_ms, amount, self._rate))
        venue, symbol, quote = leg.instrument.venue, leg.instrument.symbol, leg.instrument.quote
        self._tell(FundingPaid(venue, venue, symbol, quote, amount, f"funding-{due.at_ms}", instant(due.at_ms)))

    # The kernel

    def _tell(self, *messages: Message) -> None:
        if not messages:
            return
        for message in messages:
            if isinstance(message, OrderFilled):
                self._booked(message)
        outbox = self._kernel.handle(*messages)
        if outbox is not None:
            self._carry_out(outbox)
        if self._next_tick_ms is None and (self._busy or self._requests):
            self._next_tick_ms = self._now_ms + self._tick_ms

    def _booked(self, event: OrderFilled) -> None:
        fill = event.fill
        is_home = fill.venue == self._home.instrument.venue
        rate = ONE if is_home else self._rate
        self.trace.fills.append(LegFill(self._now_ms, is_home, fill, rate))
        paid_fee = fill.fee if fill.fee_asset == self._leg_of(fill.venue).instrument.quote else ZERO
        flow = -fill.value if fill.side is Side.BUY else fill.value
        self._cash -= paid_fee * rate
        if not is_home and self._foreign.instrument.kind is InstrumentKind.PERP:
            # No money flows for the value of a future: what its price brought is converted anew at every look.
            self._gain_abroad += flow
        else:
            self._cash += flow * rate

    def _carry_out(self, outbox: Outbox) -> None:
        for record in outbox.records:
            match record:
                case TwoLegRecorded():
                    self._keep(record)
                case DecisionLogged() if record.sentence.template == pair_phrases.PAIR_LEG_REFUSED:
                    cause = dict(record.sentence.arguments)["cause"]
                    # What a venue refused is counted there.
                    if isinstance(cause, Sentence) and cause.template != phrases.ORDER_REJECTED:
                        self.trace.refused[f"own risk: {cause.template}"] += 1
                case CommandAnswered() if record.refusals:
                    raise UsageError(str(record.refusals[0][1]))
                case _:
                    pass
        for effect in outbox.effects:
            match effect:
                case PlaceOrder():
                    self.trace.orders += 1
                    self._send(effect.order, "place")
                case CancelOrder():
                    self._send(effect.order, "cancel")
                case AskOrder():
                    self._send(effect.order, "ask")
                case _:
                    pass

    def _keep(self, record: TwoLegRecorded) -> None:
        position = record.position
        self.trace.positions[position.position_id] = position
        if position.stage in BUSY or (position.stage is PairStage.OPEN and position.imbalance_since is not None):
            self._busy.add(position.position_id)
        else:
            self._busy.discard(position.position_id)

    def _send(self, order: Order, request: str) -> None:
        leg = self._leg_of(order.venue)
        heapq.heappush(self._requests, (self._now_ms + leg.latency_ms, next(self._numbers), leg, order, request))

    def _leg_of(self, venue: str) -> LegVenue:
        return self._home if venue == self._home.instrument.venue else self._foreign

    # Worth

    def _value(self, decision: Decision) -> None:
        """A point of the curve whenever something is open or has just been closed."""
        home = self._home.account.base - self._deposits[0][1]
        foreign = self._foreign.account.base - self._deposits[1][1]
        is_flat = not home and not foreign
        if is_flat and self._is_flat:
            return
        self._is_flat = is_flat
        if is_flat:
            # As a position's PnL: at the rate of its exit, and no more.
            self._cash += self._gain_abroad * self._rate
            self._gain_abroad = ZERO
        worth = home * self._home.last_price(self._now_ms)
        worth += (foreign * self._foreign.last_price(self._now_ms) + self._gain_abroad) * self._rate
        self.trace.equity.append(EquityPoint(decision.at_ms, self._cash + worth))

    def _compare(self) -> None:
        """The kernel's books beside those of both venues, to the last unit."""
        for leg in (self._home, self._foreign):
            told = leg.account.balances.rows()
            self.trace.problems += [str(each) for each in self._kernel.differences(leg.instrument.venue, told)]


def _quotes(decision: Decision) -> list[Message]:
    """The best of both books as quotes."""
    return [
        Quote(book.venue, book.symbol, book.bids[0][0], book.asks[0][0], book.at)
        for book in (decision.home, decision.foreign)
        if book.bids and book.asks
    ]
