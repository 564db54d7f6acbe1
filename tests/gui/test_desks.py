"""Accounts and bots of several desks: what is shown of them, what can be asked, and what nobody would answer."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from engine.console.desk import DeskRow, LeaseRow
from engine.domain import phrases
from engine.domain.bot import AccountMode, BotState
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import Level, PauseBot
from engine.domain.sentences import say
from engine.domain.views import EngineView
from engine.errors import StorageUnavailable
from gui.desk_board import DeskBoard
from gui.dialogs.markets import tradable_markets
from tests.gui.conftest import Desk, MakeDesk
from tests.support.qt_waiting import let_tasks_run
from tests.support.views import grid_bot, instrument_of, market_of, view_of

pytestmark = pytest.mark.usefixtures("theme")

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HERE, SERVER, LAPTOP, ASLEEP = (
    DeskRow("desk-here", "office", True, AT),
    DeskRow("desk-server", "server", True, AT),
    DeskRow("desk-laptop", "laptop", True, AT),
    DeskRow("desk-asleep", "attic", False, AT),
)


def lease(account_id: str, desk: str, *, preferred: str = "", bound: str = "", requested: str = "") -> LeaseRow:
    return LeaseRow(account_id, desk, AT, 1, 7, preferred, bound, requested)


class Board:
    """A DeskSource over lists; counts how often it was read."""

    def __init__(self, desks: Sequence[DeskRow], leases: Sequence[LeaseRow]) -> None:
        self.rows, self.agreed = desks, leases
        self.looks = 0
        self.is_away = False

    async def desks(self) -> Sequence[DeskRow]:
        self.looks += 1
        if self.is_away:
            raise StorageUnavailable("The database does not answer.")
        return self.rows

    async def leases(self) -> Sequence[LeaseRow]:
        return self.agreed


def three_desks() -> EngineView:
    """One account here, one on the server, one that nobody runs; a running bot on each."""
    markets = [
        market_of(instrument_of("practice:a")),
        market_of(instrument_of("practice:b"), received_at_s=0.0),
        market_of(instrument_of("practice:c"), received_at_s=0.0),
    ]
    places = (None, "server", "")
    bots = [
        replace(grid_bot(market, f"xrpgrid{at}", f"Bot {at}"), elsewhere=place)
        for at, (market, place) in enumerate(zip(markets, places, strict=True))
    ]
    view = view_of(markets, bots, modes=[AccountMode.PRACTICE] * 3)
    accounts = tuple(
        replace(shown, elsewhere=place, is_told=place is None)
        for shown, place in zip(view.accounts, places, strict=True)
    )
    return replace(view, accounts=accounts)


BOARD = Board(
    [ASLEEP, LAPTOP, HERE, SERVER],
    [
        lease("practice:a", "office", preferred="attic"),
        lease("practice:b", "server", bound="server"),
        lease("practice:c", "", requested="laptop"),
    ],
)


async def desk_with(make_desk: MakeDesk, board: Board = BOARD, view: EngineView | None = None) -> Desk:
    desk = make_desk(view or three_desks(), desks=board, desk_id=HERE.desk_id)
    desk.window.docks.bring_up("accounts")
    await let_tasks_run()
    return desk


def column(desk: Desk, key: str) -> list[str]:
    model = desk.window.accounts.model
    at = [column.key for column in model.columns].index(key)
    return [str(model.index(row, at).data()) for row in range(model.rowCount())]


def menu_of(action: QAction) -> dict[str, QAction]:
    """The lines of an act's list, made as when it is opened."""
    menu = action.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return {line.text(): line for line in menu.actions() if not line.isSeparator()}


def can(desk: Desk, names: Iterable[str]) -> dict[str, bool]:
    return {name: getattr(desk.window.bot_acts, name).isEnabled() for name in names}


async def test_every_account_says_where_it_runs_and_what_was_agreed(make_desk: MakeDesk) -> None:
    desk = await desk_with(make_desk)
    assert column(desk, "account") == ["practice:a", "practice:b", "practice:c"]
    assert column(desk, "desk") == ["this desk", "server", "nobody"]
    assert column(desk, "agreed") == ["belongs to attic", "only on server", "goes to laptop"]
    assert column(desk, "bots") == ["1", "1", "1"]
    assert column(desk, "state") == ["connected", "", ""]
    cells = [desk.window.accounts.model.cell(row, 5) for row in range(3)]
    assert [cell.is_stale for cell in cells] == [False, True, True], "what was not told is dimmed"


async def test_real_money_that_was_not_told_is_no_number(make_desk: MakeDesk) -> None:
    view = three_desks()
    accounts = tuple(replace(shown, account=replace(shown.account, mode=AccountMode.LIVE)) for shown in view.accounts)
    locked = replace(accounts[0], is_told=False, trouble=say(phrases.VAULT_LOCKED))
    desk = await desk_with(make_desk, view=replace(view, accounts=(locked, *accounts[1:])))
    assert column(desk, "equity") == ["–", "–", "–"]
    assert column(desk, "today") == ["–", "–", "–"]
    assert column(desk, "state")[0] == "The vault is locked; unlock it with your passphrase."
    assert desk.window.status.equity.text == "–"


async def test_an_account_is_run_here_moved_and_said_to_belong(make_desk: MakeDesk) -> None:
    desk = await desk_with(make_desk)
    acts, table = desk.window.desk_acts, desk.window.accounts.table
    table.choose("practice:c")
    acts.run_here.trigger()
    desk.tick()
    assert desk.engine.commands == [HandOver("practice:c", "")]
    assert desk.message is not None
    assert desk.message.text == ("practice:c comes to this desk with its bots as soon as what is under way has ended.")
    table.choose("practice:a")
    lines = menu_of(acts.move)
    assert list(lines) == ["laptop", "server"], "this desk has it, and the attic does not run"
    lines["laptop"].trigger()
    desk.tick()
    assert desk.engine.commands[1:] == [HandOver("practice:a", "desk-laptop")]
    assert not acts.run_here.isEnabled(), "it is here"
    lines = menu_of(acts.prefer)
    assert list(lines) == ["attic", "laptop", "This desk (office)", "server", "No desk"]
    lines["attic"].trigger()
    lines["No desk"].trigger()
    desk.tick()
    assert desk.engine.commands[2:] == [PreferDesk("practice:a", "desk-asleep"), PreferDesk("practice:a", "")]
    assert desk.message.text != ""


async def test_a_bound_account_can_be_moved_nowhere_and_a_refusal_is_told(make_desk: MakeDesk) -> None:
    desk = await desk_with(make_desk)
    desk.window.accounts.table.choose("practice:b")
    assert not desk.window.desk_acts.move.isEnabled()
    desk.engine.refusals = (say(phrases.ACCOUNT_BOUND, account="practice:b", desk="server"),)
    desk.window.desk_acts.run_here.trigger()
    desk.tick()
    assert desk.message is not None
    assert desk.message.level is Level.ERROR
    assert desk.message.text.startswith("The exchange of practice:b lives in the folder of the desk server")


async def test_the_palette_moves_accounts(make_desk: MakeDesk) -> None:
    desk = await desk_with(make_desk)
    entries = {entry.text: entry for entry in desk.window.desk_acts.entries()}
    assert sorted(entries) == [
        "Move account practice:a to desk laptop",
        "Move account practice:a to desk server",
        "Move account practice:c to desk laptop",
        "Move account practice:c to desk server",
        "Run account practice:b on this desk",
        "Run account practice:c on this desk",
    ]
    entries["Move account practice:c to desk server"].run()
    assert desk.engine.commands == [HandOver("practice:c", "desk-server")]


async def test_the_board_is_read_again_when_something_moved_and_survives_a_database_that_is_away(
    make_desk: MakeDesk,
) -> None:
    board = Board(BOARD.rows, BOARD.agreed)
    desk = await desk_with(make_desk, board)
    before = board.looks
    assert before > 0
    board.is_away = True
    view = three_desks()
    taken = replace(view.accounts[2], elsewhere=None, is_told=True)
    desk.show(replace(view, accounts=(*view.accounts[:2], taken)))
    await let_tasks_run()
    assert board.looks == before + 1
    assert column(desk, "agreed")[0] == "belongs to attic", "the last picture stands"
    board.is_away, board.agreed = False, ()
    for _ in range(5):
        desk.desktop.bridge.aged.emit()
    await let_tasks_run()
    assert column(desk, "agreed") == ["", "", ""]
    desk.window.docks.bring_up("bots")
    await let_tasks_run()
    looks = board.looks
    for _ in range(10):
        desk.desktop.bridge.aged.emit()
    await let_tasks_run()
    assert board.looks == looks, "nobody looks at it"


async def test_looks_that_come_together_are_one_and_one_more(qapp: QApplication) -> None:
    going = asyncio.Event()

    class Slow(Board):
        async def leases(self) -> Sequence[LeaseRow]:
            await going.wait()
            return self.agreed

    board = Slow([HERE], [])
    read = DeskBoard(board, HERE.desk_id)
    read.look()
    await let_tasks_run()
    for _ in range(5):
        read.look()
    assert board.looks == 1
    going.set()
    await let_tasks_run()
    assert board.looks == 2
    assert (read.desks, read.others()) == ((HERE,), ())


def test_two_desks_of_one_name_are_told_apart(qapp: QApplication) -> None:
    read = DeskBoard(Board([], []), HERE.desk_id)
    read.desks = (replace(SERVER, desk_id="11112222-3"), replace(SERVER, desk_id="44445555-6"), LAPTOP)
    assert [read.name_of(desk) for desk in read.desks] == ["server (11112222)", "server (44445555)", "laptop"]


def test_a_bot_elsewhere_is_steered_and_one_of_nobody_only_taken(make_desk: MakeDesk) -> None:
    desk = make_desk(three_desks())
    table = desk.window.bots.table
    steering = ("pause", "stop_keep", "stop_sell", "edit", "remove", "clone", "run_here")
    table.choose("xrpgrid1")
    assert can(desk, steering) == dict.fromkeys(steering, True) | {"remove": False}
    desk.window.bot_acts.pause.trigger()
    assert desk.question is not None
    assert desk.question.act is not None
    desk.question.act()
    assert desk.engine.commands == [PauseBot("xrpgrid1")]
    table.choose("xrpgrid2")
    assert can(desk, steering) == dict.fromkeys(steering, False) | {"clone": True, "run_here": True}
    desk.window.bot_acts.run_here.trigger()
    desk.tick()
    assert desk.engine.commands[1:] == [HandOver("practice:c")]
    assert desk.message is not None
    assert desk.message.text.startswith("Bot 2 come to this desk")


def test_acts_on_all_bots_leave_out_the_one_of_nobody(make_desk: MakeDesk) -> None:
    desk = make_desk(three_desks())
    desk.window.bots.table.selectAll()
    desk.window.bot_acts.pause.trigger()
    assert desk.question is not None
    assert "Bot 2" not in desk.question.text
    assert desk.question.act is not None
    desk.question.act()
    assert desk.engine.commands == [PauseBot("xrpgrid0"), PauseBot("xrpgrid1")]
    desk.window.bot_acts.run_here.trigger()
    assert desk.engine.commands[2:] == [HandOver("practice:b"), HandOver("practice:c")]


def test_a_stopped_bot_of_nobody_is_neither_started_nor_deleted(make_desk: MakeDesk) -> None:
    view = three_desks()
    stopped = replace(grid_bot(view.markets[2], "xrpgrid2", "Bot 2", state=BotState.STOPPED), elsewhere="")
    desk = make_desk(replace(view, bots=(*view.bots[:2], stopped)))
    desk.window.bots.table.choose("xrpgrid2")
    assert can(desk, ("start", "remove")) == {"start": False, "remove": False}


def test_the_ladder_says_who_runs_the_bot(make_desk: MakeDesk) -> None:
    desk = make_desk(three_desks())
    assert desk.window.ladder.note == ""
    desk.window.choose("xrpgrid1")
    assert desk.window.ladder.note == "The desk server runs this bot; the price is the last recorded one."
    desk.window.choose("xrpgrid2")
    assert desk.window.ladder.note.startswith("No desk runs this bot")


def test_the_feed_is_of_what_is_heard_here_and_money_of_others_is_dimmed(make_desk: MakeDesk) -> None:
    view = three_desks()
    desk = make_desk(view)
    now_s = desk.desktop.bridge.now_s()
    fresh = replace(view.markets[0], received_at_s=now_s)
    desk.show(replace(view, markets=(fresh, *view.markets[1:])))
    assert desk.window.status.feed.text == "0 s"
    assert "practice:b: " in desk.window.status.equity.toolTip()
    assert "(server)" in desk.window.status.equity.toolTip()
    desk.show(replace(view, markets=view.markets[1:], accounts=view.accounts[1:], bots=view.bots[1:]))
    assert desk.window.status.feed.text == "–", "nothing is heard here"
    assert desk.window.status.equity.text.endswith("KRW")


def test_no_grid_is_offered_where_nobody_would_answer() -> None:
    markets = tradable_markets(three_desks())
    assert [market.account.name for market in markets] == ["practice:a", "practice:b"]
    assert all(market.free_quote > Decimal(0) for market in markets)
