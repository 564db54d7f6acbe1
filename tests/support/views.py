"""Builds the pictures an engine would show, for tests and screenshots of the window. All values are deterministic.

Money adds up as it does in the engine: matched + floating = total for each bot, and equity follows from balances.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.bot import Account, AccountMode, Bot, BotKind, BotState
from engine.domain.grid import GridConfig, Rung, RungStatus
from engine.domain.instrument import Instrument, PriceBand, VenueRules
from engine.domain.ledger import entries_of
from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, FillRecorded, Level
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderKind, OrderState, Purpose, Side, client_order_id
from engine.domain.phrases import CYCLE_CLOSED, GRID_STARTED, HALTED
from engine.domain.sentences import say
from engine.domain.views import AccountView, BotView, EngineState, EngineView, MarketView, PositionView

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def instrument_of(venue: str = "simulated:1", symbol: str = "XRP/KRW", tick: str = "1") -> Instrument:
    base, quote = symbol.split("/")
    rules = VenueRules(
        price_bands=(PriceBand(ZERO, Decimal(tick)),),
        size_increment=Decimal("0.0001"),
        min_quantity=Decimal("0.0001"),
        max_quantity=None,
        min_notional=Decimal(5000) if quote == "KRW" else Decimal(5),
        max_open_orders=200,
        maker_fee=Decimal("0.0005"),
        taker_fee=Decimal("0.0005"),
    )
    return Instrument(venue, symbol, base, quote, rules)


def account_of(instrument: Instrument, mode: AccountMode = AccountMode.SIMULATED, name: str = "") -> Account:
    return Account(instrument.venue, instrument.venue, name or instrument.venue, mode, instrument.quote)


def market_of(
    instrument: Instrument, last: str = "812", *, candles: int = 240, received_at_s: float = 1.0, at: datetime = NOON
) -> MarketView:
    """A market whose candles wander smoothly and end at `last`."""
    tick = instrument.rules.price_increment(Decimal(last))
    end = float(last)

    def wave(step: int) -> float:
        return end * (1 + 0.018 * math.sin(step / 37) + 0.006 * math.sin(step / 5.3) + 0.002 * math.cos(step * 1.7))

    shift = end - wave(0)
    closes = [wave(-back) + shift for back in range(candles, -1, -1)]
    bars = tuple(
        Candle(
            instrument.venue,
            instrument.symbol,
            60,
            at - MINUTE * (candles - position),
            closes[position],
            max(closes[position : position + 2]) * 1.0008,
            min(closes[position : position + 2]) * 0.9992,
            closes[position + 1],
            1000.0 + 400 * math.sin(position / 3),
        )
        for position in range(candles)
    )
    live = Candle(instrument.venue, instrument.symbol, 60, at, end, end, end, end, 120.0, is_closed=False)
    price = Decimal(last)
    return MarketView(instrument, price, price + tick, price, at, received_at_s, live, bars)


def _order(bot: Bot, rung: Rung, side: Side, at: datetime) -> Order:
    leg = f"R{rung.index}{'B' if side is Side.BUY else 'S'}"
    return Order(
        client_order_id=client_order_id(bot.bot_id, bot.generation, leg, rung.cycle, 1),
        bot_id=bot.bot_id,
        account_id=bot.account_id,
        venue=bot.venue,
        symbol=bot.symbol,
        side=side,
        kind=OrderKind.LIMIT,
        price=rung.buy_price if side is Side.BUY else rung.sell_price,
        quantity=rung.quantity,
        post_only=True,
        purpose=Purpose.RUNG_BUY if side is Side.BUY else Purpose.RUNG_SELL,
        generation=bot.generation,
        rung=rung.index,
        cycle=rung.cycle,
        attempt=1,
        created_at=at,
        updated_at=at,
        state=OrderState.OPEN,
        venue_order_id=f"v{rung.index}",
    )


def _rungs(config: GridConfig, instrument: Instrument, price: Decimal) -> list[Rung]:
    step = (config.upper - config.lower) / config.grid_count
    lines = [instrument.rules.nearest_price(config.lower + step * at) for at in range(config.grid_count + 1)]
    quantity = instrument.rules.floor_size(config.investment / sum(lines[:-1], ZERO))
    rungs = []
    for at in range(config.grid_count):
        cycles = 1 + (config.grid_count - abs(at - config.grid_count // 2)) // 4
        gain = (lines[at + 1] - lines[at]) * quantity * (cycles - 1)
        rung = Rung(at, lines[at], lines[at + 1], quantity, quantity, cycle=cycles, attempt=1, profit=gain)
        if lines[at] > price:
            held = replace(rung, bought=quantity, bought_gross=quantity, cost=price * quantity)
            rungs.append(replace(held, status=RungStatus.SELL_PLACED))
        else:
            rungs.append(replace(rung, status=RungStatus.BUY_PLACED))
    return rungs


def grid_bot(
    market: MarketView,
    bot_id: str = "xrpgrid1",
    name: str = "XRP grid",
    *,
    state: BotState = BotState.RUNNING,
    grid_count: int = 20,
    investment: str = "4000000",
    allocation: str = "40",
) -> BotView:
    """A grid 5 % around the market's price, as it looks after some days."""
    instrument, price = market.instrument, market.last
    lower = instrument.rules.nearest_price(price * Decimal("0.95"))
    upper = instrument.rules.nearest_price(price * Decimal("1.05"))
    config = GridConfig(lower, upper, grid_count, Decimal(investment))
    is_working = state in (BotState.RUNNING, BotState.STARTING, BotState.PAUSED)
    bot = Bot(
        bot_id=bot_id,
        name=name,
        kind=BotKind.GRID,
        account_id=instrument.venue,
        venue=instrument.venue,
        symbol=instrument.symbol,
        desk_id="desk",
        allocation_percent=Decimal(allocation),
        config=config,
        created_at=market.at - timedelta(days=3),
        state=state,
        run=1 if is_working else 0,
        generation=1 if is_working else 0,
        started_at=market.at - timedelta(days=3) if is_working else None,
        start_price=price,
    )
    rungs = _rungs(config, instrument, price) if is_working else []
    orders = [
        _order(bot, rung, Side.BUY if rung.status is RungStatus.BUY_PLACED else Side.SELL, market.at)
        for rung in rungs
        if state is BotState.RUNNING
    ]
    matched = sum((rung.profit for rung in rungs), ZERO)
    held = sum((rung.held for rung in rungs), ZERO)
    cost = sum((rung.cost for rung in rungs), ZERO)
    floating = held * market.bid - cost
    event = None
    if is_working:
        event = say(CYCLE_CLOSED, rung=grid_count // 2, cycle=3, profit=round(matched / 7, 4), quote=instrument.quote)
    return BotView(
        bot=replace(bot, matched_profit=matched, last_event=event, last_event_at=market.at if event else None),
        rungs=tuple(rungs),
        open_orders=tuple(orders),
        price=price,
        matched_profit=matched,
        floating_pnl=floating,
        total_pnl=matched + floating,
        base_held=held,
        average_entry=cost / held if held else None,
        apr_pct=matched / Decimal(investment) * 100 * 365 / 3 if is_working else None,
        cycles_per_day=Decimal(sum(rung.cycle - 1 for rung in rungs)) / 3 if is_working else None,
    )


def fills_of(shown: BotView, instrument: Instrument, count: int, *, newest_at: datetime = NOON) -> list[FillRecorded]:
    """The last fills of a bot, newest last: buys and sells in turn along the ladder."""
    fills = []
    for number in range(count if shown.rungs else 0):
        rung = shown.rungs[number % len(shown.rungs)]
        side = Side.BUY if number % 2 == 0 else Side.SELL
        at = newest_at - MINUTE * (count - number)
        order = _order(shown.bot, rung, side, at)
        assert order.price is not None, "rung orders are limit orders"
        fee = instrument.rules.fee(order.price * order.quantity, instrument.rules.maker_fee)
        fill = Fill(
            venue=shown.bot.venue,
            trade_id=f"{shown.bot.bot_id}-{number}",
            client_order_id=order.client_order_id,
            symbol=shown.bot.symbol,
            side=side,
            price=order.price,
            quantity=order.quantity,
            fee=fee,
            fee_asset=instrument.quote,
            liquidity=Liquidity.MAKER,
            at=at,
        )
        done = order.with_fill(fill)
        profit = (rung.sell_price - rung.buy_price) * rung.quantity - 2 * fee if side is Side.SELL else None
        fills.append(
            FillRecorded(fill, done, entries_of(fill, instrument, shown.bot.account_id, shown.bot.bot_id), profit)
        )
    return fills


def log_of(bots: Sequence[BotView], count: int, *, newest_at: datetime = NOON) -> list[DecisionLogged]:
    """The last lines of the log, newest last, of all levels."""
    lines = []
    for number in range(count if bots else 0):
        shown = bots[number % len(bots)]
        level = (Level.INFO, Level.INFO, Level.INFO, Level.INFO, Level.LOOK, Level.INFO, Level.ERROR)[number % 7]
        sentence = say(CYCLE_CLOSED, rung=number % 20, cycle=number // 20 + 1, profit=Decimal("604.656"), quote="KRW")
        if number % 7 == 4:
            sentence = say(GRID_STARTED, price=Decimal(812), quote="KRW", buys=11, sells=9)
        if number % 7 == 6:
            sentence = say(HALTED)
        lines.append(DecisionLogged(shown.bot.bot_id, level, sentence, newest_at - MINUTE * (count - number)))
    return lines


def position_of(shown: BotView) -> PositionView | None:
    if not shown.base_held or shown.price is None or shown.average_entry is None:
        return None
    return PositionView(
        shown.bot.bot_id,
        shown.bot.name,
        shown.bot.venue,
        shown.bot.symbol,
        shown.base_held,
        shown.average_entry,
        shown.price,
        shown.base_held * shown.price,
        shown.floating_pnl,
        shown.matched_profit,
    )


def view_of(
    markets: Sequence[MarketView] = (),
    bots: Sequence[BotView] = (),
    *,
    modes: Sequence[AccountMode] = (),
    state: EngineState = EngineState.RUNNING,
    sequence: int = 1,
    fills: Sequence[FillRecorded] = (),
    log: Sequence[DecisionLogged] = (),
) -> EngineView:
    """One picture. `modes` are those of the markets' accounts, simulated where none is given."""
    cash = {"KRW": Decimal(10_000_000), "USDT": Decimal(10_000)}
    accounts = []
    for at, market in enumerate(markets):
        mode = modes[at] if at < len(modes) else AccountMode.SIMULATED
        quote = market.instrument.quote
        own = [shown for shown in bots if shown.bot.venue == market.instrument.venue]
        total = sum((shown.total_pnl for shown in own), ZERO)
        reserved = sum(
            (order.price * order.quantity for shown in own for order in shown.open_orders if order.price), ZERO
        )
        accounts.append(
            AccountView(
                account_of(market.instrument, mode),
                ((quote, cash.get(quote, Decimal(1)), reserved),),
                cash.get(quote, Decimal(1)) + total,
                total / 3,
            )
        )
    positions = tuple(position for shown in bots if (position := position_of(shown)) is not None)
    return EngineView(
        sequence=sequence,
        state=state,
        trouble=None,
        is_database_up=True,
        is_cache_up=True,
        cache_kind="in process",
        pending_records=0,
        accounts=tuple(accounts),
        markets=tuple(markets),
        bots=tuple(bots),
        positions=positions,
        fills=tuple(fills),
        log=tuple(log),
    )
