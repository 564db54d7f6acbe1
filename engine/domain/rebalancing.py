"""What two-leg bots run out of, and which transfer would restore it. Advice only: the program moves no money. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from engine.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Need:
    """What one more entry of a bot takes from an account, and how many more entries it may make.

    `partner` is the account of the bot's other half.
    """

    account: str
    asset: str
    per_entry: Decimal
    entries: int
    partner: str


@dataclass(frozen=True, slots=True)
class TransferTerms:
    """What taking an asset off a venue costs there, in that asset, and the least that it sends. None: not known."""

    fee: Decimal | None = None
    minimum: Decimal | None = None


NOT_KNOWN = TransferTerms()


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a person might send. `amount` leaves `source` with `fee` in it, so that `arriving` comes to `target`."""

    asset: str
    source: str
    target: str
    amount: Decimal
    terms: TransferTerms

    @property
    def arriving(self) -> Decimal:
        return self.amount - (self.terms.fee or ZERO)


@dataclass(frozen=True, slots=True)
class Shortage:
    """An asset that runs out on an account before its bots have made their entries.

    `entries_left` of the dearest bot can still be made with what is `free`; `lacking` would let all `entries` be made.
    `transfer` None: no other account of the bots has any to spare.
    """

    account: str
    asset: str
    free: Decimal
    entries_left: int
    entries: int
    lacking: Decimal
    transfer: Transfer | None


def shortages(
    free: Mapping[tuple[str, str], Decimal],
    needs: Sequence[Need],
    terms: Mapping[tuple[str, str], TransferTerms] | None = None,
) -> tuple[Shortage, ...]:
    """Everything that runs out, the worst first.

    `free` is what accounts may use, by (account, asset); `terms` those of taking an asset off an account. What is taken
    from an account is what it does not need itself, and is given away only once. A transfer that would be smaller than
    its venue sends is made as large as that, where there is so much.
    """
    found: list[tuple[str, str]] = list(dict.fromkeys((need.account, need.asset) for need in needs))
    wanted = {key: sum((n.per_entry * n.entries for n in needs if (n.account, n.asset) == key), ZERO) for key in found}
    spare = {key: amount - wanted.get(key, ZERO) for key, amount in free.items()}
    short = [_short(key, free.get(key, ZERO), wanted[key], needs) for key in found]
    made: list[Shortage] = []
    for each in sorted((one for one in short if one is not None), key=lambda one: (one.entries_left, -one.entries)):
        partners = dict.fromkeys(n.partner for n in needs if (n.account, n.asset) == (each.account, each.asset))
        transfer = _transfer(each, list(partners), spare, terms or {})
        if transfer is not None:
            spare[transfer.source, transfer.asset] -= transfer.amount
        made.append(Shortage(
            each.account, each.asset, each.free, each.entries_left, each.entries, each.lacking, transfer
        ))  # fmt: skip
    return tuple(made)


def _short(key: tuple[str, str], free: Decimal, wanted: Decimal, needs: Sequence[Need]) -> Shortage | None:
    if free >= wanted:
        return None
    own = [need for need in needs if (need.account, need.asset) == key and need.per_entry > 0]
    dearest = max(need.per_entry for need in own)
    left = int((max(free, ZERO) / dearest).to_integral_value(ROUND_FLOOR))
    return Shortage(*key, free, left, sum(need.entries for need in own), wanted - free, None)


def _transfer(
    short: Shortage,
    partners: Sequence[str],
    spare: Mapping[tuple[str, str], Decimal],
    terms: Mapping[tuple[str, str], TransferTerms],
) -> Transfer | None:
    """From the partner that can spare most."""
    sources = [(spare.get((partner, short.asset), ZERO), partner) for partner in partners if partner != short.account]
    there, source = max(sources, default=(ZERO, ""))
    own = terms.get((source, short.asset), NOT_KNOWN)
    amount = max(min(short.lacking + (own.fee or ZERO), there), own.minimum or ZERO)
    if amount > there or amount <= (own.fee or ZERO):
        return None
    return Transfer(short.asset, source, short.account, amount, own)
