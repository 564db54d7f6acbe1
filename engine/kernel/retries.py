"""What happens after a refusal that will not go away by itself: wait longer each time, then ask a person to look."""

from datetime import timedelta

from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.messages import Level
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook, MarketBook
from engine.kernel.state import State

FIRST_WAIT_S = 1
LONGEST_WAIT_S = 300
REJECTS_BEFORE_LOOK = 8


def refused_again(state: State, book: BotBook, sentence: Sentence) -> None:
    """Count a refusal. The bot waits 1, 2, 4 ... 300 s of its market's time; after 8 in a row it stands still.

    Refusals that come while it waits already are answers to what was sent before, and count no more.
    """
    if book.retry_at is not None and state.time_of(book) < book.retry_at:
        # Sent together with the one that was counted: the wait that begins now is for all of them.
        state.say(book, sentence, Level.LOOK)
        return
    book.rejects += 1
    state.say(book, sentence, Level.LOOK)
    if book.rejects >= REJECTS_BEFORE_LOOK:
        cause = say(phrases.TOO_MANY_REJECTS, count=book.rejects, text=sentence)
        stand_still(state, book, cause)
        return
    wait_s = min(FIRST_WAIT_S * 2 ** (book.rejects - 1), LONGEST_WAIT_S)
    book.retry_at = state.time_of(book) + timedelta(seconds=wait_s)


def stand_still(state: State, book: BotBook, cause: Sentence) -> None:
    """Stop trading a bot until a person starts it again; its orders are cancelled, its inventory stays."""
    book.trouble = cause
    book.rejects = 0
    book.set_bot(state=BotState.ERROR)
    state.say(book, say(phrases.STOPPED_TRADING, cause=cause), Level.ERROR)


def is_waiting(book: BotBook, market: MarketBook) -> bool:
    """Whether a refusal makes the bot wait for a later time, or for the next quote."""
    if book.retry_at is not None and market.at is not None:
        if market.at < book.retry_at:
            return True
        book.retry_at = None
    return book.is_leg_waiting
