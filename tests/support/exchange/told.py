"""What a program says of itself to the auditor: plain values, from a database or from a journal in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Intent:
    """An order as the program has it.

    `committed_ms` is when the decision became durable; `slot` the one place it may fill (a rung's side, a leg; "" for
    none) and `key` what it was decided for: all attempts of one decision have the same. `state` is open, filled,
    canceled, rejected, denied, lost, or anything else while it is not known. Quantities in base.
    """

    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal | None
    committed_ms: int
    state: str
    filled: Decimal
    slot: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """A booked fill. `trade_id` as the program keeps it, "" where it is not to be compared. Quantities in base."""

    client_order_id: str
    trade_id: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that should rest now. Quantity in base."""

    symbol: str
    side: str
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of one account.

    `balances` are the sums of its ledger by asset: what its own trading, fees and funding brought. Of a perp's position
    by `position_assets[symbol]`, while its quote is the wallet less what positions cost. `profit` is what the program
    reports to have gained in `quote`, everything at `marks` (asset to price in quote). `most_bound` is by symbol how
    much base may be held and bought at any instant. `ladder` is all that should rest, where that is to be compared.
    """

    account: str
    intents: tuple[Intent, ...]
    trades: tuple[Trade, ...]
    balances: Mapping[str, Decimal]
    position_assets: Mapping[str, str] = field(default_factory=dict)
    most_bound: Mapping[str, Decimal] = field(default_factory=dict)
    profit: Decimal | None = None
    quote: str = ""
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    ladder: tuple[Wish, ...] | None = None
