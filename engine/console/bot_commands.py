"""What was typed about bots as commands of the engine, checked against what the database knows."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from engine.console.desk import DeskRow
from engine.domain.bot import Account, Bot
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.domain.instrument import Instrument
from engine.domain.messages import (
    AddGrid,
    Command,
    EditGrid,
    PauseBot,
    RemoveBot,
    RestoreBot,
    StartBot,
    StopBot,
)
from engine.domain.sentences import UNREACHABLE, Sentence, plain
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.kernel.allowances import share_of

#: How the fields of a configuration are written on the command line, where it is not `--field-name`.
OPTIONS: Mapping[str, str] = {
    "stop_loss_pct": "--stop-loss",
    "take_profit_pct": "--take-profit",
    "allocation_percent": "--allocation",
}
SWITCHES = ("post_only", "use_held_base", "compounding")


def find_bot(bots: Sequence[Bot], wanted: str) -> Bot:
    """The bot with this id, or the only one with this name. Raises UsageError."""
    found = [bot for bot in bots if bot.bot_id == wanted] or [bot for bot in bots if bot.name == wanted]
    if len(found) > 1:
        # Only removed bots can share a name with another one.
        found = [bot for bot in found if not bot.is_removed] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"Several bots are called {wanted}; use one of the ids {', '.join(b.bot_id for b in found)}.")
    raise UsageError(f"There is no bot {wanted}.")


def find_desk(desks: Sequence[DeskRow], wanted: str) -> DeskRow:
    """The desk with this id, or the only one with this name. Raises UsageError."""
    found = [desk for desk in desks if desk.desk_id == wanted] or [desk for desk in desks if desk.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(desk.desk_id for desk in found)
        raise UsageError(f"Several desks are called {wanted}; use one of the ids {ids}.")
    raise UsageError(f"There is no desk {wanted} on this database; `desks` lists them.")


def find_account(accounts: Sequence[Account], wanted: str) -> Account:
    """The account with this id. Raises UsageError."""
    for account in accounts:
        if account.account_id == wanted:
            return account
    known = f"; known are {', '.join(account.account_id for account in accounts)}" if accounts else ""
    raise UsageError(f"There is no account {wanted}{known}.")


def find_instrument(instruments: Sequence[Instrument], account: Account, symbol: str | None) -> Instrument:
    """The account's instrument by symbol, or its only one when no symbol is given. Raises UsageError."""
    found = [each for each in instruments if each.venue == account.venue]
    if symbol is not None:
        for instrument in found:
            if instrument.symbol == symbol.upper().replace("-", "/"):
                return instrument
        raise UsageError(f"The venue {account.venue} does not trade {symbol}.")
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.symbol for each in found)
    raise UsageError(f"Say which --symbol: {known}." if known else f"The venue {account.venue} has no instrument yet.")


def grid_config(options: Namespace) -> GridConfig:
    """A new configuration from the options of `bot add grid` and `replay`."""
    values = {key: value for key, value in _given(options).items() if value is not None}
    return GridConfig(**values)


def changed_config(config: GridConfig, options: Namespace) -> GridConfig:
    """`config` with what the options of `bot edit` name."""
    return replace(config, **_given(options))


def _given(options: Namespace) -> dict[str, Any]:
    """Only what was typed, by field name. An option typed as `none` is there with the value None."""
    given: dict[str, Any] = {}
    typed = vars(options)
    for field in fields(GridConfig):
        if field.name not in typed:
            continue
        value = typed[field.name]
        if field.name == "mode":
            value = GridMode(value)
        elif field.name == "sizing":
            value = Sizing(value)
        elif field.name in SWITCHES:
            value = value == "on"
        elif field.name.endswith("_inventory"):
            value = Inventory(value)
        given[field.name] = value
    return given


def default_name(instrument: Instrument, config: GridConfig, bots: Sequence[Bot]) -> str:
    """Symbol and range, with a number behind it when that name is taken."""
    name = f"{instrument.symbol} {plain(config.lower)}–{plain(config.upper)} × {config.grid_count}"
    taken = {bot.name for bot in bots}
    numbered = (name if count == 1 else f"{name} #{count}" for count in range(1, len(bots) + 2))
    return next(each for each in numbered if each not in taken)


def add_grid(
    options: Namespace, bot_id: str, account: Account, instrument: Instrument, bots: Sequence[Bot], equity: Decimal
) -> AddGrid:
    """The command of `bot add grid`. `equity` of the account, in quote, is what the allocation is a share of."""
    config = grid_config(options)
    percent = allocation(options)
    return AddGrid(
        bot_id=bot_id,
        name=options.name or default_name(instrument, config, bots),
        account_id=account.account_id,
        symbol=instrument.symbol,
        config=config,
        allocation_percent=share_of(config.investment, equity, bots) if percent is None else percent,
        start=bool(options.start),
        is_confirmed=bool(vars(options).get("yes")),
    )


def edit_grid(options: Namespace, bot: Bot) -> EditGrid:
    """The command of `bot edit`. Raises UsageError when nothing would change."""
    config = changed_config(bot.grid, options)
    percent = allocation(options)
    name = options.name or ""
    if config == bot.grid and name in ("", bot.name) and percent in (None, bot.allocation_percent):
        raise UsageError(f"Nothing would change on {bot.name}; name what should be different.")
    return EditGrid(bot.bot_id, config, name, percent)


def allocation(options: Namespace) -> Decimal | None:
    """The typed allocation in percent, or None."""
    percent: Decimal | None = vars(options).get("allocation")
    return percent


def steer(options: Namespace, bot: Bot) -> Command:
    """The command of `bot start`, `pause`, `stop`, `remove` and `restore`."""
    match options.bot_command:
        case "start":
            return StartBot(bot.bot_id, is_confirmed=options.yes)
        case "pause":
            return PauseBot(bot.bot_id)
        case "stop":
            return StopBot(bot.bot_id, Inventory.SELL if options.sell else Inventory.KEEP)
        case "remove":
            return RemoveBot(bot.bot_id)
        case "restore":
            return RestoreBot(bot.bot_id)
        case other:
            raise UsageError(f"There is no command {other}.")


def differences(before: GridConfig, after: GridConfig) -> list[tuple[str, object, object]]:
    """(field, old, new) of every field that an edit changes."""
    pairs = ((field.name, getattr(before, field.name), getattr(after, field.name)) for field in fields(GridConfig))
    return [(name, old, new) for name, old, new in pairs if old != new]


def option_of(field: str) -> str:
    """How a field is written on the command line."""
    return OPTIONS.get(field, f"--{field.replace('_', '-')}")


def refused(refusals: Sequence[tuple[str, Sentence]]) -> GridwrightError:
    """The first refusal of an answer as an error: one sentence, with the option that causes it in front."""
    field, sentence = refusals[0]
    if field == UNREACHABLE:
        return VenueUnavailable(sentence)
    return UsageError(with_option(field, str(sentence)))


def with_option(field: str, sentence: str) -> str:
    """A refusal beside the option that it speaks of; sentences that need no option stay as they are."""
    if not sentence.startswith("This must "):
        return sentence
    return f"{option_of(field)}: t{sentence[1:]}" if field else sentence
