"""Values of the domain for storage tests: complete, consistent with one another, and different in every field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.domain.bot import Account, AccountMode, Bot, BotKind, BotState
from engine.domain.grid import GridConfig, GridMode, Inventory, Rung, RungStatus, Sizing
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, MarginBracket, PriceBand, VenueRules
from engine.domain.ledger import entries_of
from engine.domain.messages import AccountRecorded, BotRecorded, FillRecorded, InstrumentRecorded, Record
from engine.domain.order import Fill, Liquidity, Order, OrderKind, Purpose, Side
from engine.domain.sentences import say
from storage.database import Connection

#: Short, because the numbers are what a reader compares.
D = Decimal

DESK = "desk-of-the-test"
VENUE = "paper:test"
SYMBOL = "XRP/KRW"
BOT = "abcd1234"
PRICE = D("500.5")
T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

ACCOUNT = Account(VENUE, VENUE, "페이퍼 (test)", AccountMode.PAPER, "KRW", (("zeta", "1"), ("cash.KRW", "10000000")))
RULES = VenueRules(
    price_bands=(PriceBand(D(0), D("0.0001")), PriceBand(D("0.1"), D("0.001")), PriceBand(D(1000), D(1))),
    size_increment=D("0.00000001"),
    min_quantity=D("0.001"),
    max_quantity=D("1000000000"),
    min_notional=D(5000),
    max_open_orders=100,
    maker_fee=D("0.0005"),
    taker_fee=D("0.00139"),
    fee_asset=FeeAsset.QUOTE,
    effective_from=T0 - timedelta(days=30),
)
INSTRUMENT = Instrument(VENUE, SYMBOL, "XRP", "KRW", RULES)
PERP = Instrument(
    VENUE, "BTC/USDT", "BTC", "USDT",
    replace(RULES, leverage=7, brackets=(
        MarginBracket(D(0), D(50_000), 125, D("0.004")),
        MarginBracket(D(50_000), D("250000.5"), 100, D("0.005"), D("50.00000001")),
    )),
    kind=InstrumentKind.PERP, contract_size=D("0.001"), is_hedged=True,
)  # fmt: skip
CONFIG = GridConfig(
    lower=D("400.5"),
    upper=D("900.25"),
    grid_count=10,
    investment=D("1234567.89"),
    mode=GridMode.GEOMETRIC,
    sizing=Sizing.EQUAL_QUOTE,
    post_only=False,
    use_held_base=True,
    compounding=True,
    trigger_price=D("555.5"),
    stop_upper=D(950),
    stop_lower=D(350),
    stop_loss_pct=D("12.5"),
    take_profit_pct=D("33.333333333"),
    stop_upper_inventory=Inventory.KEEP,
    stop_lower_inventory=Inventory.SELL,
    stop_loss_inventory=Inventory.KEEP,
    take_profit_inventory=Inventory.KEEP,
)


def make_bot(bot_id: str = BOT, **changes: Any) -> Bot:
    """A running bot with the smallest allocation, so that many fit."""
    bot = Bot(
        bot_id=bot_id,
        name=f"Grid {bot_id}",
        kind=BotKind.GRID,
        account_id=VENUE,
        venue=VENUE,
        symbol=SYMBOL,
        desk_id=DESK,
        allocation_percent=D("0.5"),
        config=CONFIG,
        created_at=T0,
        state=BotState.RUNNING,
        run=1,
        generation=1,
        started_at=T0 + timedelta(seconds=1),
    )
    return replace(bot, **changes)


#: Every field has a value that no other field of its type has, so that two swapped columns cannot pass.
BUSY_BOT = make_bot(
    allocation_percent=D("12.3456789"),
    run=3,
    generation=7,
    leg_attempt=11,
    stopped_at=T0 + timedelta(seconds=2),
    start_price=D("501.5"),
    matched_profit=D("1000.00000001"),
    closed_cycles=13,
    buy_fills=17,
    sell_fills=19,
    spare_base=D("0.00000003"),
    spare_cash=D("-23.75"),
    fees_quote=D("29.125"),
    fees_base=D("0.0000031"),
    fees_other=(("BNB", D("0.00012")), ("OKB", D("-0.5"))),
    funding=D("-3.00000007"),
    target_base=D("37.5"),
    final_pnl=D("-41.25"),
    stop_inventory=Inventory.SELL,
    consecutive_rejects=2,
    fencing_token=5,
    last_event=say("Rung {rung} closed, {profit} {asset}.", rung=7, profit=D("1.50"), asset="KRW"),
    last_event_at=T0 + timedelta(seconds=3, microseconds=123456),
    last_trade_at=T0 + timedelta(seconds=4),
)


def make_rung(index: int = 0, **changes: Any) -> Rung:
    rung = Rung(index, D(400 + 50 * index), D(450 + 50 * index), D("12.5"), D("12.25"))
    return replace(rung, **changes)


BUSY_RUNG = make_rung(
    3,
    status=RungStatus.SELL_PLACED,
    cycle=4,
    attempt=9,
    bought=D("11.9"),
    bought_gross=D("12.0"),
    cost=D("6000.003"),
    sold=D("1.5"),
    proceeds=D("820.77"),
    profit=D("99.00000009"),
    buy_order_id="abcd1234G7R3BC4A8",
    sell_order_id="abcd1234G7R3SC4A9",
    last_fill_side=Side.SELL,
    last_fill_at=T0 + timedelta(minutes=5),
    last_fill_price=D("547.18"),
)


def make_order(number: int = 0, bot_id: str = BOT, **changes: Any) -> Order:
    order = Order(
        client_order_id=f"{bot_id}G1R{number}BC1A1",
        bot_id=bot_id,
        account_id=VENUE,
        venue=VENUE,
        symbol=SYMBOL,
        side=Side.BUY,
        kind=OrderKind.LIMIT,
        price=D("500.5"),
        quantity=D(10),
        post_only=True,
        purpose=Purpose.RUNG_BUY,
        generation=1,
        rung=number,
        cycle=1,
        attempt=1,
        created_at=T0 + timedelta(seconds=number),
        updated_at=T0 + timedelta(seconds=number),
    )
    return replace(order, **changes)


def make_fill(order: Order, trade_id: str, quantity: D, price: D = PRICE, at: datetime = T0) -> Fill:
    return Fill(
        venue=order.venue,
        trade_id=trade_id,
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        price=price,
        quantity=quantity,
        fee=(price * quantity * D("0.0005")).quantize(D("0.00000001")),
        fee_asset="KRW",
        liquidity=Liquidity.MAKER,
        at=at,
    )


def book(order: Order, fill: Fill, profit: D | None = None) -> tuple[Order, FillRecorded]:
    """An order after a fill, and the record of that fill."""
    filled = order.with_fill(fill)
    return filled, FillRecorded(fill, filled, entries_of(fill, INSTRUMENT, order.account_id, order.bot_id), profit)


def foundation(*bots: Bot) -> list[Record]:
    """What must be there before anything trades."""
    return [
        AccountRecorded(ACCOUNT),
        InstrumentRecorded(INSTRUMENT),
        *(BotRecorded(bot) for bot in bots or (make_bot(),)),
    ]


#: When a row was written, and the numbers rows get: they differ between two databases that hold the same. Since when
#: something is held is known as finely as it was committed: what was bought and sold in one commit was never held.
_NOT_COMPARED = {
    "id", "updated_at", "recorded_at", "last_seen_at", "started_at", "opened_at", "closed_at", "taken_at", "renewed_at",
    "expires_at",
}  # fmt: skip


async def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but what only says when and in which order they were written."""
    names = [row[0] for row in await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )]  # fmt: skip
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name in names:
        rows = await connection.fetch(f'SELECT * FROM "{name}"')
        keep = {"orders": {"updated_at", "created_at"}, "bot_instances": {"created_at"}}.get(name, set())
        skipped = (_NOT_COMPARED | {"created_at"}) - keep
        found[name] = sorted(
            (tuple((key, value) for key, value in row.items() if key not in skipped) for row in rows), key=repr
        )
    return found
