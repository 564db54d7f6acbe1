"""The faults by name, for the matrix: on the wire, in the network, at the venue, at home, by the owner's hand.

Each begins when it is called, and answers how it ends and after how many seconds.
"""

import contextlib
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

import aiohttp

from engine.errors import StorageUnavailable
from tests.proof import venue_acts as acts
from tests.proof.faults import Chaos, Stage
from tests.proof.towns import futures
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import Refused, Side, Status

Ending = tuple[Callable[[], None], float]
Fault = Callable[[Stage], Ending]

WIRE_S = 25.0


def _rules(stage: Stage, *rules: Rule, lasts_s: float = WIRE_S) -> Ending:
    stage.plan.rules.extend(rules)

    def end() -> None:
        for rule in rules:
            if rule in stage.plan.rules:
                stage.plan.rules.remove(rule)

    return end, lasts_s


def _on_wire(stage: Stage, **words: object) -> Ending:
    return _rules(stage, Rule(**{"point": Point.REQUEST, **words}))  # type: ignore[arg-type]


def _frame(stage: Stage, **words: object) -> Ending:
    return _rules(stage, Rule(**{"point": Point.FRAME, **words}))  # type: ignore[arg-type]


def _answers() -> dict[str, Fault]:
    """Every way to lose or spoil an answer, of orders before and after they were processed, of cancels and queries."""
    found: dict[str, Fault] = {}
    kinds = (Action.RESET, Action.HANG, Action.EMPTY, Action.BRACES, Action.HTML, Action.UNSURE)
    for action in kinds:
        for is_processed in (False, True):
            when = "after" if is_processed else "before"
            found[f"order {action} {when}"] = partial(
                _on_wire, action=action, kind="order", is_processed=is_processed, delay_s=12.0
            )
        found[f"query {action}"] = partial(_on_wire, action=action, kind="query", times=3, delay_s=12.0)
    for status in (500, 502, 503, 504):
        is_processed = status % 2 == 0
        found[f"order {status}"] = partial(
            _on_wire, action=Action.STATUS, kind="order", status=status, is_processed=is_processed
        )
    for action in (Action.TRUNCATED, Action.SLOW, Action.DELAY):
        found[f"order {action}"] = partial(_on_wire, action=action, kind="order", is_processed=True, delay_s=4.0)
    found["cancel reset after"] = partial(_on_wire, action=Action.RESET, kind="cancel", is_processed=True)
    found["everything 503"] = partial(_on_wire, action=Action.STATUS, status=503, times=12)
    found["order counted"] = partial(_on_wire, action=Action.COUNTED, kind="order", retry_after_s=3)
    found["order too many"] = partial(_on_wire, action=Action.TOO_MANY, kind="order", retry_after_s=3)
    found["query too many"] = partial(_on_wire, action=Action.TOO_MANY, kind="query", retry_after_s=2)
    found["order ban"] = partial(_on_wire, action=Action.BAN, kind="order", retry_after_s=10)
    return found


def _frames() -> dict[str, Fault]:
    return {
        "frame dropped": partial(_frame, action=Action.DROP),
        "frames dropped": partial(_frame, action=Action.DROP, times=8),
        "frames doubled": partial(_frame, action=Action.DUPLICATE, times=8),
        "frame late": partial(_frame, action=Action.LATE, delay_s=2.0),
        "frames very late": partial(_frame, action=Action.LATE, delay_s=15.0, times=4),
        "frames swapped": partial(_frame, action=Action.SWAP, times=6),
        "frame garbled": partial(_frame, action=Action.GARBLED, times=2),
        "stream closed": partial(_frame, action=Action.CLOSE),
        "stream reset": partial(_frame, action=Action.RESET),
        "stream silent": partial(_frame, action=Action.SILENT, times=3),
        "stream mute": partial(_frame, action=Action.MUTE, times=3),
        "login refused": lambda stage: _again(stage, Rule(Point.LOGIN, Action.REFUSE)),
        "subscription refused": lambda stage: _again(stage, Rule(Point.SUBSCRIBE, Action.REFUSE)),
        "dial hangs": lambda stage: _again(stage, Rule(Point.DIAL, Action.HANG, delay_s=5.0)),
        "dial refused": lambda stage: _again(stage, Rule(Point.DIAL, Action.STATUS, status=503, times=2)),
    }


def _again(stage: Stage, rule: Rule) -> Ending:
    """Something that goes wrong as the lines are built anew."""
    ending = _rules(stage, rule)
    stage.network.cut()
    return ending


def _cut(stage: Stage) -> Ending:
    stage.network.cut()
    return acts.nothing, 0


def _unreachable(stage: Stage, kind: type[aiohttp.ClientConnectorError]) -> Ending:
    stage.network.failure = kind
    stage.network.cut()

    def end() -> None:
        stage.network.failure = None

    return end, 8.0


def _frozen(stage: Stage, seconds: float) -> Ending:
    stage.network.freeze()
    return stage.network.thaw, seconds


def _killed(stage: Stage, back_after_s: float) -> Ending:
    stage.kill(back_after_s)
    return acts.nothing, 0


def _killed_and_cleared(stage: Stage) -> Ending:
    """While it is dead the venue ends all that rests, as a dead-man switch does: everything is to be sent anew."""
    stage.kill(2.0)
    return _all_ended(stage, Status.CANCELED)


def _restarted(stage: Stage) -> Ending:
    stage.restart()
    return acts.nothing, 0


def _doubled(stage: Stage) -> Ending:
    stage.double()
    return acts.nothing, 0


def _database(stage: Stage, when: str, seconds: float) -> Ending:
    def away(at: str) -> None:
        if at == when:
            raise StorageUnavailable("the database is away")

    stage.database.trouble = away

    def end() -> None:
        stage.database.trouble = lambda _: None

    return end, seconds


def _slow_database(stage: Stage) -> Ending:
    usual, stage.database.commit_s = stage.database.commit_s, 3.0

    def end() -> None:
        stage.database.commit_s = usual

    return end, 10.0


def _skewed(stage: Stage, seconds: float) -> Ending:
    stage.skew(seconds)
    return lambda: stage.skew(0), 20.0


def _for(seconds: float, begin: Callable[[Stage], Callable[[], None]]) -> Fault:
    """An act of the venue that lasts so long."""
    return lambda stage: (begin(stage), seconds)


def _dearer(stage: Stage) -> Callable[[], None]:
    listing = acts.listing_of(stage)
    return acts.change_listing(stage, maker_fee=listing.maker_fee * 2, taker_fee=listing.taker_fee * 2)


def _asleep(stage: Stage, seconds: float, *, is_counted: bool, is_told: bool) -> Ending:
    stage.sleep(is_counted, is_told)
    return stage.wake, seconds


def _fate(stage: Stage, what: str) -> Ending:
    return _rules(stage, acts.lost_and(stage, what))


def _late_fill(stage: Stage) -> Ending:
    late = Rule(Point.FRAME, Action.LATE, delay_s=3.0, contains="nothing of ours rests")
    ending = _rules(stage, late)
    acts.filled_then_cancelled(stage, late)
    return ending


def _by_hand(stage: Stage, name: str) -> Ending:
    """One of the acts that days of trouble know as well."""
    act: Callable[[], Ending] = getattr(Chaos(stage, random.Random(name)), f"_{name}")
    return act()


def _all_ended(stage: Stage, status: Status) -> Ending:
    for order in list(stage.exchange.open_of(stage.account)):
        if order.order_id not in stage.exchange.history.foreign:
            stage.exchange.end_order(order.order_id, status)
    return acts.nothing, 0


def _partly_filled_and_ended(stage: Stage) -> Ending:
    """The best bid of ours trades in part and is cancelled by hand in the same moment."""
    exchange = stage.exchange
    buys = [order for order in exchange.open_of(stage.account) if order.side is Side.BUY and order.price is not None]
    if buys:
        best = max(buys, key=lambda order: order.resting_price)
        others = Strangers(exchange)
        others.clear(stage.symbol)
        record = best.record()
        increment = exchange.markets[stage.symbol].listing.size_increment
        others.take(stage.symbol, Side.SELL, record.size * Decimal("0.4") // increment * increment)
        with contextlib.suppress(Refused):
            exchange.cancel(stage.account, best.order_id)
    return acts.nothing, 0


def _burst(stage: Stage) -> Ending:
    """Two hundred small trades on our best bid."""
    exchange = stage.exchange
    others = Strangers(exchange)
    others.clear(stage.symbol)
    listing = exchange.markets[stage.symbol].listing
    for _ in range(200):
        others.take(stage.symbol, Side.SELL, listing.min_size)
    return acts.nothing, 0


def _for_good(_: Callable[[], None]) -> Callable[[], None]:
    """It stays so."""
    return acts.nothing


def _sockets_closed(stage: Stage, code: int) -> Ending:
    """As each of them is after a day, but all at once."""
    stage.server.cut("", code)
    return acts.nothing, 0


STEPLESS = frozenset({"step changed", "step changed for good"})
#: Of futures alone.
PERP_ONLY = frozenset({"brackets changed", "funding at once", "position taken away", "half of a position taken away"})

FAULTS: Mapping[str, Fault] = {
    **_answers(),
    **_frames(),
    "network cut": _cut,
    "network refuses": lambda stage: _unreachable(stage, aiohttp.ClientConnectorError),
    "names unknown": lambda stage: _unreachable(stage, aiohttp.ClientConnectorDNSError),
    "network frozen": lambda stage: _frozen(stage, 6.0),
    "network frozen long": lambda stage: _frozen(stage, 90.0),
    "killed": lambda stage: _killed(stage, 0.2),
    "killed for long": lambda stage: _killed(stage, 30.0),
    "killed, its orders gone": _killed_and_cleared,
    "restarted": _restarted,
    "started twice": _doubled,
    "database away": lambda stage: _database(stage, "before", 5.0),
    "database unsure": lambda stage: _database(stage, "after", 5.0),
    "database slow": _slow_database,
    "clock behind": lambda stage: _skewed(stage, -2.0),
    "clock ahead": lambda stage: _skewed(stage, 2.0),
    "queries lag": _for(20.0, lambda stage: acts.lagging(stage, 2_000)),
    "trading halted": _for(6.0, acts.halted),
    "delisted for a while": _for(15.0, acts.delisted),
    "fees changed": _for(15.0, _dearer),
    "minimum changed": _for(15.0, lambda stage: acts.higher_least(stage, 2)),
    "tick changed": _for(15.0, lambda stage: acts.coarser_tick(stage, 5)),
    "tick changed for good": _for(0, lambda stage: _for_good(acts.coarser_tick(stage, 5))),
    "step changed": _for(15.0, lambda stage: acts.coarser_step(stage, 10)),
    "step changed for good": _for(0, lambda stage: _for_good(acts.coarser_step(stage, 10))),
    "brackets changed": _for(15.0, acts.other_brackets),
    # Where no stream tells of it, it is asked for every five minutes.
    "funding at once": _for(300.0, acts.funding),
    "position taken away": _for(0, lambda stage: acts.forced_close(stage, is_whole=True)),
    "half of a position taken away": _for(0, lambda stage: acts.forced_close(stage, is_whole=False)),
    "sessions expired": _for(0, acts.sessions_expire),
    "all sockets closed": lambda stage: _sockets_closed(stage, 1001),
    "machine asleep": lambda stage: _asleep(stage, 8 * 3600.0, is_counted=True, is_told=False),
    "machine asleep, clock too": lambda stage: _asleep(stage, 8 * 3600.0, is_counted=False, is_told=True),
    "answer lost, filled": lambda stage: _fate(stage, "filled"),
    "answer lost, partly filled": lambda stage: _fate(stage, "partly filled"),
    "answer lost, cancelled": lambda stage: _fate(stage, "cancelled"),
    "fill told after cancel": _late_fill,
    "market jumps": lambda stage: _rules(stage, *acts.jumps(stage)),
    "fee asset gone": _for(20.0, acts.without_fee_asset),
    "owner takes money out": _for(0, lambda stage: acts.withdrawal(stage, Decimal("0.3"))),
    "not trusted": lambda stage: _unreachable(stage, aiohttp.ClientConnectorCertificateError),
    "venue ends one": lambda stage: _by_hand(stage, "venue_ends"),
    "venue ends all": lambda stage: _all_ended(stage, Status.EXPIRED),
    "venue prevents all": lambda stage: _all_ended(stage, Status.PREVENTED),
    "owner cancels one": lambda stage: _by_hand(stage, "hand_cancel"),
    "owner cancels all": lambda stage: _all_ended(stage, Status.CANCELED),
    "owner orders": lambda stage: _by_hand(stage, "hand_order"),
    "owner moves money": lambda stage: _by_hand(stage, "transfer"),
    "partly filled and ended": _partly_filled_and_ended,
    "burst of fills": _burst,
}


def befalls(venue: str, fault: str) -> bool:
    """Whether a fault is possible on a venue."""
    if fault in PERP_ONLY:
        return venue in futures()
    return fault not in STEPLESS or venue not in acts.KOREAN
