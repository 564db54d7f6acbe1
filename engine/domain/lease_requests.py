"""What can be asked about who runs an account. Answered by its lease; no bot hears of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandOver:
    """Have another desk run an account with its bots; `desk_id` "" is the desk that is asked."""

    account_id: str
    desk_id: str = ""


@dataclass(frozen=True, slots=True)
class PreferDesk:
    """Give an account back to this desk whenever it runs; `desk_id` "" is none."""

    account_id: str
    desk_id: str


LeaseRequest = HandOver | PreferDesk
