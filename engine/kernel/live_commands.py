"""What people ask of a live account, and what its bots do then."""

from engine.domain.live_messages import AcceptFacts, AllowWithdrawalKey, CancelUnknown, GoDark, GoLive
from engine.domain.sentences import Refusal
from engine.kernel.books import BotBook
from engine.kernel.foreign import cancel_unknown
from engine.kernel.grid_run import advance, check_stops
from engine.kernel.live import accept_facts, allow_withdrawal, go_dark, go_live
from engine.kernel.state import State

Refusals = tuple[Refusal, ...]
AccountCommand = GoLive | GoDark | AllowWithdrawalKey | AcceptFacts | CancelUnknown


def on_account_command(state: State, command: AccountCommand, rehearsed: frozenset[str]) -> Refusals:
    """Carry it out. Bots that may trade again look at their stops first."""
    refusals: Refusals = ()
    freed: list[BotBook] = []
    match command:
        case GoLive():
            refusals, freed = go_live(state, command, rehearsed)
        case GoDark():
            refusals = go_dark(state, command)
        case AllowWithdrawalKey():
            refusals, freed = allow_withdrawal(state, command)
        case AcceptFacts():
            refusals, freed = accept_facts(state, command)
        case CancelUnknown():
            refusals = cancel_unknown(state, command)
    for book in freed:
        check_stops(state, book)
    for book in freed:
        advance(state, book)
    return refusals
