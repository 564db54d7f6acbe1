"""What a person may ask of a live account, what its venue tells of it, and the record of it."""

from dataclasses import dataclass
from datetime import datetime

from engine.domain.live import ForeignOrder, KeyFacts, LiveAccount


@dataclass(frozen=True, slots=True)
class GoLive:
    """Let an account trade with real money. `without_rehearsal`: its owner said that it was not tried on paper."""

    account_id: str
    without_rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class GoDark:
    """Cancel the account's resting orders and send nothing more. Its bots keep their state."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AllowWithdrawalKey:
    """Trade with a key that could withdraw money, though the program would rather not."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AcceptFacts:
    """What the exchange says of the key now is what bots trade on from now on."""

    account_id: str


@dataclass(frozen=True, slots=True)
class ConfirmBot:
    """The person saw the first orders of a bot on real money: send them."""

    bot_id: str


@dataclass(frozen=True, slots=True)
class AdoptOrder:
    """Import an open order that carries our name and is not in the journal. `rung` counts from 0."""

    bot_id: str
    venue_order_id: str
    rung: int


@dataclass(frozen=True, slots=True)
class CancelUnknown:
    """Cancel all open orders of the account that carry our bots' names and are not in the journal."""

    account_id: str


@dataclass(frozen=True, slots=True)
class ChangeSymbols:
    """Trade more instruments on an account, or fewer. `without_rehearsal`: its owner said that the new ones were not
    tried on paper.
    """

    account_id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    without_rehearsal: bool = False


LiveCommand = (
    GoLive | GoDark | AllowWithdrawalKey | AcceptFacts | ConfirmBot | AdoptOrder | CancelUnknown | ChangeSymbols
)


@dataclass(frozen=True, slots=True)
class FactsTold:
    """What the exchange says of a live account's key."""

    account_id: str
    facts: KeyFacts
    at: datetime


@dataclass(frozen=True, slots=True)
class OrdersSeen:
    """All open orders of a live account on its instruments, ours too; `kind` is worked out by whoever is told."""

    account_id: str
    orders: tuple[ForeignOrder, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """One order of a live account that its stream told of and that we did not place, or not in this journal."""

    account_id: str
    order: ForeignOrder
    is_open: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class FramesUnread:
    """So many frames of a live account could not be read since it was connected."""

    account_id: str
    count: int
    at: datetime


LiveEvent = FactsTold | OrdersSeen | OrderSeen | FramesUnread


@dataclass(frozen=True, slots=True)
class LiveRecorded:
    """Insert or update by account_id. What was found of its key is noted with the credential of this id."""

    live: LiveAccount
    credential_id: str = ""
