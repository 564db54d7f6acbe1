"""What happens after a refusal that will not go away by itself: wait longer each time, then ask a person to look."""

from dataclasses import replace
from datetime import timedelta

from engine.domain import live_phrases, pair_phrases, phrases
from engine.domain.bot import BotState
from engine.domain.messages import Level
from engine.domain.order import Order, OrderState
from engine.domain.rejections import RejectCode, RejectReason
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook, MarketBook
from engine.kernel.pair_books import clock_of_half
from engine.kernel.state import State

FIRST_WAIT_S = 1
LONGEST_WAIT_S = 300
LONGEST_SUSPENDED_S = 30
REJECTS_BEFORE_LOOK = 8
#: A leg of a two-leg position is tried on and on, because giving up would leave the other one alone.
LONGEST_LEG_WAIT_S = 30


def refused_again(state: State, book: BotBook, sentence: Sentence) -> None:
    """Count a refusal. The bot waits 1, 2, 4 ... 300 s of its market's time; after 8 in a row it stands still.

    Refusals that come while it waits already are answers to what was sent before, and count no more.
    """
    if not book.bot.is_grid:
        leg_refused(state, book, sentence)
        return
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


def leg_refused(state: State, book: BotBook, sentence: Sentence) -> None:
    """Count a refusal on one half of a two-leg bot, which waits 1, 2, 4 ... 30 s and is never given up."""
    book.rejects += 1
    wait_s = min(FIRST_WAIT_S * 2 ** min(book.rejects - 1, 10), LONGEST_LEG_WAIT_S)
    book.retry_at = clock_of_half(state, book) + timedelta(seconds=wait_s)
    state.say(book, say(pair_phrases.PAIR_LEG_REFUSED, venue=book.bot.venue, cause=sentence), Level.LOOK)


def refused(state: State, book: BotBook, reason: RejectReason) -> None:
    """The venue's no to an order as it is, or to every order there might be."""
    if reason.code is RejectCode.SUSPENDED and book.bot.is_grid:
        suspended(state, book, reason.text)
    else:
        refused_again(state, book, say(phrases.ORDER_REJECTED, code=reason.code.value, text=reason.text))


def suspended(state: State, book: BotBook, text: str) -> None:
    """Nobody may trade the instrument now, which is no fault of the order's: the bot waits 1, 2, 4 ... 30 s each time,
    however long that lasts, and says so once.
    """
    at = state.time_of(book)
    if book.retry_at is not None and at < book.retry_at:
        return
    if not book.suspensions:
        state.say(book, say(live_phrases.SUSPENDED, text=text), Level.LOOK)
    wait_s = min(FIRST_WAIT_S * 2 ** min(book.suspensions, REJECTS_BEFORE_LOOK), LONGEST_SUSPENDED_S)
    book.suspensions += 1
    book.retry_at = at + timedelta(seconds=wait_s)


def never_sent(state: State, book: BotBook, order: Order, reason: RejectReason) -> None:
    """It never left this program, because its venue takes nothing now: nobody said no, and the bot waits as told."""
    at = state.time_of(book) if book.bot.is_grid else clock_of_half(state, book)
    state.put_order(book, replace(order, state=OrderState.LOST, reason=reason.text[:500], updated_at=at))
    retry_at = at + timedelta(seconds=reason.wait_s)
    if book.retry_at is None or book.retry_at < retry_at:
        book.retry_at = retry_at
        state.say(book, say(live_phrases.NOT_SENT, text=reason.text), Level.LOOK)


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
