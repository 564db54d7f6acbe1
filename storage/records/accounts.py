"""Accounts, instruments with their dated rules, and the halt of a desk."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, MarginBracket, PriceBand, VenueRules
from storage.records.part import Part, RowValues, upsert

ACCOUNTS = upsert(
    "accounts",
    "accounts",
    (
        ("account_id", "text"),
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

#: The lease of a new account; one that is there already belongs to whom it says.
LEASES = Part(
    "leases",
    (("account_id", "text"), ("desk_id", "text"), ("lease_s", "float8"), ("bound_desk_id", "text")),
    """
    INSERT INTO leases (user_id, account_id, desk_id, token, taken_at, renewed_at, expires_at, bound_desk_id)
    SELECT $1, account_id, desk_id, 1, clock_timestamp(), clock_timestamp(),
        clock_timestamp() + make_interval(secs => lease_s), bound_desk_id FROM leases_rows WHERE {guard}
    ON CONFLICT (user_id, account_id) DO NOTHING
    """,
)

INSTRUMENTS = upsert(
    "instruments",
    "instruments",
    (
        ("venue", "text"),
        ("symbol", "text"),
        ("base_asset", "text"),
        ("quote_asset", "text"),
        ("kind", "text"),
        ("contract_size", "numeric"),
        ("is_hedged", "boolean"),
    ),
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
        ("leverage", "int"),
        ("margin_brackets", "jsonb"),
    ),
    ("venue", "symbol", "effective_from"),
)

HALT = upsert(
    "halt",
    "engine_state",
    (("desk_id", "text"), ("is_halted", "boolean"), ("changed_at", "timestamptz")),
    ("desk_id",),
)


def account_row(account: Account, desk_id: str) -> RowValues:
    """An account as a row of ACCOUNTS. Settings keep their order."""
    settings = json.dumps([list(pair) for pair in account.settings], ensure_ascii=False)
    return (
        account.account_id, desk_id, account.venue, account.name, account.mode, account.quote, settings
    )  # fmt: skip


def lease_row(account: Account, desk_id: str, lease_s: float) -> RowValues:
    """The first lease of an account as a row of LEASES. Only an exchange that others reach can be run elsewhere."""
    is_elsewhere = account.mode in (AccountMode.LIVE, AccountMode.PRACTICE)
    return (account.account_id, desk_id, lease_s, None if is_elsewhere else desk_id)


def account_of(row: Mapping[str, Any]) -> Account:
    """An account from its row."""
    settings = tuple((str(name), str(value)) for name, value in json.loads(row["settings"]))
    mode = AccountMode(row["mode"])
    return Account(row["account_id"], row["venue"], row["name"], mode, row["quote_currency"], settings)


def instrument_row(instrument: Instrument) -> RowValues:
    """An instrument as a row of INSTRUMENTS."""
    return (
        instrument.venue, instrument.symbol, instrument.base, instrument.quote, instrument.kind,
        instrument.contract_size, instrument.is_hedged,
    )  # fmt: skip


def rules_row(instrument: Instrument) -> RowValues:
    """Its rules as a row of RULES."""
    rules = instrument.rules
    bands = json.dumps([[str(band.from_price), str(band.increment)] for band in rules.price_bands])
    return (
        instrument.venue, instrument.symbol, rules.effective_from, bands, rules.size_increment, rules.min_quantity,
        rules.max_quantity, rules.min_notional, rules.max_open_orders, rules.maker_fee, rules.taker_fee,
        rules.fee_asset, rules.money_increment, rules.leverage, _brackets_json(rules.brackets),
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
        leverage=row["leverage"],
        brackets=_brackets_of(row["margin_brackets"]),
    )
    return Instrument(
        row["venue"],
        row["symbol"],
        row["base_asset"],
        row["quote_asset"],
        rules,
        kind=InstrumentKind(row["kind"]),
        contract_size=row["contract_size"],
        is_hedged=row["is_hedged"],
    )


def _brackets_json(brackets: Sequence[MarginBracket]) -> str:
    return json.dumps(
        [
            [str(each.from_value), str(each.to_value), each.max_leverage, str(each.maintenance_rate),
             str(each.maintenance_offset)]
            for each in brackets
        ]
    )  # fmt: skip


def _brackets_of(text: str) -> tuple[MarginBracket, ...]:
    return tuple(
        MarginBracket(Decimal(start), Decimal(end), leverage, Decimal(rate), Decimal(offset))
        for start, end, leverage, rate, offset in json.loads(text)
    )
