"""What befalls a trading program, drawn from a seed: on the wire, in the network, at the venue, at home, by hand."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import StorageUnavailable
from tests.proof import venue_acts as acts
from tests.proof.watch import BY_HAND
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Action, Plan, Point, Rule
from tests.support.exchange.office import Hand
from tests.support.exchange.server import Server
from tests.support.exchange.values import Refused, Side, Status
from tests.support.memory_desk import MemoryDatabase
from tests.support.memory_network import MemoryNetwork

#: How often each family is drawn, relative to the others.
FAMILIES: Mapping[str, int] = {
    "answer": 34, "frame": 22, "dial": 6, "cut": 5, "refuse": 3, "freeze": 4, "kill": 6, "restart": 2, "database": 5,
    "lag": 3, "halt": 1, "venue ends": 4, "hand order": 2, "hand cancel": 4, "transfer": 3, "skew": 2, "limit": 3,
    "rules": 4, "delist": 1, "session": 3, "fate": 5, "jump": 3, "money": 1, "perp": 2,
}  # fmt: skip
PAGES = (500, 502, 503, 504)
SPOILT = (
    Action.RESET, Action.HANG, Action.DELAY, Action.TRUNCATED, Action.HTML, Action.EMPTY, Action.BRACES, Action.STATUS,
    Action.SLOW, Action.UNSURE,
)  # fmt: skip
FRAMES = (
    Action.DROP, Action.DUPLICATE, Action.LATE, Action.SWAP, Action.CLOSE, Action.SILENT, Action.MUTE, Action.RESET,
    Action.GARBLED,
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """Everything that faults can reach. `kill` and `restart` end the program; it is back after so many seconds.

    `sleep` (is_counted, is_told) puts its machine to sleep until `wake`, `move` moves the market by a part of its
    price, `taken_away` says that the venue has taken a position away, so that its owner looks after the bot.
    """

    exchange: Exchange
    account: str
    symbol: str
    plan: Plan
    network: MemoryNetwork
    database: MemoryDatabase
    kill: Callable[[float], None]
    restart: Callable[[], None]
    skew: Callable[[float], None]
    double: Callable[[], None]
    server: Server
    sleep: Callable[[bool, bool], None]
    wake: Callable[[], None]
    move: Callable[[float], None]
    taken_away: Callable[[], None]


class Chaos:
    """Draws faults and carries them out; each is told how to end."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage = stage
        self._chance = chance
        self._endings: dict[int, Callable[[], None]] = {}
        self._number = 0
        self._is_other_rule = False

    def strike(self) -> tuple[int, float]:
        """Begin one fault; its number, and after how many seconds `heal` is to be called."""
        [family] = self._chance.choices(list(FAMILIES), list(FAMILIES.values()))
        self._number += 1
        act: Callable[[], tuple[Callable[[], None], float]] = getattr(self, f"_{family.replace(' ', '_')}")
        ending, lasts_s = act()
        self._endings[self._number] = ending
        return self._number, lasts_s

    def heal(self, number: int) -> None:
        """End one fault; one that ended already is left."""
        ending = self._endings.pop(number, None)
        if ending is not None:
            ending()

    def heal_all(self) -> None:
        """Nothing goes wrong any more."""
        for number in tuple(self._endings):
            self.heal(number)
        self._stage.plan.clear()

    # The wire

    def _rule(self, rule: Rule, lasts_s: float) -> tuple[Callable[[], None], float]:
        rules = self._stage.plan.rules
        rules.append(rule)

        def end() -> None:
            if rule in rules:
                rules.remove(rule)

        return end, lasts_s

    def _answer(self) -> tuple[Callable[[], None], float]:
        chance = self._chance
        rule = Rule(
            Point.REQUEST,
            chance.choice(SPOILT),
            kind=chance.choice(("order", "order", "order", "cancel", "query", "")),
            times=chance.choice((1, 1, 2, 3)),
            skip=chance.choice((0, 0, 1, 3)),
            is_processed=chance.random() < 0.6,
            delay_s=chance.choice((0.5, 3.0, 8.0, 15.0)),
            status=chance.choice(PAGES),
        )
        return self._rule(rule, chance.uniform(60, 400))

    def _limit(self) -> tuple[Callable[[], None], float]:
        chance = self._chance
        action = chance.choice((Action.TOO_MANY, Action.TOO_MANY, Action.BAN, Action.COUNTED))
        rule = Rule(
            Point.REQUEST, action, kind=chance.choice(("order", "query", "")), retry_after_s=chance.randint(1, 20)
        )
        return self._rule(rule, chance.uniform(30, 120))

    def _frame(self) -> tuple[Callable[[], None], float]:
        chance = self._chance
        rule = Rule(
            Point.FRAME,
            chance.choice(FRAMES),
            times=chance.choice((1, 1, 2, 5)),
            skip=chance.choice((0, 1, 2, 7)),
            delay_s=chance.choice((0.2, 2.0, 20.0)),
            code=chance.choice((1001, 1006, 1012)) if chance.random() < 0.5 else 1001,
        )
        if rule.code == 1006:
            rule.action, rule.code = Action.RESET, 1001
        return self._rule(rule, chance.uniform(20, 200))

    def _dial(self) -> tuple[Callable[[], None], float]:
        chance = self._chance
        point = chance.choice((Point.DIAL, Point.DIAL, Point.LOGIN, Point.SUBSCRIBE))
        action = Action.REFUSE
        if point is Point.DIAL:
            action = chance.choice((Action.RESET, Action.HANG, Action.DELAY, Action.STATUS))
        ended = self._rule(Rule(point, action, times=chance.choice((1, 2)), delay_s=5.0), 60)
        self._stage.network.cut()
        return ended

    # The network

    def _cut(self) -> tuple[Callable[[], None], float]:
        self._note("network cut")
        self._stage.network.cut()
        return _nothing, 0

    def _refuse(self) -> tuple[Callable[[], None], float]:
        network = self._stage.network
        self._note("network refused")
        network.is_refusing = True
        network.cut()

        def end() -> None:
            network.is_refusing = False

        return end, self._chance.choice((2.0, 20.0, 90.0))

    def _freeze(self) -> tuple[Callable[[], None], float]:
        self._note("network frozen")
        self._stage.network.freeze()
        return self._stage.network.thaw, self._chance.choice((1.0, 7.0, 30.0, 120.0))

    # At home

    def _kill(self) -> tuple[Callable[[], None], float]:
        self._note("program killed")
        self._stage.kill(self._chance.choice((0.1, 2.0, 15.0, 120.0)))
        return _nothing, 0

    def _restart(self) -> tuple[Callable[[], None], float]:
        self._note("program restarted in order")
        self._stage.restart()
        return _nothing, 0

    def _database(self) -> tuple[Callable[[], None], float]:
        database, chance = self._stage.database, self._chance
        when = chance.choice(("before", "after"))
        self._note(f"database away {when} writing")

        def away(at: str) -> None:
            if at == when:
                raise StorageUnavailable("the database is away")

        database.trouble = away

        def end() -> None:
            database.trouble = lambda _: None

        return end, chance.choice((0.05, 1.0, 10.0, 60.0))

    def _skew(self) -> tuple[Callable[[], None], float]:
        self._note("clock jumped")
        self._stage.skew(self._chance.choice((-0.8, 0.8, -2.0, 2.0)))
        return lambda: self._stage.skew(0), self._chance.uniform(30, 300)

    # At the venue

    def _lag(self) -> tuple[Callable[[], None], float]:
        self._note("queries lag")
        end = acts.lagging(self._stage, self._chance.choice((300, 1_000, 2_000)))
        return end, self._chance.uniform(30, 300)

    def _halt(self) -> tuple[Callable[[], None], float]:
        self._note("trading halted")
        return acts.halted(self._stage), self._chance.choice((5.0, 30.0))

    def _delist(self) -> tuple[Callable[[], None], float]:
        self._note("delisted and listed again")
        return acts.delisted(self._stage), self._chance.choice((5.0, 60.0, 300.0))

    def _rules(self) -> tuple[Callable[[], None], float]:
        """One kind of rule at a time: two that overlap would end in neither's usual value."""
        chance, stage = self._chance, self._stage
        if self._is_other_rule:
            return _nothing, 0
        self._is_other_rule = True
        steps = () if stage.exchange.house.name in acts.KOREAN else ("step",)
        what = chance.choice(("tick", "tick", "minimum", "brackets", *steps))
        self._note(f"{what} changed")
        match what:
            case "tick":
                end = acts.coarser_tick(stage, chance.choice((2, 5)))
            case "step":
                end = acts.coarser_step(stage, 10)
            case "minimum":
                end = acts.higher_least(stage, 2)
            case _:
                end = acts.other_brackets(stage)

        def usual() -> None:
            self._is_other_rule = False
            end()

        return usual, chance.choice((10.0, 120.0, 900.0))

    def _session(self) -> tuple[Callable[[], None], float]:
        self._note("sessions expired")
        return acts.sessions_expire(self._stage), 0

    def _fate(self) -> tuple[Callable[[], None], float]:
        """What becomes of an order whose answer is lost, or whose fill is told after its cancel."""
        what = self._chance.choice(("filled", "partly filled", "cancelled", "late"))
        if what == "late":
            late = Rule(Point.FRAME, Action.LATE, delay_s=3.0, contains="nothing of ours rests")
            self._note("fill told after cancel")
            ended = self._rule(late, 20.0)
            acts.filled_then_cancelled(self._stage, late)
            return ended
        return self._rule(acts.lost_and(self._stage, what), self._chance.uniform(60, 400))

    def _jump(self) -> tuple[Callable[[], None], float]:
        up, down = acts.jumps(self._stage)
        ended, lasts_s = self._rule(up, 300.0)
        also_ended, _ = self._rule(down, 300.0)

        def end() -> None:
            ended()
            also_ended()

        return end, lasts_s

    def _perp(self) -> tuple[Callable[[], None], float]:
        """Of futures: funding out of turn, or a position that is taken away."""
        if not acts.is_perp(self._stage):
            return _nothing, 0
        what = self._chance.choice(("funding", "whole", "half"))
        self._note("funding at once" if what == "funding" else f"position taken away, {what}")
        if what == "funding":
            return acts.funding(self._stage), 0
        return acts.forced_close(self._stage, is_whole=what == "whole"), 0

    def _venue_ends(self) -> tuple[Callable[[], None], float]:
        order_id = self._any_of_ours()
        if order_id is not None:
            self._note("venue ended an order")
            self._stage.exchange.end_order(order_id, Status.EXPIRED)
        return _nothing, 0

    # By its owner

    def _hand_cancel(self) -> tuple[Callable[[], None], float]:
        order_id = self._any_of_ours()
        if order_id is not None:
            self._note("owner cancelled an order")
            self._stage.exchange.cancel(self._stage.account, order_id)
        return _nothing, 0

    def _hand_order(self) -> tuple[Callable[[], None], float]:
        """A small order of the owner's own hand, far from the market, taken back later."""
        exchange, chance = self._stage.exchange, self._chance
        listing = exchange.markets[self._stage.symbol].listing
        best = exchange.book(self._stage.symbol, 1).bids
        if not best:
            return _nothing, 0
        increment = listing.price_bands[-1][1]
        price = best[0][0] * Decimal("0.8") // increment * increment
        least = max(listing.min_size, listing.min_notional / (price * listing.contract_size) * 2)
        size = (least // listing.size_increment + 1) * listing.size_increment
        identity = f"{BY_HAND}{self._number}"
        hand = Hand(exchange, self._stage.account, self._stage.plan.acts)
        try:
            order = hand.order(listing.symbol, Side.BUY, size, price, identity)
        except Refused:
            return _nothing, 0
        self._note("owner ordered by hand")

        def end() -> None:
            found = exchange.find(self._stage.account, order_id=order.order_id)
            if found is not None and not found.status.is_final:
                exchange.cancel(self._stage.account, order.order_id)

        return end, chance.uniform(10, 300)

    def _transfer(self) -> tuple[Callable[[], None], float]:
        listing = acts.listing_of(self._stage)
        if self._chance.random() < 0.5:
            self._note("owner took money out")
            return acts.withdrawal(self._stage, Decimal("0.02")), 0
        self._note("owner put money in")
        self._stage.exchange.transfer(self._stage.account, listing.quote, Decimal(self._chance.randint(1, 50)))
        return _nothing, 0

    def _money(self) -> tuple[Callable[[], None], float]:
        """The asset in which fees are paid is gone for a while, where there is one."""
        self._note("fee asset gone")
        return acts.without_fee_asset(self._stage), self._chance.choice((60.0, 600.0))

    def _any_of_ours(self) -> int | None:
        exchange = self._stage.exchange
        found = [
            order.order_id
            for order in exchange.open_of(self._stage.account)
            if order.order_id not in exchange.history.foreign
        ]
        return self._chance.choice(found) if found else None

    def _note(self, act: str) -> None:
        self._stage.plan.acts[act] += 1


def _nothing() -> None:
    """There is nothing to end."""
