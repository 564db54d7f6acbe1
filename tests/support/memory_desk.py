"""A database in memory with the journal's promises: all of a batch or nothing, each record once, fenced, and durable.

What is committed outlives every program on it; what was not is gone with the program. `MemoryDatabase` is the server,
`MemoryJournal`, `MemoryCommands` and `MemoryLeases` are one program's connections to it, and die with it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.domain.arbitrage import HedgeConfig, PairStage, TwoLegPosition
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.live import LiveAccount
from engine.domain.live_messages import LiveRecorded
from engine.domain.market import Recorded
from engine.domain.messages import (
    AccountRecorded,
    BotRecorded,
    CommandAnswered,
    CommandReceived,
    DecisionLogged,
    EquitySampled,
    FillRecorded,
    HaltRecorded,
    InstrumentRecorded,
    LedgerRecorded,
    OrderRecorded,
    Record,
    RungRecorded,
)
from engine.domain.order import Order, OrderState
from engine.domain.sentences import Refusal
from engine.errors import LeaseLost, StorageUnavailable
from engine.live_ports import Granted, Want
from engine.ports import LeaseTurn
from engine.recovered import RecoveredState
from storage.records.orders import outranks
from tests.support.waiting import last

RECENT = 500
#: How often a program looks whether its leases are its own still.
LOOK_S = 150.0


@dataclass
class Tables:
    """What is durable."""

    accounts: dict[str, Account] = field(default_factory=dict)
    instruments: dict[tuple[str, str], Instrument] = field(default_factory=dict)
    bots: dict[str, Bot] = field(default_factory=dict)
    rungs: dict[tuple[str, int, int], Rung] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    fills: dict[tuple[str, str], FillRecorded] = field(default_factory=dict)
    ledger: dict[tuple[str, str, str, str, str], LedgerEntry] = field(default_factory=dict)
    lines: list[DecisionLogged] = field(default_factory=list)
    equity: dict[tuple[str, str], EquitySampled] = field(default_factory=dict)
    commands: dict[str, CommandReceived] = field(default_factory=dict)
    answers: dict[str, CommandAnswered] = field(default_factory=dict)
    live: dict[str, LiveAccount] = field(default_factory=dict)
    positions: dict[str, TwoLegPosition] = field(default_factory=dict)
    #: Fencing tokens, counted up each time a program takes an account.
    tokens: dict[str, int] = field(default_factory=dict)
    is_halted: bool = False


class MemoryDatabase:
    """The server. `trouble` is asked before and after each commit is written, and may raise StorageUnavailable."""

    def __init__(self, commit_s: float = 0.002) -> None:
        self.tables = Tables()
        self.commit_s = commit_s
        self.commits = 0
        #: How often a program was started on it.
        self.starts = 0
        self.trouble: Callable[[str], None] = lambda _: None
        self.bell = asyncio.Event()
        #: Told each batch when it is durable.
        self.written: Callable[[Sequence[Record]], None] = lambda _: None
        #: Until when an exchange wants to hear nothing, by scope, in the loop's seconds.
        self.bans: dict[str, float] = {}

    def write(self, records: Sequence[Record]) -> None:
        """One transaction that cannot fail any more."""
        self.commits += 1
        for record in records:
            self._write(record)
        self.written(records)

    def balances(self) -> dict[tuple[str, str], Decimal]:
        """The plain fold of the ledger by (account_id, asset)."""
        sums: dict[tuple[str, str], Decimal] = {}
        for entry in self.tables.ledger.values():
            key = (entry.account_id, entry.asset)
            sums[key] = sums.get(key, Decimal(0)) + entry.amount
        return sums

    def recover(self, account_ids: Sequence[str] | None) -> RecoveredState:
        """What a program starts from."""
        tables = self.tables
        accounts = [each for key, each in tables.accounts.items() if account_ids is None or key in account_ids]
        ids = {account.account_id for account in accounts}
        venues = {account.venue for account in accounts}
        bots = [bot for bot in tables.bots.values() if bot.account_id in ids]
        generations = {(bot.bot_id, bot.generation) for bot in bots}
        orders = [order for order in tables.orders.values() if order.account_id in ids]
        live = [order for order in orders if not order.state.is_final]
        lost = [order for order in orders if order.state is OrderState.LOST][-RECENT:]
        followed = {order.client_order_id for order in (*live, *lost)}
        fills = [record for record in tables.fills.values() if record.order.account_id in ids]
        return RecoveredState(
            accounts=tuple(accounts),
            instruments=tuple(each for (venue, _), each in tables.instruments.items() if venue in venues),
            bots=tuple(bots),
            rungs=tuple(
                (bot_id, rung)
                for (bot_id, generation, _), rung in tables.rungs.items()
                if (bot_id, generation) in generations
            ),
            open_orders=tuple(live),
            trade_ids=frozenset(key for key, each in tables.fills.items() if each.fill.client_order_id in followed),
            is_halted=tables.is_halted,
            recent_fills=tuple(fills[-RECENT:]),
            recent_log=tuple(tables.lines[-RECENT:]),
            ledger_balances=tuple((key[0], key[1], amount) for key, amount in self.balances().items() if key[0] in ids),
            tokens=tuple((account_id, tables.tokens.get(account_id, 0)) for account_id in ids),
            lost_orders=tuple(lost),
            funding_references=frozenset(
                each.reference for each in tables.ledger.values() if each.kind is EntryKind.FUNDING
            ),
            live=tuple(each for key, each in tables.live.items() if key in ids),
            positions=tuple(
                each
                for each in tables.positions.values()
                if each.stage is not PairStage.CLOSED and tables.bots[each.bot_id].account_id in ids
            ),
            leg_orders=tuple(order for order in orders if self._is_of_a_position(order)),
        )

    def _is_of_a_position(self, order: Order) -> bool:
        """Whether it is a leg of a position that is not closed."""
        tables = self.tables
        config = tables.bots[order.bot_id].config
        pair_id = config.pair_bot_id if isinstance(config, HedgeConfig) else order.bot_id
        position = tables.positions.get(f"{pair_id}P{order.generation}")
        return position is not None and position.stage is not PairStage.CLOSED

    def _write(self, record: Record) -> None:
        tables = self.tables
        match record:
            case AccountRecorded(account):
                tables.accounts[account.account_id] = account
                tables.tokens.setdefault(account.account_id, 1)
            case InstrumentRecorded(instrument):
                tables.instruments[instrument.key] = instrument
            case OrderRecorded(order):
                self._write_order(order)
            case FillRecorded(fill, order, entries):
                self._write_order(order)
                tables.fills.setdefault((fill.venue, fill.trade_id), record)
                self._enter(entries)
            case LedgerRecorded(entries):
                self._enter(entries)
            case RungRecorded(bot_id, generation, rung):
                tables.rungs[(bot_id, generation, rung.index)] = rung
            case BotRecorded(bot):
                tables.bots[bot.bot_id] = bot
            case CommandAnswered():
                tables.answers.setdefault(record.command_id, record)
            case DecisionLogged():
                tables.lines.append(record)
            case EquitySampled():
                tables.equity[(record.account_id, record.bot_id)] = record
            case LiveRecorded(live):
                tables.live[live.account_id] = live
            case TwoLegRecorded(position):
                tables.positions[position.position_id] = position
            case HaltRecorded(is_halted):
                tables.is_halted = is_halted

    def _write_order(self, order: Order) -> None:
        older = self.tables.orders.get(order.client_order_id)
        if older is None or outranks(order, older):
            self.tables.orders[order.client_order_id] = order

    def _enter(self, entries: Sequence[LedgerEntry]) -> None:
        for entry in entries:
            key = (entry.reference, entry.kind.value, entry.asset, entry.account_id, entry.bot_id)
            self.tables.ledger.setdefault(key, entry)


class MemoryLeases:
    """`engine.ports.Leases` of one program: it takes every account there is, and whoever was started later has them."""

    def __init__(self, database: MemoryDatabase, lease_s: float = 10.0) -> None:
        self.lease_s = lease_s
        self._database = database
        database.starts += 1
        self._start = database.starts
        self.tokens: dict[str, int] = {}

    async def take(self) -> Sequence[str]:
        if self._start < self._database.starts:
            return []
        fresh = [account_id for account_id in self._database.tables.accounts if account_id not in self.tokens]
        for account_id in fresh:
            token = self._database.tables.tokens.get(account_id, 0) + 1
            self._database.tables.tokens[account_id] = self.tokens[account_id] = token
            for bot in tuple(self._database.tables.bots.values()):
                if bot.account_id == account_id:
                    self._database.tables.bots[bot.bot_id] = replace(bot, fencing_token=token)
        return fresh

    async def renew(self) -> LeaseTurn:
        if self._start < self._database.starts:
            raise LeaseLost("Another copy of this program runs this desk now, so this one stops.")
        lost = frozenset(account_id for account_id in self.tokens if not self.is_held(account_id))
        for account_id in lost:
            self.forget(account_id)
        return LeaseTurn(lost)

    async def give(self, account_ids: Collection[str]) -> None:
        for account_id in account_ids:
            self.forget(account_id)

    async def is_known(self, account_id: str) -> bool:
        return account_id in self._database.tables.accounts

    async def request(self, request: HandOver | PreferDesk) -> tuple[Refusal, ...]:
        raise AssertionError("there is one desk")

    def forget(self, account_id: str) -> None:
        self.tokens.pop(account_id, None)

    def is_held(self, account_id: str) -> bool:
        token = self.tokens.get(account_id)
        return token is not None and token == self._database.tables.tokens.get(account_id)

    async def wait(self, timeout_s: float) -> None:
        """Leases here do not expire, so that a simulated day is not spent on looking after them."""
        await last(max(timeout_s, LOOK_S))

    def opened(self, account_id: str) -> None:
        """An account was opened here, and its lease with it."""
        self.tokens.setdefault(account_id, self._database.tables.tokens[account_id])


class MemoryJournal:
    """`engine.ports.Journal` of one program. A commit takes `commit_s`; cut off in its middle it is written or not."""

    def __init__(self, database: MemoryDatabase, leases: MemoryLeases) -> None:
        self._database = database
        self._leases = leases
        self._turn = asyncio.Lock()
        self.is_dead = False

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        return self._database.recover(account_ids)

    async def commit(self, records: Sequence[Record]) -> None:
        if not records:
            return
        async with self._turn:
            await last(self._database.commit_s / 2)
            if self.is_dead:
                raise StorageUnavailable("the program that asks is dead")
            self._database.trouble("before")
            self._fence(records)
            self._database.write(records)
            for record in records:
                if isinstance(record, AccountRecorded):
                    self._leases.opened(record.account.account_id)
            self._database.trouble("after")
            await last(self._database.commit_s / 2)

    async def probe(self) -> None:
        """Answers while the database does."""
        self._database.trouble("before")

    def _fence(self, records: Sequence[Record]) -> None:
        """Raises LeaseLost where an account or a bot is another program's now."""
        tables, accounts, bots = self._database.tables, set[str](), set[str]()
        opened = {record.account.account_id for record in records if isinstance(record, AccountRecorded)}
        for record in records:
            match record:
                case OrderRecorded(order) | FillRecorded(_, order, _):
                    accounts.add(order.account_id)
                    if order.state is OrderState.INTENT and _is_other(tables, order.bot_id, order.fencing_token):
                        bots.add(order.bot_id)
                case BotRecorded(bot):
                    accounts.add(bot.account_id)
                    if _is_other(tables, bot.bot_id, bot.fencing_token):
                        bots.add(bot.bot_id)
                case TwoLegRecorded(position):
                    accounts.add(tables.bots[position.bot_id].account_id)
                case EquitySampled():
                    accounts.add(record.account_id)
        lost = frozenset(each for each in accounts - opened if not self._leases.is_held(each))
        if lost or bots:
            raise LeaseLost("another program has them", lost, frozenset(bots))


def _is_other(tables: Tables, bot_id: str, token: int) -> bool:
    bot = tables.bots.get(bot_id)
    return bot is not None and bot.fencing_token != token


class MemoryCommands:
    """`engine.ports.CommandQueue` of one program on a database that nobody else uses."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._seen: set[str] = set()

    async def submit(self, received: CommandReceived) -> bool:
        self._database.tables.commands.setdefault(received.command_id, received)
        self._database.bell.set()
        return True

    async def spread(self, received: CommandReceived) -> None:
        """There is no other desk."""

    def again(self, command_ids: Collection[str]) -> None:
        self._seen.difference_update(command_ids)
        self._database.bell.set()

    async def answer_of(self, command_id: str, timeout_s: float) -> CommandAnswered | None:
        raise AssertionError("every command is this desk's own")

    async def pending(self) -> AsyncIterator[CommandReceived]:
        tables = self._database.tables
        while True:
            self._database.bell.clear()
            for command_id, received in tuple(tables.commands.items()):
                if command_id not in self._seen and command_id not in tables.answers:
                    self._seen.add(command_id)
                    yield received
            await self._database.bell.wait()


class MemorySharedBudget:
    """`engine.live_ports.SharedBudget` for one desk: all that is wanted is given, and bans outlive the program."""

    def __init__(self, bans: dict[str, float], now_s: Callable[[], float]) -> None:
        """`bans` is by scope until when, by `now_s`."""
        self._bans = bans
        self._now_s = now_s

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None:
        banned_s = self._bans.get(scope, 0.0) - self._now_s()
        return Granted(tuple(want.wanted for want in wants), 1, max(banned_s, 0.0))

    async def ban(self, scope: str, for_s: float) -> None:
        self._bans[scope] = self._now_s() + for_s


class NoRecorder:
    """Market data is not kept."""

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        """Nothing."""

    async def flush(self) -> None:
        """Nothing."""


class NoCache:
    """Nothing is cached."""

    kind = "none"

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        """Nothing."""

    async def get(self, key: str) -> str | None:
        return None

    async def is_up(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing."""
