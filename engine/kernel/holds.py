"""Why no order with real money may be sent: the account's switch, its key, or first orders that nobody has seen."""

from engine.domain import live_phrases
from engine.domain.bot import AccountMode
from engine.domain.key_facts import blockers, changes
from engine.domain.live import LiveAccount
from engine.domain.live_messages import LiveRecorded
from engine.domain.sentences import Sentence, say
from engine.kernel.books import AccountBook, BotBook


def begin_live(account: AccountBook, live: LiveAccount | None = None) -> None:
    """Give a live account its switch, as the database has it; a new one is off."""
    if account.account.mode is AccountMode.LIVE:
        account.live = live or LiveAccount(account.account.account_id)
        account.hold = hold_of(account, account.live)


def recorded(account: AccountBook) -> LiveRecorded:
    """The record of what is known of a live account now."""
    assert account.live is not None
    return LiveRecorded(account.live, account.account.setting("credential"))


def hold_of(account: AccountBook, live: LiveAccount) -> Sentence | None:
    """Why no order may be sent, None where one may."""
    name = account.account.account_id
    if not live.is_on:
        return say(live_phrases.LIVE_OFF, account=name)
    if live.facts is None or live.checked_at is None:
        return say(live_phrases.KEY_UNCHECKED, account=name)
    if found := blockers(live.facts, live.checked_at, is_withdrawal_allowed=live.is_withdrawal_allowed):
        return found[0]
    if live.pinned is not None and (changed := changes(live.pinned, live.facts)):
        return say(live_phrases.FACTS_CHANGED, change=changed[0], account=name)
    return None


def needs_confirmation(book: BotBook) -> bool:
    """Whether the bot's first orders with real money wait for somebody who has seen them."""
    live = book.account.live if book.account is not None else None
    return live is not None and book.bot.bot_id not in live.confirmed_bots


def why_not(book: BotBook) -> Sentence | None:
    """Why no order of the bot may be sent because of the account's switch, its key or a confirmation."""
    if book.account is None or book.account.live is None:
        return None
    if book.account.hold is None and needs_confirmation(book):
        return say(live_phrases.NEEDS_CONFIRMATION, bot=book.bot.name, id=book.bot.bot_id)
    return book.account.hold
