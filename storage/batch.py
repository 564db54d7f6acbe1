"""Records as rows: what the one statement of a commit writes. Pure; the journal sends it."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.ledger import LedgerEntry
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
    OrderRecorded,
    Record,
    RungRecorded,
)
from engine.domain.order import Order, OrderState
from storage.records import accounts, bots, control, fills, orders, rungs
from storage.records.part import FENCED, Part, RowValues

#: In the order of the statement. Foreign keys are checked at its end, so the order is for the reader.
PARTS: tuple[Part, ...] = (
    FENCED,
    accounts.ACCOUNTS,
    accounts.INSTRUMENTS,
    accounts.RULES,
    bots.BOTS,
    bots.CONFIGS,
    orders.ORDERS,
    fills.TRADES,
    fills.LEDGER,
    rungs.RUNGS,
    rungs.POSITIONS,
    control.ANSWERS,
    control.DECISIONS,
    control.EQUITY,
    accounts.HALT,
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

    def __init__(self, user_id: int, desk_id: str) -> None:
        self._user_id = user_id
        self._desk_id = desk_id
        self._orders: dict[str, Order] = {}
        self._keyed: dict[str, dict[object, RowValues]] = {}

    def build(self, records: Sequence[Record]) -> Batch:
        """The batch of these records, in order: the later record of a row wins, for orders where it may."""
        for record in records:
            self._add(record)
        for order in self._orders.values():
            self._put(orders.ORDERS, order.client_order_id, orders.order_row(order))
        rows = {name: list(keyed.values()) for name, keyed in self._keyed.items()}
        needed = set(rows)
        if needed & {rungs.RUNGS.name, bots.BOTS.name}:
            needed |= {rungs.RUNGS.name, bots.BOTS.name, rungs.POSITIONS.name}
        account_ids = tuple(str(row[0]) for row in rows.get(accounts.ACCOUNTS.name, []))
        return Batch(rows, tuple(part for part in PARTS if part.name in needed), account_ids)

    def _add(self, record: Record) -> None:
        match record:
            case OrderRecorded(order):
                self._add_order(order)
                if order.state is OrderState.INTENT:
                    self._fence(order.bot_id, order.fencing_token)
            case FillRecorded(fill, order, entries):
                self._add_order(order)
                self._put_first(fills.TRADES, (fill.venue, fill.trade_id), fills.fill_row(record))
                self._add_entries(entries)
            case LedgerRecorded(entries):
                self._add_entries(entries)
            case RungRecorded(bot_id, generation, rung):
                key = (bot_id, generation, rung.index)
                self._put(rungs.RUNGS, key, rungs.rung_row(bot_id, generation, rung))
            case BotRecorded(bot):
                self._put(bots.BOTS, bot.bot_id, bots.bot_row(bot, self._user_id))
                self._put(bots.CONFIGS, bot.bot_id, bots.config_row(bot))
                self._fence(bot.bot_id, bot.fencing_token)
            case EquitySampled():
                point = (record.account_id, record.bot_id, record.at)
                self._put(control.EQUITY, point, control.equity_row(record))
            case DecisionLogged():
                row = control.decision_row(record, self._desk_id)
                self._put_first(control.DECISIONS, row, row)
            case CommandAnswered():
                self._put_first(control.ANSWERS, record.command_id, control.answer_row(record))
            case AccountRecorded(account):
                row = accounts.account_row(account, self._user_id, self._desk_id)
                self._put(accounts.ACCOUNTS, account.account_id, row)
            case InstrumentRecorded(instrument):
                self._put(accounts.INSTRUMENTS, instrument.key, accounts.instrument_row(instrument))
                dated = (*instrument.key, instrument.rules.effective_from)
                self._put(accounts.RULES, dated, accounts.rules_row(instrument))
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

    def _fence(self, bot_id: str, token: int) -> None:
        self._put(FENCED, (bot_id, token), (bot_id, token))

    def _put(self, part: Part, key: object, row: RowValues) -> None:
        self._keyed.setdefault(part.name, {})[key] = row

    def _put_first(self, part: Part, key: object, row: RowValues) -> None:
        self._keyed.setdefault(part.name, {}).setdefault(key, row)
