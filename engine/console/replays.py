"""Replays without a window: what is to be opened and added, when they have ended, and their reports."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.console.bot_commands import find_instrument
from engine.console.desk import LedgerTotal
from engine.console.report import AccountBooks, ReplayedMarket, ReplayReport, build_report
from engine.domain.bot import Account, AccountMode, Bot
from engine.domain.grid import GridConfig
from engine.domain.market import Candle, Recorded
from engine.domain.views import EngineView
from engine.errors import UsageError
from engine.ports import MarketRecorder, Venue
from engine.recovered import RecoveredState


class CountingRecorder:
    """Counts the closed candles of each venue on their way to the history."""

    def __init__(self, inside: MarketRecorder) -> None:
        self._inside = inside
        self.counts: dict[str, int] = {}

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        """Count candles, and pass everything on."""
        if isinstance(event, Candle):
            self.counts[event.venue] = self.counts.get(event.venue, 0) + 1
        self._inside.record(event, in_own_time=in_own_time)

    async def flush(self) -> None:
        await self._inside.flush()


class KnownVenues:
    """Makes venues and remembers the present one of each account, so that a report can ask for its balances."""

    def __init__(self, make_venue: Callable[[Account], Venue]) -> None:
        self._make_venue = make_venue
        self.by_account: dict[str, Venue] = {}

    def __call__(self, account: Account) -> Venue:
        venue = self._make_venue(account)
        self.by_account[account.account_id] = venue
        return venue


@dataclass(frozen=True, slots=True)
class Session:
    """The account of a `replay`: new (`bot` None) or taken up again with the bot it has."""

    account: Account
    is_known: bool
    bot: Bot | None


def session_of(make_account: Callable[[str], Account], state: RecoveredState, *, name: str, is_fresh: bool) -> Session:
    """The session that a `replay` begins or takes up. `make_account` is given the name of the session ("" for none).

    A fresh one beside an old one is called NAME-2 and so on.
    """
    known = {account.account_id: account for account in state.accounts}
    account = make_account(name)
    number = 2
    stem = account.account_id
    while is_fresh and account.account_id in known:
        account = make_account(f"{name or stem.partition(':')[2]}-{number}")
        number += 1
    bots = [bot for bot in state.bots if bot.account_id == account.account_id and not bot.is_removed]
    return Session(known.get(account.account_id, account), account.account_id in known, bots[0] if bots else None)


def check_same(session: Session, config: GridConfig) -> None:
    """Raises UsageError when a session that is taken up again was run with another grid."""
    if session.bot is not None and session.bot.config != config:
        raise UsageError(
            f"The session {session.account.account_id} was run with another grid; use --fresh to begin a new one."
        )


def replayed_venues(view: EngineView) -> list[str]:
    """The venues of all replay accounts."""
    return [each.account.venue for each in view.accounts if each.account.mode is AccountMode.REPLAY]


async def reports(
    view: EngineView,
    venues: Mapping[str, Venue],
    ledger: Sequence[LedgerTotal],
    market_of: Callable[[Account], Awaitable[ReplayedMarket]],
    account_ids: Iterable[str],
) -> list[ReplayReport]:
    """One report per bot that ever ran on these accounts, in the order of the accounts."""
    found: list[ReplayReport] = []
    instruments = [market.instrument for market in view.markets]
    accounts = {each.account.account_id: each.account for each in view.accounts}
    for account_id in account_ids:
        account = accounts[account_id]
        rows = [row for row in view.bots if row.bot.account_id == account_id and row.bot.run and not row.bot.is_removed]
        if not rows:
            continue
        market = await market_of(account)
        own = [total for total in ledger if total.account_id == account_id]
        books = AccountBooks(
            ledger={total.asset: total.total for total in own},
            deposits={total.asset: total.deposited for total in own},
            venue=_totals(await venues[account_id].balances()),
        )
        for row in rows:
            instrument = find_instrument(instruments, account, row.bot.symbol)
            found.append(build_report(market, row, instrument.base, instrument.quote, books, is_alone=len(rows) == 1))
    return found


def _totals(balances: Sequence[tuple[str, Decimal, Decimal]]) -> dict[str, Decimal]:
    return {asset: total for asset, total, _ in balances}
