"""Rows and columns of the accounts table: whose money, which desk runs it, what it is worth."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.console.desk import LeaseRow
from engine.domain.bot import AccountMode
from engine.domain.views import AccountView, EngineView
from gui import numbers, sentences
from gui.desk_board import DeskBoard
from gui.live import live_words
from gui.models.columns import Column, Meaning, gain, muted_meaning
from gui.money import money_of

#: The key of the column that is there while there is a live account.
KEY = "key"
#: The key of the column that is there while something was agreed about an account.
AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account, how many of its bots are at work, and what was agreed about it."""

    shown: AccountView
    bots: int
    lease: LeaseRow | None

    @property
    def account_id(self) -> str:
        return self.shown.account.account_id

    @property
    def quote(self) -> str:
        return self.shown.account.quote

    @property
    def equity(self) -> Decimal | None:
        return known_money(self.shown)[0]

    @property
    def today_pnl(self) -> Decimal | None:
        return known_money(self.shown)[1]


def known_money(shown: AccountView) -> tuple[Decimal | None, Decimal | None]:
    """Equity and today's PnL; None for real money that the exchange has not told: our ledger is not all of it."""
    if not shown.is_told and shown.account.mode is AccountMode.LIVE:
        return None, None
    return shown.equity, shown.today_pnl


def account_rows(view: EngineView, board: DeskBoard) -> list[AccountRow]:
    """All accounts of a picture."""
    return [
        AccountRow(
            shown,
            sum(row.bot.account_id == shown.account.account_id and row.bot.is_active for row in view.bots),
            board.lease_of(shown.account.account_id),
        )
        for shown in view.accounts
    ]


def desk_word(elsewhere: str | None) -> str:
    """Where something runs."""
    if elsewhere is None:
        return QCoreApplication.translate("columns", "this desk")
    return elsewhere or QCoreApplication.translate("columns", "nobody")


def agreed_word(row: AccountRow) -> str:
    """The strongest of what was agreed: on its way, bound, preferred."""
    lease = row.lease
    if lease is None:
        return ""
    if lease.requested:
        return QCoreApplication.translate("columns", "goes to {desk}").format(desk=lease.requested)
    if lease.bound:
        return QCoreApplication.translate("columns", "only on {desk}").format(desk=lease.bound)
    if lease.preferred:
        return QCoreApplication.translate("columns", "belongs to {desk}").format(desk=lease.preferred)
    return ""


def _state(row: AccountRow) -> str:
    if row.shown.trouble is not None:
        return sentences.translate(row.shown.trouble)
    if row.shown.elsewhere is not None:
        return ""
    if said := live_words.live_state(row.shown):
        return said
    if row.shown.is_told:
        return QCoreApplication.translate("columns", "connected")
    return QCoreApplication.translate("columns", "connecting")


def _state_meaning(row: AccountRow) -> Meaning:
    is_to_look = row.shown.trouble is not None or bool(live_words.live_state(row.shown))
    return Meaning.LOOK if is_to_look else Meaning.MUTED


def _key_meaning(row: AccountRow) -> Meaning:
    live = row.shown.live
    if live is None or live.facts is None:
        return Meaning.MUTED
    if live.facts.can_withdraw or live.facts.can_trade is False:
        return Meaning.TROUBLE
    return Meaning.LOOK if live.changes or live.warnings else Meaning.PLAIN


def account_columns() -> list[Column[AccountRow]]:
    """In the order in which a trader looks: what money, whose desk, how much, is it well."""
    translate = QCoreApplication.translate
    return [
        Column(
            "mode",
            translate("columns", "Money"),
            lambda row: money_of(row.shown).value,
            lambda row: money_of(row.shown).value,
            width=92,
            badge=lambda row: money_of(row.shown),
        ),
        Column(
            "account",
            translate("columns", "Account"),
            lambda row: row.shown.account.name,
            lambda row: row.shown.account.name,
            width=124,
        ),
        Column(
            "desk",
            translate("columns", "Desk"),
            lambda row: desk_word(row.shown.elsewhere),
            lambda row: row.shown.elsewhere,
            width=88,
            meaning=lambda row: Meaning.LOOK if row.shown.elsewhere == "" else Meaning.PLAIN,
        ),
        Column(
            AGREED,
            translate("columns", "Agreed"),
            agreed_word,
            agreed_word,
            width=132,
            meaning=muted_meaning,
        ),
        Column(
            "bots",
            translate("columns", "Bots at work"),
            lambda row: str(row.bots),
            lambda row: float(row.bots),
            is_number=True,
            width=92,
        ),
        Column(
            "equity",
            translate("columns", "Equity"),
            lambda row: numbers.known_money(row.equity, row.quote),
            lambda row: None if row.equity is None else float(row.equity),
            is_number=True,
            width=132,
            exact=lambda row: "" if row.equity is None else numbers.exact(row.equity),
            is_live=True,
        ),
        Column(
            "today",
            translate("columns", "Today"),
            lambda row: numbers.known_money(row.today_pnl, row.quote, signed=True),
            lambda row: None if row.today_pnl is None else float(row.today_pnl),
            is_number=True,
            width=124,
            meaning=lambda row: gain(row.today_pnl),
            exact=lambda row: "" if row.today_pnl is None else numbers.exact(row.today_pnl),
            is_live=True,
        ),
        Column(
            "state",
            translate("columns", "State"),
            _state,
            _state,
            width=260,
            meaning=_state_meaning,
        ),
        Column(
            KEY,
            translate("columns", "Key"),
            lambda row: live_words.key_text(row.shown, datetime.now(UTC)),
            lambda row: live_words.key_text(row.shown, datetime.now(UTC)),
            width=0,
            meaning=_key_meaning,
            exact=lambda row: live_words.key_lines(row.shown),
        ),
    ]
