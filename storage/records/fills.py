"""Executions and money entries: each is written once and never changed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import FillRecorded
from engine.domain.order import Fill, Liquidity, Order, Purpose, Side
from storage.records.part import RowValues, insert_once

TRADES = insert_once(
    "trades",
    "trades",
    (
        ("venue", "text"),
        ("venue_trade_id", "text"),
        ("client_order_id", "text"),
        ("bot_uid", "text"),
        ("trade_source", "text"),
        ("symbol", "text"),
        ("side", "text"),
        ("price", "numeric"),
        ("quantity", "numeric"),
        ("value", "numeric"),
        ("fee", "numeric"),
        ("fee_currency", "text"),
        ("liquidity", "text"),
        ("profit", "numeric"),
        ("trade_time", "timestamptz"),
    ),
    ("venue", "venue_trade_id"),
)

LEDGER = insert_once(
    "ledger_entries",
    "ledger_entries",
    (
        ("account_id", "text"),
        ("bot_uid", "text"),
        ("asset", "text"),
        ("amount", "numeric"),
        ("kind", "text"),
        ("reference", "text"),
        ("booked_at", "timestamptz"),
    ),
    ("reference", "kind", "asset", "account_id", "bot_uid"),
)


def fill_row(record: FillRecorded) -> RowValues:
    """An execution as a row of TRADES."""
    fill = record.fill
    source = "arbitrage_bot" if record.order.purpose in (Purpose.LEG_OPEN, Purpose.LEG_CLOSE) else "grid_bot"
    return (
        fill.venue, fill.trade_id, fill.client_order_id, record.order.bot_id, source, fill.symbol, fill.side,
        fill.price, fill.quantity, fill.value, fill.fee, fill.fee_asset, fill.liquidity, record.profit, fill.at,
    )  # fmt: skip


def fill_of(row: Mapping[str, Any]) -> Fill:
    """An execution from its row."""
    return Fill(
        venue=row["venue"],
        trade_id=row["venue_trade_id"],
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        price=row["price"],
        quantity=row["quantity"],
        fee=row["fee"],
        fee_asset=row["fee_currency"],
        liquidity=Liquidity(row["liquidity"]),
        at=row["trade_time"],
    )


def fill_reference(venue: str, trade_id: str) -> str:
    """What the entries of an execution refer to; the domain's `entries_of` writes the same."""
    return f"{venue}:{trade_id}"


def fill_record(row: Mapping[str, Any], order: Order, entries: tuple[LedgerEntry, ...]) -> FillRecorded:
    """An execution with its order, as the order stands now, and its entries."""
    profit: Decimal | None = row["profit"]
    return FillRecorded(fill_of(row), order, entries, profit)


def entry_row(entry: LedgerEntry) -> RowValues:
    """A money entry as a row of LEDGER."""
    return (
        entry.account_id, entry.bot_id or None, entry.asset, entry.amount, entry.kind, entry.reference, entry.at
    )  # fmt: skip


def entry_of(row: Mapping[str, Any]) -> LedgerEntry:
    """A money entry from its row."""
    kind = EntryKind(row["kind"])
    return LedgerEntry(
        row["account_id"], row["bot_uid"] or "", row["asset"], row["amount"], kind, row["reference"], row["booked_at"]
    )
