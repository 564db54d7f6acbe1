"""Accounts, instruments with their dated rules, and the halt of a desk."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from storage.records.part import RowValues, upsert

ACCOUNTS = upsert(
    "accounts",
    "accounts",
    (
        ("account_id", "text"),
        ("user_id", "bigint"),
        ("desk_id", "text"),
        ("venue", "text"),
        ("name", "text"),
        ("mode", "text"),
        ("quote_currency", "text"),
        ("settings", "jsonb"),
    ),
    ("account_id",),
    extra={"updated_at": "now()"},
)

INSTRUMENTS = upsert(
    "instruments",
    "instruments",
    (("venue", "text"), ("symbol", "text"), ("base_asset", "text"), ("quote_asset", "text")),
    ("venue", "symbol"),
    extra={"updated_at": "now()"},
)

RULES = upsert(
    "instrument_rules",
    "instrument_rules",
    (
        ("venue", "text"),
        ("symbol", "text"),
        ("effective_from", "timestamptz"),
        ("price_bands", "jsonb"),
        ("size_increment", "numeric"),
        ("min_quantity", "numeric"),
        ("max_quantity", "numeric"),
        ("min_notional", "numeric"),
        ("max_open_orders", "int"),
        ("maker_fee", "numeric"),
        ("taker_fee", "numeric"),
        ("fee_asset", "text"),
        ("money_increment", "numeric"),
    ),
    ("venue", "symbol", "effective_from"),
)

HALT = upsert(
    "halt",
    "engine_state",
    (("desk_id", "text"), ("is_halted", "boolean"), ("changed_at", "timestamptz")),
    ("desk_id",),
)


def account_row(account: Account, user_id: int, desk_id: str) -> RowValues:
    """An account as a row of ACCOUNTS. Settings keep their order."""
    settings = json.dumps([list(pair) for pair in account.settings], ensure_ascii=False)
    return (
        account.account_id, user_id, desk_id, account.venue, account.name, account.mode, account.quote, settings
    )  # fmt: skip


def account_of(row: Mapping[str, Any]) -> Account:
    """An account from its row."""
    settings = tuple((str(name), str(value)) for name, value in json.loads(row["settings"]))
    mode = AccountMode(row["mode"])
    return Account(row["account_id"], row["venue"], row["name"], mode, row["quote_currency"], settings)


def instrument_row(instrument: Instrument) -> RowValues:
    """An instrument as a row of INSTRUMENTS."""
    return (instrument.venue, instrument.symbol, instrument.base, instrument.quote)


def rules_row(instrument: Instrument) -> RowValues:
    """Its rules as a row of RULES."""
    rules = instrument.rules
    bands = json.dumps([[str(band.from_price), str(band.increment)] for band in rules.price_bands])
    return (
        instrument.venue, instrument.symbol, rules.effective_from, bands, rules.size_increment, rules.min_quantity,
        rules.max_quantity, rules.min_notional, rules.max_open_orders, rules.maker_fee, rules.taker_fee,
        rules.fee_asset, rules.money_increment,
    )  # fmt: skip


def instrument_of(row: Mapping[str, Any]) -> Instrument:
    """An instrument from its row joined with one row of rules."""
    rules = VenueRules(
        price_bands=tuple(PriceBand(Decimal(start), Decimal(step)) for start, step in json.loads(row["price_bands"])),
        size_increment=row["size_increment"],
        min_quantity=row["min_quantity"],
        max_quantity=row["max_quantity"],
        min_notional=row["min_notional"],
        max_open_orders=row["max_open_orders"],
        maker_fee=row["maker_fee"],
        taker_fee=row["taker_fee"],
        fee_asset=FeeAsset(row["fee_asset"]),
        money_increment=row["money_increment"],
        effective_from=row["effective_from"],
    )
    return Instrument(row["venue"], row["symbol"], row["base_asset"], row["quote_asset"], rules)
