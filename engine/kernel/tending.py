"""Tending a ladder: placing what its rungs want, and choosing which orders rest where the venue allows too few."""

from collections.abc import Iterable
from decimal import Decimal

from engine.bots.grid import Want, wants
from engine.domain.order import Order, OrderState, Side
from engine.kernel.books import BotBook, MarketBook
from engine.kernel.orders import close_cycle, place_rung_order, refresh_status, request_cancel
from engine.kernel.retries import is_waiting
from engine.kernel.state import State


def tend(state: State, book: BotBook, market: MarketBook) -> None:
    """Place what the rungs want; with more wanted than the venue allows, only what was chosen for the window.

    After a connection what closes comes first: nothing that opens is sent before each exit has its answer.
    """
    assert market.bid is not None
    assert market.ask is not None
    assert book.account is not None
    if is_waiting(book, market):
        return
    book.dirty_rungs |= book.waiting
    book.waiting.clear()
    others = book.account.open_orders.get(book.bot.symbol, 0) - len(book.live)
    cap = max(market.instrument.rules.max_open_orders - others, 0)
    middle = (market.bid + market.ask) / 2
    found = _found(state, book, book.dirty_rungs)
    if book.is_windowed or len(found) + len(book.live) > cap:
        found = _found(state, book, range(len(book.rungs)))
        book.is_windowed = len(found) + len(book.live) > cap
        if book.is_windowed:
            if book.is_window_stale:
                _choose(state, book, found, middle, cap)
            found = [want for want in found if (want.rung, want.side) in book.chosen]
    book.is_window_stale = False
    book.dirty_rungs.clear()
    found.sort(key=lambda want: _rank(want, middle))
    exits = [want for want in found if want.side is Side.SELL]
    if book.is_taken_up:
        known = set(book.live)
        _place(state, book, market, exits, cap)
        book.is_taken_up, book.first_exits = False, set(book.live) - known
        found = [want for want in found if want.side is Side.BUY]
    elif _waits_for_exits(book):
        _place(state, book, market, exits, cap)
        found = [want for want in found if want.side is Side.BUY]
    if _waits_for_exits(book):
        book.dirty_rungs |= {want.rung for want in found}
        return
    _place(state, book, market, found, cap)


def _waits_for_exits(book: BotBook) -> bool:
    """Whether an exit that was decided first after a connection has no answer yet.

    An outcome that nobody knows is an answer: it may take long to be known, and its rung waits for it by itself.
    """
    live = (book.live.get(identity) for identity in book.first_exits)
    if any(order is not None and order.state is OrderState.INTENT for order in live):
        return True
    book.first_exits.clear()
    return False


def _choose(state: State, book: BotBook, missing: list[Want], middle: Decimal, cap: int) -> None:
    """The `cap` orders nearest to the middle, live or wanted; live ones outside are cancelled first."""
    live: list[tuple[Want, Order | None]] = [
        (Want(order.rung, order.side, order.price, order.remaining), order)
        for order in book.live.values()
        if order.price is not None
    ]
    ranked = sorted([*live, *((want, None) for want in missing)], key=lambda row: _rank(row[0], middle))
    book.chosen = {(want.rung, want.side) for want, order in ranked[:cap] if order is None}
    for _, order in ranked[cap:]:
        if order is not None:
            request_cancel(state, book, order)


def _found(state: State, book: BotBook, indexes: Iterable[int]) -> list[Want]:
    return [want for index in sorted(indexes) for want in _wants_of(state, book, index)]


def _place(state: State, book: BotBook, market: MarketBook, found: list[Want], cap: int) -> None:
    """Send what would rest; remember what would trade at once (post-only), and what has no room yet."""
    assert market.bid is not None
    assert market.ask is not None
    for at, want in enumerate(found):
        crosses = want.price >= market.ask if want.side is Side.BUY else want.price <= market.bid
        if crosses and book.bot.grid.post_only:
            book.waiting.add(want.rung)
        elif len(book.live) >= cap:
            book.dirty_rungs.add(want.rung)
        elif not place_rung_order(state, book, want.rung, want.side, want.price, want.quantity):
            if want.rung in book.starved:
                continue
            book.dirty_rungs |= {later.rung for later in found[at:]}
            return


def _wants_of(state: State, book: BotBook, index: int) -> tuple[Want, ...]:
    """What a rung wants now; a rung whose cycle turns out to be done is closed first."""
    assert book.market is not None
    close_cycle(state, book, index)
    refresh_status(book, index)
    if any(order.is_cancel_requested or order.state is OrderState.UNKNOWN for order in _live_on(book, index)):
        return ()
    return wants(book.rungs[index], *book.live_of(index), book.market.instrument.rules)


def _live_on(book: BotBook, index: int) -> list[Order]:
    return list(book.by_rung.get(index, {}).values())


def _rank(want: Want, middle: Decimal) -> tuple[Decimal, bool]:
    return abs(want.price - middle), want.side is Side.SELL
