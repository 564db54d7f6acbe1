"""The red button."""

from engine.domain import phrases
from engine.domain.messages import HaltRecorded, Level
from engine.domain.sentences import Refusal, say
from engine.kernel.grid_run import advance, check_stops
from engine.kernel.orders import cancel_all
from engine.kernel.state import State

Refusals = tuple[Refusal, ...]


def halt(state: State) -> Refusals:
    """The red button: nothing is decided any more, and every resting order is cancelled."""
    if not state.is_halted:
        state.is_halted = True
        state.outbox.records.append(HaltRecorded(is_halted=True, at=state.now))
        state.say(None, say(phrases.HALTED), Level.LOOK)
    for book in state.bots.values():
        cancel_all(state, book)
    return ()


def lift_halt(state: State) -> Refusals:
    """Trading goes on: stops first. Two-leg bots look again with their next book, or the next tick."""
    if not state.is_halted:
        return (Refusal("", say(phrases.NOT_HALTED)),)
    state.is_halted = False
    state.outbox.records.append(HaltRecorded(is_halted=False, at=state.now))
    state.say(None, say(phrases.HALT_LIFTED))
    for book in state.bots.values():
        check_stops(state, book)
    for book in state.bots.values():
        advance(state, book)
    return ()
