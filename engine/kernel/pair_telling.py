"""What two-leg bots are told beside the events of their orders: books, rates, states of markets, and the time."""

from collections.abc import Iterable

from engine.domain.arbitrage_messages import ClockTicked, MarketStatus
from engine.domain.bot import BotState
from engine.domain.market import FxRate, OrderBook
from engine.kernel.books import HIGHEST, BotBook
from engine.kernel.orders import cancel_all
from engine.kernel.pair_books import pair_id_of
from engine.kernel.pair_run import step_pair
from engine.kernel.quiet import LOWEST
from engine.kernel.state import State

Told = OrderBook | FxRate | MarketStatus | ClockTicked


def on_told(state: State, message: Told) -> Iterable[str]:
    """Take it in; returns the ids of the two-leg bots that look again because of it."""
    match message:
        case OrderBook():
            market = state.markets.get((message.venue, message.symbol))
            if market is None:
                return ()
            market.book = message
            return market.pairs
        case MarketStatus():
            market = state.markets.get((message.venue, message.symbol))
            if market is not None:
                market.status = message
            return ()
        case FxRate():
            # Decided on with the next book, or the next tick: a rate alone opens nothing.
            state.rates[(message.pair, message.source)] = message
            return ()
        case ClockTicked():
            state.clock = message.at if state.clock is None else max(state.clock, message.at)
            return tuple(state.pairs)


def due_pair(state: State, half: BotBook) -> str | None:
    """The two-leg bot that looks again because something about one of its halves changed.

    A half whose other one's desk is another has no order here for long: nobody would hedge what it fills.
    """
    half.quiet_low, half.quiet_high = LOWEST, HIGHEST  # its quotes are its books
    pair_id = pair_id_of(half)
    if pair_id in state.pairs:
        return pair_id
    state.changed.add(half.bot.bot_id)
    cancel_all(state, half)
    return None


def step_pairs(state: State, due: Iterable[str]) -> None:
    """Let them decide, in the order of their ids."""
    for pair_id in sorted(due):
        pair = state.pairs.get(pair_id)
        if pair is not None:
            step_pair(state, pair)


def has_work(state: State) -> bool:
    """Whether a two-leg bot counts seconds."""
    return any(
        pair.positions or state.bots[pair.bot_id].bot.state not in (BotState.STOPPED, BotState.PAUSED)
        for pair in state.pairs.values()
    )
