"""The instruments of an account on the command line: their rules of today, and trading more or fewer of them."""

from argparse import Namespace
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

from engine.console.bot_commands import find_account
from engine.console.desk import Desk
from engine.console.listing import Column, as_json, as_table, dump
from engine.domain import live_phrases
from engine.domain.bot import Account
from engine.domain.codec import Json
from engine.domain.instrument import Instrument, VenueRules
from engine.domain.live_messages import ChangeSymbols
from engine.domain.money import HUNDRED, ZERO
from engine.domain.sentences import plain, say
from engine.errors import UsageError
from engine.venues.accounts import parse_symbol


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """An instrument and its last recorded price, None before the first."""

    instrument: Instrument
    price: Decimal | None

    @property
    def rules(self) -> VenueRules:
        return self.instrument.rules

    @property
    def price_increment(self) -> Decimal | None:
        """The one that holds at the last price; None where that is not known and there are several."""
        if self.price is None and len(self.rules.price_bands) > 1:
            return None
        return self.rules.price_increment(self.price or ZERO)


#: Fees are fractions in JSON, percent on a terminal.
SYMBOLS: tuple[Column[SymbolRow], ...] = (
    Column("symbol", "Symbol", lambda row: row.instrument.symbol),
    Column("last_price", "Last price", lambda row: row.price),
    Column("price_increment", "Price step", lambda row: row.price_increment),
    Column("size_increment", "Quantity step", lambda row: row.rules.size_increment),
    Column("min_quantity", "Least quantity", lambda row: row.rules.min_quantity),
    Column("min_notional", "Least value", lambda row: row.rules.min_notional),
    Column("max_open_orders", "Most orders", lambda row: row.rules.max_open_orders),
    Column("leverage", "Leverage", lambda row: row.rules.leverage),
)
EXACT: tuple[Column[SymbolRow], ...] = (
    *SYMBOLS,
    Column("maker_fee", "Maker fee", lambda row: row.rules.maker_fee),
    Column("taker_fee", "Taker fee", lambda row: row.rules.taker_fee),
)
SHOWN: tuple[Column[SymbolRow], ...] = (
    *SYMBOLS,
    Column("maker_fee", "Maker fee", lambda row: f"{plain(row.rules.maker_fee * HUNDRED)} %"),
    Column("taker_fee", "Taker fee", lambda row: f"{plain(row.rules.taker_fee * HUNDRED)} %"),
)


def is_change(options: Namespace) -> bool:
    """Whether `account symbols` is to change something."""
    return options.add is not None or options.remove is not None


def without_rehearsal(options: Namespace, account: Account) -> bool:
    """Whether the owner goes without a rehearsal. Raises UsageError where the account is not named once more."""
    name = options.without_rehearsal
    if name is not None and name not in (account.account_id, account.name):
        raise UsageError(f"--without-rehearsal needs the name of the account once more: {account.account_id}.")
    return name is not None


async def show_symbols(options: Namespace, desk: Desk, out: TextIO) -> None:
    """`account symbols` without a change: in the order of the account's setting."""
    state = await desk.state()
    account = find_account(state.accounts, options.account)
    known = {each.symbol: each for each in state.instruments if each.venue == account.venue}
    listed = [known[symbol] for symbol in account.symbols or sorted(known) if symbol in known]
    rows = [SymbolRow(each, await desk.last_price(*each.key)) for each in listed]
    empty = f"The rules of {account.account_id} are not known before it was connected once."
    out.write((as_json(EXACT, rows) if options.json else as_table(SHOWN, rows, empty=empty)) + "\n")


async def change_symbols(options: Namespace, desk: Desk, out: TextIO) -> None:
    """`account symbols --add`, `--remove`. Raises UsageError with one sentence when it is refused."""
    account = find_account((await desk.state()).accounts, options.account)
    add, remove = _listed(options.add), _listed(options.remove)
    await desk.ask(
        ChangeSymbols(account.account_id, add, remove, without_rehearsal=without_rehearsal(options, account))
    )
    account = find_account((await desk.state()).accounts, options.account)
    answer: dict[str, Json] = {"done": True, "account": account.account_id, "symbols": list(account.symbols)}
    sentence = say(live_phrases.SYMBOLS_CHANGED, account=account.account_id, symbols=", ".join(account.symbols))
    out.write((dump(answer) if options.json else str(sentence)) + "\n")


def _listed(text: str | None) -> tuple[str, ...]:
    pairs = [parse_symbol(word) for word in (text or "").split(",") if word.strip()]
    return tuple(dict.fromkeys(f"{base}/{quote}" for base, quote in pairs))
