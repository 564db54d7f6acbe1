"""What an exchange does that no wire is to blame for, and what befalls an order there: each begins when it is called,
and answers how it ends.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.office import Office
from tests.support.exchange.orders import Order
from tests.support.exchange.values import Kind, Listing, PositionSide, Refused, Side

if TYPE_CHECKING:
    from tests.proof.faults import Stage

End = Callable[[], None]

#: They take eight decimals of a size, of everything, and have no word for another step.
KOREAN = frozenset({"upbit", "bithumb"})
#: A frame's time on the wire is over then, and no client has had its answer yet.
SOON_S = 0.001
#: How far a market jumps that an order meets, as a part of its price: more than the next line is away.
JUMP = 0.012


def nothing() -> None:
    """It ended by itself."""


def listing_of(stage: "Stage") -> Listing:
    """The rules of now."""
    return stage.exchange.markets[stage.symbol].listing


def change_listing(stage: "Stage", **changes: object) -> End:
    """Other rules, until it ends."""
    listing = listing_of(stage)
    usual = {name: getattr(listing, name) for name in changes}
    stage.exchange.change_listing(stage.symbol, **changes)
    return lambda: stage.exchange.change_listing(stage.symbol, **usual)


def coarser_tick(stage: "Stage", times: int) -> End:
    """Prices come in steps that are so many times as large, at all prices."""
    bands = tuple((start, increment * times) for start, increment in listing_of(stage).price_bands)
    return change_listing(stage, price_bands=bands)


def coarser_step(stage: "Stage", times: int) -> End:
    """The same for sizes, and the smallest one."""
    listing = listing_of(stage)
    step = listing.size_increment * times
    return change_listing(stage, size_increment=step, min_size=max(listing.min_size, step))


def higher_least(stage: "Stage", times: int) -> End:
    """An order must be worth so many times as much."""
    return change_listing(stage, min_notional=listing_of(stage).min_notional * times)


def other_brackets(stage: "Stage") -> End:
    """Futures: positions must be backed by twice as much, at half of the highest leverage."""
    brackets = listing_of(stage).brackets
    if not brackets:
        return nothing
    harder = tuple((floor, cap, max(highest // 2, 5), margin_rate * 2) for floor, cap, highest, margin_rate in brackets)
    return change_listing(stage, brackets=harder)


def halted(stage: "Stage") -> End:
    """Nothing can be ordered; what rests, rests, and can be cancelled."""
    stage.exchange.change_listing(stage.symbol, is_trading=False)
    return lambda: stage.exchange.change_listing(stage.symbol, is_trading=True)


def delisted(stage: "Stage") -> End:
    """Nothing is traded any more and what rested is ended; in the end it is listed again."""
    stage.exchange.delist(stage.symbol)
    return lambda: stage.exchange.change_listing(stage.symbol, is_trading=True)


def forced_close(stage: "Stage", *, is_whole: bool) -> End:
    """Futures: the exchange takes the position away, by auto-deleveraging or liquidation, or half of it."""
    exchange, step = stage.exchange, listing_of(stage).size_increment
    size = next((each.size for each in exchange.positions(stage.account) if each.symbol == stage.symbol), Decimal(0))
    half = size / 2 // step * step
    if not is_whole and half > 0:
        exchange.perps.deleverage(stage.account, stage.symbol, PositionSide.BOTH, half)
        stage.taken_away()
    elif size > 0:
        exchange.perps.close_by_force(stage.account, stage.symbol, PositionSide.BOTH)
        stage.taken_away()
    return nothing


def is_perp(stage: "Stage") -> bool:
    """Whether it trades futures."""
    return listing_of(stage).kind is Kind.PERP


def funding(stage: "Stage") -> End:
    """Futures: everybody pays or is paid now."""
    stage.exchange.perps.fund()
    return nothing


def sessions_expire(stage: "Stage") -> End:
    """Listen keys and private sessions end, in the venue's own way; where it knows none its sockets are closed."""
    expire = getattr(stage.server.skins[0], "expire_streams", None)
    if expire is not None:
        expire()
    else:
        stage.server.cut("", 1001)
    return nothing


def withdrawal(stage: "Stage", part: Decimal) -> End:
    """The owner takes away a part of what nothing needs."""
    exchange, listing = stage.exchange, listing_of(stage)
    balance = exchange.balance(stage.account, listing.quote)
    spare = balance.total - balance.locked
    wanted = (spare * part).quantize(Decimal("0.01") if spare < 10_000 else Decimal(1))
    if wanted > 0:
        with contextlib.suppress(Refused):
            exchange.transfer(stage.account, listing.quote, -wanted)
    return nothing


def without_fee_asset(stage: "Stage") -> End:
    """The owner takes away what fees were paid with, where the house has such an asset, until it ends."""
    exchange, asset = stage.exchange, stage.exchange.house.fee_asset
    balance = exchange.balance(stage.account, asset) if asset else None
    if balance is None or balance.total <= 0:
        return nothing
    there = balance.total
    exchange.transfer(stage.account, asset, -there)
    return lambda: exchange.transfer(stage.account, asset, there)


def lagging(stage: "Stage", lag_ms: int) -> End:
    """Queries do not know of what is newer than that."""
    exchange = stage.exchange
    usual = exchange.house
    exchange.house = replace(usual, lag_ms=lag_ms)

    def end() -> None:
        exchange.house = usual

    return end


# What befalls an order whose answer is lost, before anybody can ask


def lost_and(stage: "Stage", what: str) -> Rule:
    """An order is taken, its answer is lost, and at once it is filled, partly filled or ended by the venue."""
    loop = asyncio.get_running_loop()
    known = {order.order_id for order in stage.exchange.open_of(stage.account)}

    def later() -> None:
        fresh = [order for order in stage.exchange.open_of(stage.account) if order.order_id not in known]
        if fresh:
            befall(stage, fresh[-1], what)

    return Rule(
        Point.REQUEST, Action.RESET, kind="order", is_processed=True, also=lambda: loop.call_later(SOON_S, later)
    )


def befall(stage: "Stage", order: Order, what: str) -> None:
    """Filled, partly filled, or cancelled by hand, whoever is before it in the queue."""
    office = Office(stage.exchange, stage.plan.acts)
    record = order.record()
    step = listing_of(stage).size_increment
    match what:
        case "filled":
            office.fill(order.order_id)
        case "partly filled":
            part = record.remaining * Decimal("0.4") // step * step
            office.fill(order.order_id, part if part > 0 else None)
        case _:
            stage.exchange.cancel(stage.account, order.order_id)


def jumps(stage: "Stage") -> tuple[Rule, Rule]:
    """The market is through an order's price as it comes: upwards at one, downwards at the next."""

    def jump(part: float) -> Rule:
        return Rule(Point.REQUEST, Action.PASS, kind="order", also=lambda: stage.move(part))

    return jump(JUMP), jump(-2 * JUMP)


def best_bid_of_ours(stage: "Stage") -> Order | None:
    """The buy that trades next."""
    buys = [
        order
        for order in stage.exchange.open_of(stage.account)
        if order.side is Side.BUY and order.price is not None and order.order_id not in stage.exchange.history.foreign
    ]
    return max(buys, key=lambda order: order.resting_price, default=None)


def filled_then_cancelled(stage: "Stage", late: Rule) -> Rule:
    """Our best bid trades in part and is cancelled; the fill is told only after the cancel, by a rule for frames."""
    order = best_bid_of_ours(stage)
    if order is not None:
        late.contains = order.client_order_id
        befall(stage, order, "partly filled")
        if not order.status.is_final:
            befall(stage, order, "cancelled")
    return late
