"""What was typed about two-leg bots as commands of the engine, checked against what the database knows."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.console.bot_commands import find_account, find_bot, find_instrument
from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle, PairStage, TwoLegPosition, Ways
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage
from engine.domain.bot import Account, Bot, BotKind, BotState
from engine.domain.instrument import Instrument
from engine.errors import UsageError
from engine.recovered import RecoveredState
from engine.spreads.list_rules import source_refusals

#: How the fields of a configuration are written on the command line, where it is not `--field-name`.
OPTIONS: Mapping[str, str] = {
    "entry_pct": "--entry",
    "exit_pct": "--exit",
    "entry_step_pct": "--entry-step",
    "max_slippage_pct": "--max-slippage",
    "hedge_account_id": "--hedge-account",
    "allocation_percent": "--allocation",
    "hedge_allocation_percent": "--hedge-allocation",
}
WORDS = {"ways": Ways, "style": LegStyle, "policy": ImbalancePolicy}


@dataclass(frozen=True, slots=True)
class Places:
    """Both accounts of a two-leg bot, and what it trades on each."""

    home: tuple[Account, Instrument]
    foreign: tuple[Account, Instrument]


def find_pair_bot(bots: Sequence[Bot], wanted: str) -> Bot:
    """The two-leg bot with this id or name; its hedge goes by the same name. Raises UsageError."""
    bot = find_bot([bot for bot in bots if bot.kind is not BotKind.HEDGE], wanted)
    if bot.kind is not BotKind.ARBITRAGE:
        raise UsageError(f"{bot.name} is no two-leg bot; `arb list` shows those.")
    return bot


def config_of(bot: Bot) -> ArbitrageConfig:
    """The settings of a two-leg bot."""
    assert isinstance(bot.config, ArbitrageConfig), f"{bot.bot_id} is no two-leg bot"
    return bot.config


def places(options: Namespace, state: RecoveredState) -> Places:
    """Where a new bot would trade. Raises UsageError."""
    home = find_account(state.accounts, options.account)
    foreign = find_account(state.accounts, options.hedge_account)
    return Places(
        (home, find_instrument(state.instruments, home, options.symbol)),
        (foreign, find_instrument(state.instruments, foreign, options.hedge_symbol)),
    )


def places_of(bot: Bot, state: RecoveredState) -> Places:
    """Where a bot trades. Raises UsageError."""
    config = config_of(bot)
    home, foreign = find_account(state.accounts, bot.account_id), find_account(state.accounts, config.hedge_account_id)
    return Places(
        (home, find_instrument(state.instruments, home, bot.symbol)),
        (foreign, find_instrument(state.instruments, foreign, config.hedge_symbol)),
    )


def tied_to(account_id: str, state: RecoveredState) -> Sequence[str]:
    """The accounts that go with one wherever it goes, because two-leg bots need both, as its lease knows them."""
    held = {position.bot_id for position in state.positions}
    ties = [
        {bot.account_id, bot.config.hedge_account_id}
        for bot in state.bots
        if isinstance(bot.config, ArbitrageConfig)
        and not bot.is_removed
        and (bot.state is not BotState.STOPPED or bot.bot_id in held)
    ]
    found = {account_id}
    while more := {each for tie in ties if tie & found for each in tie} - found:
        found |= more
    return sorted(found - {account_id})


def new_config(options: Namespace, where: Places) -> ArbitrageConfig:
    """A new configuration. The rate is named after both quotes, and is none where they are the same."""
    (_, at_home), (there, abroad) = where.home, where.foreign
    fx_pair = "" if at_home.quote == abroad.quote else f"{abroad.quote}{at_home.quote}"
    begun = {"hedge_account_id": there.account_id, "hedge_symbol": abroad.symbol, "fx_pair": fx_pair, "fx_source": ""}
    return ArbitrageConfig(**{**begun, **_given(options)})


def changed_config(config: ArbitrageConfig, options: Namespace) -> ArbitrageConfig:
    """`config` with what the options of `arb edit` name."""
    return replace(config, **_given(options))


def _given(options: Namespace) -> dict[str, Any]:
    """Only what was typed, by field name. Raises UsageError for a source of rates that nobody knows."""
    typed = vars(options)
    for refusal in source_refusals(typed.get("fx_source") or ""):
        raise UsageError(refusal.sentence)
    names = [each.name for each in fields(ArbitrageConfig) if each.name in typed and each.name != "hedge_symbol"]
    return {name: WORDS[name](typed[name]) if name in WORDS else typed[name] for name in names}


def add_arbitrage(options: Namespace, ids: tuple[str, str], where: Places, bots: Sequence[Bot]) -> AddArbitrage:
    """The command of `arb add`."""
    (home, at_home), (there, abroad) = where.home, where.foreign
    name = f"{at_home.symbol} {home.name} / {abroad.symbol} {there.name}"
    taken = {bot.name for bot in bots}
    numbered = (name if count == 1 else f"{name} #{count}" for count in range(1, len(bots) + 2))
    return AddArbitrage(
        bot_id=ids[0],
        hedge_bot_id=ids[1],
        name=options.name or next(each for each in numbered if each not in taken),
        account_id=home.account_id,
        symbol=at_home.symbol,
        config=new_config(options, where),
        allocation_percent=options.allocation,
        hedge_allocation_percent=options.hedge_allocation,
        start=options.start,
        is_confirmed=options.yes,
    )


def edit_arbitrage(options: Namespace, bot: Bot) -> EditArbitrage:
    """The command of `arb edit`. Raises UsageError when nothing would change."""
    before = config_of(bot)
    config, name = changed_config(before, options), options.name or ""
    if config == before and name in ("", bot.name):
        raise UsageError(f"Nothing would change on {bot.name}; name what should be different.")
    return EditArbitrage(bot.bot_id, config, name)


def close_position(options: Namespace, bot: Bot, positions: Sequence[TwoLegPosition]) -> ClosePosition:
    """The command of `arb close`. Raises UsageError when there is no such position that is not closed."""
    own = [each for each in positions if each.bot_id == bot.bot_id and each.stage is not PairStage.CLOSED]
    for position in own:
        if options.position in (position.position_id, str(position.number)):
            return ClosePosition(bot.bot_id, position.position_id)
    known = ", ".join(str(each.number) for each in own)
    there = f"; open are {known}" if own else "; none is open"
    raise UsageError(f"{bot.name} has no open position {options.position}{there}.")


def option_of(field: str) -> str:
    """How a field is written on the command line."""
    return OPTIONS.get(field, f"--{field.replace('_', '-')}")
