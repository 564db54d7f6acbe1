"""The life of a grid bot: trigger, first purchase, ladder, stops, end. Called whenever something about it changed."""

from dataclasses import replace
from decimal import Decimal

from engine.bots.grid import Stop, is_triggered, stop_reached
from engine.bots.grid_rules import preview, rebalancing
from engine.bots.ladder import base_to_hold, rungs_of, spread_over, starts_holding
from engine.domain import live_phrases, phrases
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.instrument import InstrumentKind
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import Level
from engine.domain.money import ZERO
from engine.domain.order import Purpose, Side
from engine.domain.sentences import say
from engine.kernel.books import HIGHEST, BotBook, MarketBook
from engine.kernel.claims import free_base_for, free_quote_for
from engine.kernel.feeding import feed_account
from engine.kernel.holds import needs_confirmation
from engine.kernel.orders import (
    NO_RUNG,
    cancel_all,
    place_leg_order,
    refresh_status,
)
from engine.kernel.quiet import set_quiet
from engine.kernel.retries import is_waiting
from engine.kernel.state import Move, State
from engine.kernel.tending import tend

#: What would trade, on a position of which nobody knows what it is.
DOUBTFUL_STATES = frozenset({BotState.WAITING, BotState.STARTING, BotState.RUNNING, BotState.REBALANCING})
MARKET_STATES = frozenset({BotState.RUNNING, BotState.STARTING, BotState.REBALANCING})


def check_stops(state: State, book: BotBook) -> None:
    """Before anything else on each quote: a stop wins over a rung."""
    market = book.market
    if market is None or market.bid is None or market.is_stale or not _may_trade(book) or not book.bot.is_grid:
        return
    if book.bot.state not in MARKET_STATES or may_only_end(state, book):
        return
    pnl = book.pnl_at(market.bid)
    stop = stop_reached(book.bot.grid, market.bid, pnl)
    if stop is not None:
        state.changed.add(book.bot.bot_id)
        _say_stop(state, book, market, stop, pnl)
        begin_stop(state, book, stop.inventory)


def advance(state: State, book: BotBook) -> None:
    """Bring a grid one step further, as far as the present market and its live orders allow."""
    if not book.bot.is_grid:
        return  # a two-leg bot looks at both its markets, with the next book or the next tick
    market = book.market
    if market is None or market.bid is None or market.ask is None or market.is_stale or not _may_trade(book):
        book.quiet_low = book.quiet_high = HIGHEST  # the next quote is looked at
        return
    state.changed.add(book.bot.bot_id)
    if market.is_doubted and book.bot.state in DOUBTFUL_STATES:
        book.quiet_low = book.quiet_high = HIGHEST
        return
    is_held = may_only_end(state, book)
    if is_held or book.bot.state in (BotState.PAUSED, BotState.ERROR):
        cancel_all(state, book, () if is_held else book.adopted)
    elif book.bot.state in (BotState.STOPPED, BotState.WAITING) and (book.base_held or book.cash):
        _hand_back_late(state, book, market)
    if book.bot.state is BotState.WAITING and not is_held and not _asks_first(state, book):
        _wait_for_trigger(state, book, market)
    if not is_held:
        if book.bot.state is BotState.REBALANCING:
            _rebalance(state, book, market)
        if book.bot.state is BotState.STARTING:
            _acquire(state, book, market)
        if book.bot.state is BotState.RUNNING:
            tend(state, book, market)
        if book.bot.state is BotState.STOPPING:
            _wind_down(state, book, market)
        if book.bot.state is BotState.ERROR:
            cancel_all(state, book, book.adopted)  # our own risk denied an order just now, for the last time
    elif book.bot.state is BotState.STOPPING and book.bot.stop_inventory is Inventory.KEEP and not state.is_halted:
        _wind_down(state, book, market)  # it sends nothing
    set_quiet(state, book)


def begin_stop(state: State, book: BotBook, inventory: Inventory) -> None:
    """From now on the bot only winds down."""
    book.set_bot(state=BotState.STOPPING, stop_inventory=inventory, start_price=None)
    # What a rung's refusals made the bot wait for must not hold a stop up.
    book.retry_at, book.rejects = None, 0
    template = phrases.STOPPING_SELL if inventory is Inventory.SELL else phrases.STOPPING_KEEP
    asset = book.market.instrument.base if book.market else ""
    state.say(book, say(template, base=book.base_held, asset=asset))


def may_only_end(state: State, book: BotBook) -> bool:
    """Whether nothing may be sent for the bot: everything is halted, or its account's real money is held back."""
    return state.is_halted or (book.account is not None and book.account.hold is not None)


def _asks_first(state: State, book: BotBook) -> bool:
    """Whether the bot's first orders with real money wait for somebody who has seen them."""
    if not needs_confirmation(book):
        return False
    if not book.is_asking:
        book.is_asking = True
        sentence = say(live_phrases.NEEDS_CONFIRMATION, bot=book.bot.name, id=book.bot.bot_id)
        state.say(book, sentence, Level.LOOK)
    return True


def _may_trade(book: BotBook) -> bool:
    account = book.account
    return account is not None and account.is_connected and not account.is_leaving and account.trouble is None


def _wait_for_trigger(state: State, book: BotBook, market: MarketBook) -> None:
    assert market.ask is not None
    trigger = book.bot.grid.trigger_price
    if book.bot.start_price is None:
        book.set_bot(start_price=market.ask)
        if trigger is not None:
            quote = market.instrument.quote
            state.say(book, say(phrases.GRID_WAITS_TRIGGER, trigger=trigger, quote=quote))
    if trigger is None or is_triggered(trigger, book.bot.start_price or market.ask, market.ask):
        _begin(state, book, market)


def _begin(state: State, book: BotBook, market: MarketBook) -> None:
    """A new run at the present ask: check once more, make the ladder, hand over held base, start buying."""
    assert market.ask is not None
    assert book.account is not None
    config, instrument, price = book.bot.grid, market.instrument, market.ask
    untriggered = replace(config, trigger_price=None)
    free_base = free_base_for(state, book) if config.use_held_base else None
    seen = preview(untriggered, instrument, price, free_quote_for(state, book), free_base)
    if seen.refusals:
        cause = seen.refusals[0].sentence
        book.set_bot(state=BotState.STOPPED, start_price=None)
        state.say(book, say(phrases.GRID_REFUSED, cause=cause), Level.ERROR)
        return
    book.set_bot(
        state=BotState.STARTING,
        run=book.bot.run + 1,
        generation=book.bot.generation + 1,
        started_at=market.at,
        stopped_at=None,
        start_price=price,
        matched_profit=ZERO,
        closed_cycles=0,
        buy_fills=0,
        sell_fills=0,
        spare_base=ZERO,
        spare_cash=ZERO,
        fees_quote=ZERO,
        fees_base=ZERO,
        fees_other=(),
        funding=ZERO,
        final_pnl=None,
        target_base=base_to_hold(seen.rungs, price),
    )
    book.set_ladder(list(seen.rungs))
    if seen.capital_base:
        _adopt(state, book, seen.capital_base, price)
    sells = sum(starts_holding(rung, price) for rung in seen.rungs)
    sentence = say(phrases.GRID_STARTED, price=price, quote=instrument.quote, buys=len(seen.rungs) - sells, sells=sells)
    state.say(book, sentence)


def _acquire(state: State, book: BotBook, market: MarketBook, *, sells_surplus: bool = False) -> None:
    """Buy at market until the bot holds what its ladder needs, then fill the holding rungs.

    After an edit, base of the old ladder that the new one does not need is sold; what a purchase leaves over is kept.
    """
    assert market.bid is not None
    assert market.ask is not None
    if book.live or is_waiting(book, market):
        return
    rules = market.instrument.rules
    price = book.ladder_price or book.bot.start_price or market.ask
    held, needed = book.bot.spare_base, book.bot.target_base
    to_buy, to_sell = rebalancing(held, needed, rules, market.ask)
    if to_buy or (to_sell and sells_surplus and not book.has_bought):
        most = rules.max_quantity
        quantity = to_buy or to_sell
        quantity = quantity if most is None else min(quantity, most)
        book.has_bought |= bool(to_buy)
        side, purpose = (Side.BUY, Purpose.INITIAL_BUY) if to_buy else (Side.SELL, Purpose.REBALANCE_SELL)
        place_leg_order(state, book, side, quantity, purpose)
        return
    if needed:
        cost = -book.bot.spare_cash
        book.set_ladder(list(spread_over(book.rungs, price, cost)))
        book.set_bot(spare_base=held - book.open_base, spare_cash=ZERO)
        state.say(book, say(phrases.BASE_ACQUIRED, base=needed, asset=market.instrument.base))
    book.set_bot(state=BotState.RUNNING, start_price=price, target_base=ZERO)
    book.dirty_rungs = {rung.index for rung in book.rungs}
    book.ladder_price, book.has_bought = None, False
    book.is_window_stale = True


def _rebalance(state: State, book: BotBook, market: MarketBook) -> None:
    """When the old ladder's orders are gone, pool everything, make the new ladder at the present price, and fit to it.

    After a restart in the middle of it the ladder is made once more, at the price of that time.
    """
    assert market.ask is not None
    if any(order.rung != NO_RUNG for order in book.live.values()):
        cancel_all(state, book)
        return
    if book.live:
        return
    if book.ladder_price is None:
        price = market.ask
        rungs = rungs_of(book.bot.grid, market.instrument.rules, price)
        _pool(book)
        needed = base_to_hold(rungs, price)
        book.set_bot(generation=book.bot.generation + 1, target_base=needed)
        book.set_ladder(list(rungs))
        book.ladder_price = price
    _acquire(state, book, market, sells_surplus=True)


def _wind_down(state: State, book: BotBook, market: MarketBook) -> None:
    """Orders go first, then the inventory, then the bot is stopped and what is left goes back to the account."""
    assert market.bid is not None
    if book.live:
        if any(order.rung != NO_RUNG for order in book.live.values()):
            cancel_all(state, book)
        return
    if book.bot.run == 0 or book.bot.generation == 0:
        _finish(state, book, market)
        return
    _pool(book)
    rules = market.instrument.rules
    sellable = rules.floor_size(book.bot.spare_base)
    if book.bot.stop_inventory is Inventory.SELL and rules.is_tradable(sellable, market.bid):
        if is_waiting(book, market) or market.is_doubted:
            return
        quantity = sellable if rules.max_quantity is None else min(sellable, rules.max_quantity)
        place_leg_order(state, book, Side.SELL, quantity, Purpose.LIQUIDATION)
        return
    _finish(state, book, market)


def _finish(state: State, book: BotBook, market: MarketBook) -> None:
    assert market.bid is not None
    pnl = book.pnl_at(market.bid)
    if book.bot.spare_base:
        _adopt(state, book, -book.bot.spare_base, market.bid)
    book.set_bot(
        state=BotState.STOPPED,
        stopped_at=market.at,
        final_pnl=pnl,
        start_price=None,
        target_base=ZERO,
        spare_base=ZERO,
        spare_cash=ZERO,
    )
    book.dirty_rungs.clear()
    book.waiting.clear()
    book.ladder_price, book.has_bought = None, False
    if book.account is not None:
        feed_account(state, book.account)
    state.say(book, say(phrases.STOPPED, pnl=pnl, quote=market.instrument.quote))


def _hand_back_late(state: State, book: BotBook, market: MarketBook) -> None:
    """A fill was told after the run had ended: it counts to that run's result, its base goes to the account."""
    assert market.bid is not None
    _pool(book)
    result = (book.bot.final_pnl or ZERO) + book.cash + book.base_held * market.bid
    if book.bot.spare_base:
        _adopt(state, book, -book.bot.spare_base, market.bid)
    book.set_bot(final_pnl=result, spare_base=ZERO, spare_cash=ZERO)


def _pool(book: BotBook) -> None:
    """Take the open cycles of all rungs into the bot's spare base and cash."""
    if book.open_base or book.open_cash or any(rung.bought or rung.sold for rung in book.rungs):
        book.set_bot(spare_base=book.bot.spare_base + book.open_base, spare_cash=book.bot.spare_cash + book.open_cash)
        for rung in list(book.rungs):
            empty = replace(rung, bought=ZERO, bought_gross=ZERO, cost=ZERO, sold=ZERO, proceeds=ZERO)
            book.set_rung(empty)
            refresh_status(book, rung.index)


def _adopt(state: State, book: BotBook, quantity: Decimal, price: Decimal) -> None:
    """Move base between account and bot at a price: positive to the bot (adopt), negative back (release)."""
    assert book.market is not None
    instrument, bot, at = book.market.instrument, book.bot, state.time_of(book)
    kind = EntryKind.ADOPT if quantity > 0 else EntryKind.RELEASE
    reference = f"{kind.value}:{bot.bot_id}:{bot.run}:{bot.generation}"
    if not bot.is_in_run:
        reference += f":{bot.buy_fills + bot.sell_fills}"  # after the end of a run, once for each late fill
    if instrument.kind is InstrumentKind.PERP:
        state.moves.append(Move(bot.bot_id, quantity, at, at_venue=False))
    value = quantity * price
    moves = ((bot.bot_id, quantity, -value), ("", -quantity, value))
    state.book_entries(
        tuple(
            LedgerEntry(bot.account_id, owner, asset, amount, kind, reference, at)
            for owner, base, quote in moves
            for asset, amount in ((instrument.position_asset, base), (instrument.quote, quote))
        )
    )
    book.set_bot(spare_base=bot.spare_base + quantity, spare_cash=bot.spare_cash - value)


def _say_stop(state: State, book: BotBook, market: MarketBook, stop: Stop, pnl: Decimal) -> None:
    assert market.bid is not None
    templates = {
        "stop_lower": phrases.STOP_LOWER_HIT,
        "stop_upper": phrases.STOP_UPPER_HIT,
        "stop_loss_pct": phrases.STOP_LOSS_HIT,
        "take_profit_pct": phrases.TAKE_PROFIT_HIT,
    }
    quote = market.instrument.quote
    sentence = say(templates[stop.field], limit=stop.limit, price=market.bid, pnl=pnl, quote=quote)
    state.say(book, sentence, Level.LOOK)
