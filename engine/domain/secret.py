"""Secrets as values that show nothing: in a log line, a traceback, a debugger's list, a copy or a pickle."""

import hmac
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn


class Silent:
    """What holds a secret: every way in which Python shows, copies or stores a value tells nothing or is refused."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is never copied or stored")

    def __getstate__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is never copied or stored")


class Secret(Silent):
    """A text that only `reveal` shows. Equal to another of the same text, found out in constant time."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Whoever calls this is answerable for it."""
        return self._text

    def typed(self) -> bytes:
        """The text as a person typed it, whichever keyboard it was: Hangul and accents are composed (NFC, UTF-8)."""
        return unicodedata.normalize("NFC", self._text).encode()

    def __bool__(self) -> bool:
        return bool(self._text)

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]


class VaultState(StrEnum):
    """ABSENT: there is none. LOCKED: it keeps its secrets until somebody unlocks it."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPEN = "open"


class CredentialKind(StrEnum):
    """Whose door the secrets open: an exchange's, a language model's, a Telegram bot's."""

    EXCHANGE = "exchange"
    LLM = "llm"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Credential:
    """One opened credential. `passphrase` is only what some exchanges ask for; `secret` is None for kinds with one key.

    `key` is the API key, or the token of a Telegram bot.
    """

    credential_id: str
    kind: CredentialKind
    venue: str
    label: str
    key: Secret
    secret: Secret | None = None
    passphrase: Secret | None = None


@dataclass(frozen=True, slots=True)
class UnlockSources:
    """What a start was given to open the vault without a person, in the order in which it is tried.

    The machine's keychain is asked where nothing was given. A key file is read each time, because it may lie on a disk
    that comes later.
    """

    key_file: str | None = None
    key_line: Secret | None = None
    passphrase: Secret | None = None

    @property
    def is_given(self) -> bool:
        """Whether somebody meant the vault to open by itself."""
        return self.key_file is not None or self.key_line is not None or self.passphrase is not None
