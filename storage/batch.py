"""Records as rows: what the one statement of a commit writes. Pure; the journal sends it."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.arbitrage import ArbitrageConfig, TwoLegPosition
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.grid import GridConfig
from engine.domain.ledger import LedgerEntry
from engine.domain.live_messages import LiveRecorded
from engine.domain.messages import (
    AccountRecorded,
    BotRecorded,
    CommandAnswered,
    DecisionLogged,
    EquitySampled,
    FillRecorded,
    HaltRecorded,
    InstrumentRecorded,
    LedgerRecorded,
    Level,
    OrderRecorded,
    Record,
    RungRecorded,
)
from engine.domain.order import Order, OrderState
from storage.leases import LEASE_S, AccountLeases
from storage.records import accounts, bots, control, fills, live, orders, pairs, rungs, two_legs
from storage.records.part import FENCED, FENCED_ACCOUNTS, FENCED_PAIRS, Part, RowValues

#: No lease has this token: what is written about an account that is not held is refused.
NOT_HELD = -1

#: In the order of the statement. Foreign keys are checked at its end, so the order is for the reader.
PARTS: tuple[Part, ...] = (
    FENCED,
    FENCED_ACCOUNTS,
    FENCED_PAIRS,
    accounts.ACCOUNTS,
    accounts.LEASES,
    accounts.INSTRUMENTS,
    accounts.RULES,
    bots.BOTS,
    bots.CONFIGS,
    pairs.ARBITRAGES,
    orders.ORDERS,
    fills.TRADES,
    fills.LEDGER,
    rungs.RUNGS,
    rungs.POSITIONS,
    *two_legs.PARTS,
    control.ANSWERS,
    control.DECISIONS,
    control.NOTICES,
    control.EQUITY,
    accounts.HALT,
    live.LIVE,
    live.CHECKS,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows by the name of their part, and the parts that are needed to write them."""

    rows: dict[str, list[RowValues]]
    parts: tuple[Part, ...]
    account_ids: tuple[str, ...]

    @property
    def is_guarded(self) -> bool:
        """Whether a lease is looked at."""
        return FENCED in self.parts


class BatchBuilder:
    """Folds records that speak of one row into one row, because a statement may write a row only once."""

    def __init__(self, desk_id: str, leases: AccountLeases | None = None) -> None:
        self._desk_id = desk_id
        self._leases = leases
        self._orders: dict[str, Order] = {}
        self._keyed: dict[str, dict[object, RowValues]] = {}
        self._touched: set[str] = set()

    def build(self, records: Sequence[Record]) -> Batch:
        """The batch of these records, in order: the later record of a row wins, for orders where it may."""
        for record in records:
            self._add(record)
        for order in self._orders.values():
            self._put(orders.ORDERS, order.client_order_id, orders.order_row(order))
        self._fence_accounts()
        rows = {name: list(keyed.values()) for name, keyed in self._keyed.items()}
        needed = set(rows)
        if two_legs.TWO_LEGS.name in needed:
            needed |= {part.name for part in two_legs.PARTS} | {bots.BOTS.name}
        if needed & {rungs.RUNGS.name, bots.BOTS.name}:
            needed |= {rungs.RUNGS.name, bots.BOTS.name, rungs.POSITIONS.name}
        if needed & {FENCED.name, FENCED_ACCOUNTS.name, FENCED_PAIRS.name}:
            needed |= {FENCED.name, FENCED_ACCOUNTS.name}
        account_ids = tuple(str(row[0]) for row in rows.get(accounts.ACCOUNTS.name, []))
        return Batch(rows, tuple(part for part in PARTS if part.name in needed), account_ids)

    def _add(self, record: Record) -> None:
        match record:
            case OrderRecorded(order):
                self._add_order(order)
                self._touched.add(order.account_id)
                if order.state is OrderState.INTENT:
                    self._fence(order.bot_id, order.fencing_token)
            case FillRecorded(fill, order, entries):
                self._add_order(order)
                self._touched.add(order.account_id)
                self._put_first(fills.TRADES, (fill.venue, fill.trade_id), fills.fill_row(record))
                self._add_entries(entries)
            case LedgerRecorded(entries):
                self._add_entries(entries)
            case RungRecorded(bot_id, generation, rung):
                key = (bot_id, generation, rung.index)
                self._put(rungs.RUNGS, key, rungs.rung_row(bot_id, generation, rung))
            case BotRecorded(bot):
                self._put(bots.BOTS, bot.bot_id, bots.bot_row(bot))
                if isinstance(bot.config, GridConfig):
                    self._put(bots.CONFIGS, bot.bot_id, bots.config_row(bot))
                elif isinstance(bot.config, ArbitrageConfig):
                    self._put(pairs.ARBITRAGES, bot.bot_id, pairs.config_row(bot.bot_id, bot.config))
                self._fence(bot.bot_id, bot.fencing_token)
                self._touched.add(bot.account_id)
            case TwoLegRecorded(position):
                self._put(two_legs.TWO_LEGS, position.position_id, two_legs.position_row(position))
                self._put_legs(position)
                self._fence_pair(position.bot_id)
            case EquitySampled():
                self._touched.add(record.account_id)
                point = (record.account_id, record.bot_id, record.at)
                self._put(control.EQUITY, point, control.equity_row(record))
            case DecisionLogged():
                row = control.decision_row(record, self._desk_id)
                self._put_first(control.DECISIONS, row, row)
                if record.bot_id and record.level is not Level.INFO:
                    self._put_first(control.NOTICES, row, control.notice_row(record, row))
            case CommandAnswered():
                self._put_first(control.ANSWERS, record.command_id, control.answer_row(record))
            case AccountRecorded(account):
                row = accounts.account_row(account, self._desk_id)
                self._put(accounts.ACCOUNTS, account.account_id, row)
                lease_s = self._leases.lease_s if self._leases is not None else LEASE_S
                self._put(accounts.LEASES, account.account_id, accounts.lease_row(account, self._desk_id, lease_s))
            case InstrumentRecorded(instrument):
                self._put(accounts.INSTRUMENTS, instrument.key, accounts.instrument_row(instrument))
                dated = (*instrument.key, instrument.rules.effective_from)
                self._put(accounts.RULES, dated, accounts.rules_row(instrument))
            case LiveRecorded(switch, credential_id):
                self._put(live.LIVE, switch.account_id, live.live_row(switch))
                if credential_id and switch.facts is not None:
                    self._put(live.CHECKS, credential_id, live.check_row(credential_id, switch.facts, switch))
                self._touched.add(switch.account_id)
            case HaltRecorded(is_halted, at):
                self._put(accounts.HALT, self._desk_id, (self._desk_id, is_halted, at))

    def _add_order(self, order: Order) -> None:
        older = self._orders.get(order.client_order_id)
        if older is None or orders.outranks(order, older):
            self._orders[order.client_order_id] = order

    def _add_entries(self, entries: Sequence[LedgerEntry]) -> None:
        for entry in entries:
            key = (entry.reference, entry.kind, entry.asset, entry.account_id, entry.bot_id)
            self._put_first(fills.LEDGER, key, fills.entry_row(entry))
            self._touched.add(entry.account_id)

    def _fence_accounts(self) -> None:
        """Everything about an account is written under its lease; one that is just being opened gets its first."""
        if self._leases is None:
            return
        for account_id in sorted(self._touched - self._keyed.get(accounts.LEASES.name, {}).keys()):
            token = self._leases.tokens.get(account_id, NOT_HELD)
            self._put(FENCED_ACCOUNTS, account_id, (account_id, self._desk_id, token))

    def _put_legs(self, position: TwoLegPosition) -> None:
        """Those of the later record alone: an exit that it does not know any more is none."""
        kept = self._keyed.get(two_legs.LEGS.name, {})
        self._keyed[two_legs.LEGS.name] = {key: row for key, row in kept.items() if row[0] != position.position_id} | {
            row[:3]: row for row in two_legs.leg_rows(position)
        }

    def _fence_pair(self, bot_id: str) -> None:
        """The account of the bot's own half must be one of ours; which one it is the database knows."""
        if self._leases is None:
            return
        for account_id, token in {"": NOT_HELD, **self._leases.tokens}.items():
            self._put(FENCED_PAIRS, (bot_id, account_id), (bot_id, account_id, self._desk_id, token))

    def _fence(self, bot_id: str, token: int) -> None:
        self._put(FENCED, (bot_id, token), (bot_id, token))

    def _put(self, part: Part, key: object, row: RowValues) -> None:
        self._keyed.setdefault(part.name, {})[key] = row

    def _put_first(self, part: Part, key: object, row: RowValues) -> None:
        self._keyed.setdefault(part.name, {}).setdefault(key, row)
