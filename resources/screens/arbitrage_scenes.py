"""States of the arbitrage workspace, for `take_screens`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain import pair_phrases
from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_views import NO_PREMIUMS, PremiumsView, TwoLegView
from engine.domain.bot import AccountMode
from engine.domain.phrases import VENUE_CLOSED
from engine.domain.premium import Direction
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.arbitrage.arbitrage_dialog import ArbitrageDialog
from gui.main_window import MainWindow
from tests.support.arbitrage_views import board_of, pair_of, position_of, two_leg_view
from tests.support.premium_past import PremiumPast, day_of_spreads, days_of, opportunities_of
from tests.support.views import NOON, view_of


def remembered() -> PremiumPast:
    return PremiumPast(days_of(24), opportunities_of(60), day_of_spreads(datetime.now(UTC)))


@dataclass(frozen=True)
class ArbitrageScene:
    """What the engine shows, what is remembered, and what is done in the window."""

    name: str
    view: Callable[[float], EngineView]
    act: Callable[[MainWindow], None] | None = None
    past: Callable[[], PremiumPast] = remembered


def empty(_now_s: float) -> EngineView:
    return view_of()


def positions() -> list[TwoLegView]:
    """One that is well, one on its way with a leg that lacks, one beyond its budget, one the other way."""
    since = NOON - timedelta(seconds=3)
    return [
        TwoLegView(position_of(1), Decimal(68_412), Decimal(62_105)),
        TwoLegView(
            position_of(2, stage=PairStage.ENTERING, foreign=("2.0503", "0.98", "2.0504"), imbalance_s=3),
            Decimal(-1_210), Decimal(-4_300), Decimal(-30_400), since,
        ),
        TwoLegView(
            position_of(3, stage=PairStage.UNWINDING, foreign=("2.0503", "0.41", "2.0511"), imbalance_s=9),
            Decimal(-9_870), Decimal(-15_030), Decimal(-171_200), NOON - timedelta(seconds=9),
        ),
        TwoLegView(
            position_of(4, direction=Direction.BUY_HOME, home=("2843", "1", "2844"), foreign=("2.0499", "1", "2.0498")),
            Decimal(12_008), Decimal(6_551),
        ),
    ]  # fmt: skip


def normal(now_s: float) -> EngineView:
    return two_leg_view(positions(), now_s=now_s, board=board_of(30, now_s=now_s))


def full(now_s: float) -> EngineView:
    many = [TwoLegView(position_of(number), Decimal(1_000 * number), Decimal(800 * number)) for number in range(1, 40)]
    return two_leg_view(many, now_s=now_s, board=board_of(220, now_s=now_s))


def stale(now_s: float) -> EngineView:
    """One exchange is closed, the other has been silent for a minute."""
    board = board_of(24, now_s=now_s - 62)
    closed = say(VENUE_CLOSED, venue="binance")
    rows = tuple(
        replace(row, sell=None, buy=None, trouble=closed) if number % 3 == 0 else row
        for number, row in enumerate(board.rows)
    )
    return two_leg_view(positions(), now_s=now_s - 62, board=replace(board, rows=rows))


def failed(now_s: float) -> EngineView:
    trouble = PremiumsView((), (), say(VENUE_CLOSED, venue="binance"))
    return replace(two_leg_view((), now_s=now_s), premiums=trouble)


def quiet(now_s: float) -> EngineView:
    """A bot that waits, and no pair on the board."""
    waits = say(pair_phrases.WAITS_PREMIUM, net=Decimal("1.2031"), wanted=Decimal("2.2"))
    return replace(two_leg_view((), now_s=now_s, waits=waits), premiums=NO_PREMIUMS)


def choose_pair(window: MainWindow) -> None:
    pair = pair_of("XRP", "upbit", "binanceusdm")
    window.arbitrage.board.table.choose(pair)
    window.arbitrage.board.favourite.trigger()
    window.arbitrage.charts.show_pair(pair)


def show_opportunities(window: MainWindow) -> None:
    window.docks.bring_up("opportunities")


def show_inventory(window: MainWindow) -> None:
    window.docks.bring_up("inventory")


def show_days(window: MainWindow) -> None:
    window.docks.bring_up("daily")


def ask_close(window: MainWindow) -> None:
    window.arbitrage.two_legs.table.choose(position_of(1).position_id)
    window.arbitrage.two_legs.close_now.trigger()


def rich(view: EngineView) -> EngineView:
    """Both accounts hold enough for some entries."""
    home, abroad = view.accounts
    won = (("KRW", Decimal(12_000_000), Decimal(0)), ("XRP", Decimal(3_500), Decimal(0)))
    dollars = (("USDT", Decimal(8_000), Decimal(0)), ("XRP", Decimal(50), Decimal(0)))
    return replace(view, accounts=(replace(home, balances=won), replace(abroad, balances=dollars)))


def runs_out(now_s: float) -> EngineView:
    """XRP for one more entry at home, two are to come; abroad there is more than enough of it."""
    view = two_leg_view(positions()[:1], now_s=now_s, board=board_of(30, now_s=now_s))
    home, abroad = view.accounts
    won = (("KRW", Decimal(12_000_000), Decimal(0)), ("XRP", Decimal("1204.5"), Decimal(0)))
    dollars = (("USDT", Decimal(8_000), Decimal(0)), ("XRP", Decimal(1_520), Decimal(0)))
    return replace(view, accounts=(replace(home, balances=won), replace(abroad, balances=dollars)))


def well_off(now_s: float) -> EngineView:
    return rich(normal(now_s))


def real_money(now_s: float) -> EngineView:
    return rich(two_leg_view(positions(), now_s=now_s, modes=[AccountMode.LIVE] * 2))


def filled_in(window: MainWindow) -> ArbitrageDialog:
    dialog = window.findChild(ArbitrageDialog)
    assert isinstance(dialog, ArbitrageDialog)
    for name, text in {"size": "1,000", "entry_pct": "2.2", "exit_pct": "0.6", "max_positions": "3"}.items():
        dialog.form.numbers[name].setText(text)
    return dialog


def new_bot(window: MainWindow) -> None:
    window.arbitrage.open_dialog()


def fill_in(window: MainWindow) -> None:
    window.arbitrage.open_dialog()
    filled_in(window)


def refuse(window: MainWindow) -> None:
    window.arbitrage.open_dialog()
    dialog = filled_in(window)
    dialog.form.numbers["exit_pct"].setText("2.15")
    dialog.form.numbers["leg_timeout_s"].setText("0")


def edit_bot(window: MainWindow) -> None:
    window.openings.edit("arbbot01")


def watch(window: MainWindow) -> None:
    window.arbitrage.open_watch()


ARBITRAGE_SCENES = (
    ArbitrageScene("arb-empty", empty, past=PremiumPast),
    ArbitrageScene("arb-quiet", quiet, past=PremiumPast),
    ArbitrageScene("arb-normal", normal, choose_pair),
    ArbitrageScene("arb-full", full),
    ArbitrageScene("arb-stale", stale),
    ArbitrageScene("arb-error", failed),
    ArbitrageScene("arb-opportunities", normal, show_opportunities),
    ArbitrageScene("arb-inventory", runs_out, show_inventory),
    ArbitrageScene("arb-days", normal, show_days),
    ArbitrageScene("arb-close", normal, ask_close),
    ArbitrageScene("arb-watch", normal, watch),
    ArbitrageScene("arb-new", well_off, new_bot),
    ArbitrageScene("arb-filled", well_off, fill_in),
    ArbitrageScene("arb-refused", well_off, refuse),
    ArbitrageScene("arb-edit-live", real_money, edit_bot),
)
