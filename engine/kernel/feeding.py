"""Money came in, or room for orders: bots that lacked it look again."""

from engine.kernel.books import HIGHEST, AccountBook, BotBook
from engine.kernel.state import State


def feed_starved(book: BotBook) -> None:
    """There may be money again: rungs that had none look again."""
    book.dirty_rungs |= book.starved
    book.starved.clear()


def feed_account(state: State, account: AccountBook) -> None:
    """The account may have more money, or room for orders, than before: bots that lacked it look again at a quote."""
    for book in state.bots.values():
        if book.account is account and (book.starved or book.is_windowed):
            feed_starved(book)
            book.quiet_low = book.quiet_high = HIGHEST
