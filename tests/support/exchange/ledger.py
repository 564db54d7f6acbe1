"""Who owns what, in atoms. Every movement has two ends, so nothing appears and nothing vanishes."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from tests.support.exchange.amounts import amount

#: The other traders, and the venue's own purse; both may owe.
STRANGERS = "~strangers"
PURSE = "~purse"
OUTSIDE = "~outside"


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a movement: `atoms` came in (negative: went out). `cause` is trade, fee, funding, transfer."""

    at_ms: int
    account: str
    asset: str
    atoms: int
    cause: str
    reference: str

    @property
    def amount(self) -> Decimal:
        return amount(self.atoms)


class Ledger:
    """Totals and locked parts. Free amounts of real accounts never go below zero on SPOT; the core checks before."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str], int] = defaultdict(int)
        self._locked: dict[tuple[str, str], int] = defaultdict(int)
        self.entries: list[Entry] = []
        #: (account, asset) that changed since somebody took note.
        self.touched: dict[tuple[str, str], None] = {}

    def move(self, giver: str, taker: str, asset: str, atoms: int, cause: str, reference: str, at_ms: int) -> None:
        """Nothing is written for nothing."""
        if atoms == 0 or giver == taker:
            return
        for account, signed in ((giver, -atoms), (taker, atoms)):
            self._totals[account, asset] += signed
            if not account.startswith("~"):
                self.entries.append(Entry(at_ms, account, asset, signed, cause, reference))
                self.touched[account, asset] = None

    def lock(self, account: str, asset: str, atoms: int) -> None:
        """Negative: unlock."""
        if atoms:
            self._locked[account, asset] += atoms
            self.touched[account, asset] = None

    def total(self, account: str, asset: str) -> int:
        return self._totals.get((account, asset), 0)

    def locked(self, account: str, asset: str) -> int:
        return self._locked.get((account, asset), 0)

    def free(self, account: str, asset: str) -> int:
        return self.total(account, asset) - self.locked(account, asset)

    def assets(self, account: str) -> list[str]:
        """What it ever had, by name."""
        return sorted(asset for owner, asset in self._totals if owner == account)

    def accounts(self) -> set[str]:
        return {owner for owner, _ in self._totals}

    def sum_of(self, asset: str) -> int:
        """Over everybody, the outside included: always zero."""
        return sum(total for (_, known), total in self._totals.items() if known == asset)

    def take_touched(self, account: str) -> list[str]:
        """The assets of an account that changed since the last call."""
        found = [key for key in self.touched if key[0] == account]
        for key in found:
            del self.touched[key]
        return [asset for _, asset in found]
