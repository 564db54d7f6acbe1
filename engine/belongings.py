"""To which account a record or an effect belongs: what must be dropped together when another desk has the account."""

from collections.abc import Callable, Mapping

from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.live_messages import LiveRecorded
from engine.domain.messages import (
    AccountRecorded,
    AskOrder,
    BotRecorded,
    CancelOrder,
    CommandAnswered,
    ConnectAccount,
    DecisionLogged,
    Effect,
    EquitySampled,
    FillRecorded,
    LedgerRecorded,
    OrderRecorded,
    PlaceOrder,
    Record,
    RungRecorded,
)


def account_of(
    item: Record | Effect, account_of_bot: Callable[[str], str | None], account_of_command: Mapping[str, str]
) -> str:
    """The account's id, "" for what concerns the desk. `account_of_command` is by command id."""
    match item:
        case OrderRecorded() | FillRecorded() | PlaceOrder() | CancelOrder() | AskOrder():
            return item.order.account_id
        case BotRecorded(bot):
            return bot.account_id
        case RungRecorded() | DecisionLogged():
            return account_of_bot(item.bot_id) or ""
        case TwoLegRecorded(position):
            return account_of_bot(position.bot_id) or ""
        case EquitySampled():
            return item.account_id
        case LedgerRecorded(entries):
            return entries[0].account_id if entries else ""
        case AccountRecorded(account) | ConnectAccount(account):
            return account.account_id
        case LiveRecorded(live):
            return live.account_id
        case CommandAnswered():
            return account_of_command.get(item.command_id, "")
        case _:
            return ""
