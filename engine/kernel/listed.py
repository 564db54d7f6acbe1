"""Which symbol lists a command has to pass before a bot is started by it."""

from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.messages import AddGrid, Command, StartBot
from engine.kernel.books import AccountBook
from engine.kernel.commands import STARTABLE
from engine.kernel.state import State


def lists_to_pass(state: State, command: Command) -> tuple[tuple[str, str], ...] | None:
    """The names under which there may be lists, each with the symbol; None for a command that starts nothing.

    The names are those of the account's venue and of the exchange that it is on; a two-leg bot passes those of both.
    """
    match command:
        case AddGrid(start=True):
            account = state.accounts.get(command.account_id)
            if account is not None and (account.account.venue, command.symbol) in state.markets:
                return _names(account, command.symbol)
        case AddArbitrage(start=True):
            home, foreign = state.accounts.get(command.account_id), state.accounts.get(command.config.hedge_account_id)
            if home is not None and foreign is not None:
                return (*_names(home, command.symbol), *_names(foreign, command.config.hedge_symbol))
        case StartBot():
            book = state.bots.get(command.bot_id)
            if book is not None and book.account is not None and book.bot.state in STARTABLE:
                hedge = state.bots.get(state.hedges.get(command.bot_id, ""))
                halves = [book] if hedge is None else [book, hedge]
                known = [(half.account, half.bot.symbol) for half in halves if half.account is not None]
                return tuple(each for account, symbol in known for each in _names(account, symbol))
    return None


def _names(account: AccountBook, symbol: str) -> tuple[tuple[str, str], ...]:
    venue, exchange = account.account.venue, account.account.exchange
    return ((venue, symbol), (exchange, symbol)) if exchange else ((venue, symbol),)
