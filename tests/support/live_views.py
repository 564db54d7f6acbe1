"""Pictures of real money and of the truth about it, for tests and screenshots of the window."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.domain.bot import AccountMode, BotState
from engine.domain.comparing import OurBooks, compare
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.live import ForeignKind, ForeignOrder, KeyFacts
from engine.domain.money import ZERO
from engine.domain.order import Order, Side
from engine.domain.phrases import TRUTH_NOT_CONNECTED
from engine.domain.positions import PositionReported, PositionSide
from engine.domain.sentences import Sentence, say
from engine.domain.truth import TruthReport, chosen_rows, make_plan
from engine.domain.venue_picture import RestingOrder, VenuePicture
from engine.domain.views import AccountView, BotView, EngineView, LiveView
from engine.errors import GridwrightError
from tests.support.views import NOON, fills_of, grid_bot, instrument_of, log_of, market_of, position_of, view_of

ACCOUNT = "live:upbit"
FACTS = KeyFacts(
    can_trade=True,
    can_withdraw=False,
    is_ip_bound=True,
    expires_at_ms=1_803_600_000_000,
    fees=(Decimal("0.0005"), Decimal("0.0005")),
    fee_asset="KRW",
    self_trade_prevention="cancel_maker",
    clock_offset_ms=-12,
)
FOREIGN = (
    ForeignOrder("f1", "", "XRP/KRW", Side.BUY, Decimal(779), Decimal(500), ZERO, NOON, ForeignKind.PERSON),
    ForeignOrder("f2", "x-91", "XRP/KRW", Side.SELL, Decimal(838), Decimal(120), ZERO, NOON, ForeignKind.PROGRAM),
    ForeignOrder(
        "f3", "xrpgrid1G1R4BC7A9", "XRP/KRW", Side.BUY, Decimal(795), Decimal(90), ZERO, NOON, ForeignKind.UNKNOWN
    ),
)


def live_account(
    shown: AccountView,
    *,
    is_on: bool,
    facts: KeyFacts | None = FACTS,
    foreign: tuple[ForeignOrder, ...] = (),
    changes: tuple[Sentence, ...] = (),
    warnings: tuple[Sentence, ...] = (),
) -> AccountView:
    """The same account with real money and its key."""
    settings = (("credential", "c1"), ("exchange", "upbit"), ("symbols", "XRP/KRW"))
    account = replace(shown.account, mode=AccountMode.LIVE, name="upbit", settings=settings)
    live = LiveView(is_on, None, False, facts, facts, NOON - timedelta(minutes=4), changes, warnings, foreign)
    return replace(shown, account=account, live=live)


def live_view(
    now_s: float = 1.0,
    *,
    is_on: bool = True,
    foreign: tuple[ForeignOrder, ...] = (),
    state: BotState = BotState.RUNNING,
) -> EngineView:
    """A grid on a live account beside one on paper."""
    won = market_of(instrument_of(ACCOUNT), "812", received_at_s=now_s)
    coin = market_of(instrument_of("paper:binance", "BTC/USDT", "0.01"), "97412.35", received_at_s=now_s)
    bots = [
        grid_bot(won, state=state),
        grid_bot(coin, "btcgrid1", "BTC paper", investment="4000", allocation="30"),
    ]
    if state is BotState.WAITING:
        bots[0] = replace(bots[0], needs_confirmation=True)
    fills = [*fills_of(bots[0], won.instrument, 40), *fills_of(bots[1], coin.instrument, 12)]
    view = view_of([won, coin], bots, modes=[AccountMode.LIVE, AccountMode.PAPER], fills=fills, log=log_of(bots, 60))
    first = live_account(view.accounts[0], is_on=is_on, foreign=foreign)
    return replace(view, accounts=(first, view.accounts[1]))


def perpetual_view(now_s: float = 1.0) -> EngineView:
    """Two grids on perpetual futures, one of them near its liquidation."""
    bots, markets, positions = [], [], []
    for at, (symbol, tick, last, liquidation) in enumerate(
        (("BTC/USDT", "0.1", "97412.3", "93800"), ("ETH/USDT", "0.01", "3412.55", "2210.4"))
    ):
        instrument = replace(instrument_of("live:binanceusdm", symbol, tick), kind=InstrumentKind.PERP)
        market = market_of(instrument, last, received_at_s=now_s)
        shown = grid_bot(market, f"perpgr{at}0", f"{symbol[:3]} perp", investment="4000")
        markets.append(market)
        bots.append(shown)
        position = position_of(shown)
        assert position is not None
        told = PositionReported(
            "live:binanceusdm", "live:binanceusdm", symbol, PositionSide.BOTH, position.quantity,
            position.average_entry, market.last, Decimal(liquidation), position.unrealized, 5, False, NOON,
        )  # fmt: skip
        funding = Decimal("-3.214") if at == 0 else Decimal("1.05")
        positions.append(replace(position, reported=told, funding=funding))
    view = view_of(markets, bots, modes=[AccountMode.LIVE] * 2, log=log_of(bots, 20))
    account = live_account(view.accounts[0], is_on=True)
    facts = replace(FACTS, position_mode="one-way", margin_mode="cross", leverage=(("BTC/USDT", 5), ("ETH/USDT", 5)))
    assert account.live is not None
    account = replace(
        account,
        account=replace(account.account, name="binanceusdm"),
        live=replace(account.live, facts=facts, pinned=facts),
    )
    return replace(view, accounts=(account,), positions=tuple(positions))


def books_of(shown: BotView, instrument: Instrument, ledger: dict[str, Decimal]) -> OurBooks:
    """What our books say of a bot's account."""
    return OurBooks(
        shown.bot.account_id, (shown.bot,), (instrument,), ((shown.bot.bot_id, len(shown.rungs)),),
        shown.open_orders, (), tuple(ledger.items()), frozenset(),
    )  # fmt: skip


def same_picture(orders: tuple[Order, ...], ledger: dict[str, Decimal]) -> VenuePicture:
    """A venue that has exactly what we have."""
    resting = tuple(
        RestingOrder(order.client_order_id, order.venue_order_id, order.symbol, order.side, order.price, order.quantity)
        for order in orders
    )
    balances = tuple((asset, total, ZERO) for asset, total in ledger.items())
    return VenuePicture(NOON + timedelta(hours=1), resting, balances, (), 1)


def report_of(view: EngineView, *, is_meddled: bool) -> TruthReport:
    """The truth about the first account: as it should be, or after somebody traded, cancelled and withdrew by hand."""
    shown, instrument = view.bots[0], view.markets[0].instrument
    ledger = {"KRW": Decimal("7184322.5"), "XRP": shown.base_held}
    seen = same_picture(shown.open_orders, ledger)
    if is_meddled:
        gone, moved, *rest = seen.orders
        stranger = RestingOrder("xrpgrid1G1R4BC7A9", "f3", "XRP/KRW", Side.BUY, Decimal(795), Decimal(90))
        by_hand = RestingOrder("", "f1", "XRP/KRW", Side.BUY, Decimal(779), Decimal(500))
        assert moved.price is not None
        orders = (replace(moved, price=moved.price - 2), *rest, stranger, by_hand)
        balances = (("KRW", ledger["KRW"] - 250_000, ZERO), ("XRP", ledger["XRP"] + Decimal("12.5"), ZERO))
        seen = replace(seen, orders=orders, balances=balances)
        assert gone.client_order_id
    rows = compare(books_of(shown, instrument, ledger), seen)
    placed = shown.open_orders[:2] if is_meddled else ()
    plan = make_plan(shown.bot.account_id, chosen_rows(rows, ()), placed)
    return TruthReport(shown.bot.account_id, seen.at, seen.at, rows, plan)


class ScriptedTruth:
    """A TruthDoor: gives what it was told to give, at once, and notes what it was asked."""

    def __init__(self, *reports: TruthReport) -> None:
        self.reports = {report.account_id: report for report in reports}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.problem: GridwrightError | None = None

    def truth(self, account_id: str, rows: tuple[str, ...] = ()) -> "Future[TruthReport]":
        self.asked.append((account_id, rows))
        answer: Future[TruthReport] = Future()
        report = self.reports.get(account_id)
        if self.problem is not None:
            answer.set_exception(self.problem)
        elif report is None:
            answer.set_exception(GridwrightError(say(TRUTH_NOT_CONNECTED, account=account_id)))
        else:
            plan = make_plan(account_id, chosen_rows(report.rows, rows), ()) if rows else report.plan
            answer.set_result(replace(report, plan=plan))
        return answer
