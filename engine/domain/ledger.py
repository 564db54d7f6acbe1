"""Money entries and how they fold. An entry never changes; corrections are new entries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Fill, Side


class EntryKind(StrEnum):
    """DEPOSIT: money put on an account, or taken off it. TRADE and FEE come from fills, FUNDING from positions in
    perpetual futures.

    ADOPT: base the account already held, handed to a bot; RELEASE: base a bot hands back. Both move value between
    bot and account, not in or out of the account, so they exist twice with opposite signs (bot_id "" is the account).
    OUTSIDE: a position that changed at the venue without an order of ours, accepted by a person.
    """

    DEPOSIT = "deposit"
    TRADE = "trade"
    FEE = "fee"
    ADOPT = "adopt"
    RELEASE = "release"
    FUNDING = "funding"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """`amount` is signed from our side: positive came in. `reference` with kind and asset makes it unique."""

    account_id: str
    bot_id: str
    asset: str
    amount: Decimal
    kind: EntryKind
    reference: str
    at: datetime


def entries_of(fill: Fill, instrument: Instrument, account_id: str, bot_id: str) -> tuple[LedgerEntry, ...]:
    """The entries of one fill: base (of a PERP, its position) and quote of the trade, and the fee when there is one.

    A position is entered like base that was bought: what its price does to it is the quote that flows when it is sold.
    """
    sign = 1 if fill.side is Side.BUY else -1
    reference = f"{fill.venue}:{fill.trade_id}"

    def entry(asset: str, amount: Decimal, kind: EntryKind) -> LedgerEntry:
        return LedgerEntry(account_id, bot_id, asset, amount, kind, reference, fill.at)

    legs = (
        entry(instrument.position_asset, sign * fill.quantity, EntryKind.TRADE),
        entry(instrument.quote, -sign * fill.value, EntryKind.TRADE),
    )
    return (*legs, entry(fill.fee_asset, -fill.fee, EntryKind.FEE)) if fill.fee else legs


def fold(entries: Iterable[LedgerEntry]) -> dict[tuple[str, str], Decimal]:
    """Balances by (account_id, asset): the plain sum of all entries."""
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        balances[(entry.account_id, entry.asset)] += entry.amount
    return dict(balances)
