"""An account's settings (all text) as what its venue is built from."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.money import ZERO
from engine.domain.sentences import say
from engine.errors import UsageError

CASH = "cash."


class Settings:
    """Typed reading; every refusal is a UsageError that names the setting."""

    def __init__(self, venue: str, values: Mapping[str, str]) -> None:
        self._venue = venue
        self.values = dict(values)

    def text(self, name: str, default: str | None = None) -> str:
        """A setting, which must be there when it has no default."""
        text = self.values.get(name, "") or default
        if text is None:
            raise UsageError(say(phrases.VENUE_SETTING_MISSING, name=name, venue=self._venue))
        return text

    def number(self, name: str, default: str | None = None, *, is_positive: bool = False) -> Decimal:
        """A finite number from 0, or above 0."""
        text = self.text(name, default)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.bad(name, text) from None
        if not number.is_finite() or number < 0 or (is_positive and number == 0):
            raise self.bad(name, text)
        return number

    def whole(self, name: str, default: str | None = None) -> int:
        """A whole number from 0."""
        number = self.number(name, default)
        if number != number.to_integral_value():
            raise self.bad(name, self.text(name, default))
        return int(number)

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        text = self.text(name, default)
        if text not in choices:
            raise self.bad(name, text)
        return text

    def instant(self, name: str, default: str) -> datetime:
        """An instant in ISO 8601 with its zone."""
        text = self.text(name, default)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise self.bad(name, text) from None
        if at.tzinfo is None:
            raise self.bad(name, text)
        return at

    def cash(self) -> dict[str, Decimal]:
        """First deposits by asset: the settings cash.<ASSET>."""
        return {
            name.removeprefix(CASH): self.number(name) for name in self.values if name.startswith(CASH)
        }  # fmt: skip

    def bad(self, name: str, value: str) -> UsageError:
        return UsageError(say(phrases.VENUE_SETTING_BAD, name=name, venue=self._venue, value=value))


def settings_of(account: Account) -> Settings:
    """The settings of a stored account."""
    return Settings(account.venue, dict(account.settings))


def has_cash(values: Mapping[str, str]) -> bool:
    """Whether anything is deposited at all."""
    return any(name.startswith(CASH) and amount.strip("0.") != "" for name, amount in values.items())


def deposits_of(settings: Settings) -> dict[str, Decimal]:
    """First deposits above zero."""
    return {asset: amount for asset, amount in settings.cash().items() if amount > ZERO}
