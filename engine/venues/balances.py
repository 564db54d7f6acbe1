"""The account's money at the venue, and how much of it open orders hold back."""

from collections.abc import Mapping
from decimal import Decimal

from engine.domain.money import ZERO


class Balances:
    """Totals and reserves by asset, exact. Never negative, and the reserve never exceeds the total."""

    def __init__(self, totals: Mapping[str, Decimal]) -> None:
        self._totals = dict(totals)
        self._reserved = dict.fromkeys(totals, ZERO)

    def total(self, asset: str) -> Decimal:
        return self._totals.get(asset, ZERO)

    def reserved(self, asset: str) -> Decimal:
        return self._reserved.get(asset, ZERO)

    def free(self, asset: str) -> Decimal:
        """What a new order can use."""
        return self.total(asset) - self.reserved(asset)

    def add(self, asset: str, amount: Decimal) -> None:
        """Book an amount, negative when it goes out."""
        self._totals[asset] = self.total(asset) + amount

    def hold(self, asset: str, amount: Decimal) -> None:
        """Reserve more, or less when `amount` is negative."""
        self._reserved[asset] = self.reserved(asset) + amount

    def rows(self) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """(asset, total, reserved) of every asset ever held, by name."""
        return tuple((asset, self._totals[asset], self.reserved(asset)) for asset in sorted(self._totals))
