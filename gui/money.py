"""Whose money an account moves: its mode, and of real money whether it is switched on."""

from enum import IntEnum, StrEnum

from engine.domain.bot import AccountMode
from engine.domain.views import AccountView, EngineView


class Money(StrEnum):
    """The kinds of money, the most serious first. LIVE_OFF is real money on an account that sends no orders."""

    LIVE = "live"
    LIVE_OFF = "live_off"
    PAPER = "paper"
    PRACTICE = "practice"
    REPLAY = "replay"
    SIMULATED = "simulated"


class Danger(IntEnum):
    """What this desk can do to real money: nothing, nothing now (connected and off), or lose it (on)."""

    NONE = 0
    OFF = 1
    ON = 2


def money_of(shown: AccountView) -> Money:
    """An account's kind of money. Real money of which nobody says that it is off counts as on."""
    if shown.account.mode is AccountMode.LIVE and shown.live is not None and not shown.live.is_on:
        return Money.LIVE_OFF
    return Money(shown.account.mode.value)


def monies_of(view: EngineView) -> tuple[Money, ...]:
    """All kinds of money that this window moves, on whichever desk, the most serious first."""
    present = {money_of(shown) for shown in view.accounts}
    return tuple(money for money in Money if money in present)


def money_by_venue(view: EngineView) -> dict[str, Money]:
    """The kind of money on each venue."""
    return {shown.account.venue: money_of(shown) for shown in view.accounts}


def danger_of(view: EngineView) -> Danger:
    """The worst of the accounts that this desk runs."""
    own = [money_of(shown) for shown in view.accounts if shown.elsewhere is None]
    if Money.LIVE in own:
        return Danger.ON
    return Danger.OFF if Money.LIVE_OFF in own else Danger.NONE
