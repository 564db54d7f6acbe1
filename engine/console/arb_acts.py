"""Sub-commands of `arb` that change something: rehearsed first, so that what is refused leaves nothing behind."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TextIO

from engine.bots.arbitrage_rules import preview
from engine.console.arb_commands import (
    add_arbitrage,
    changed_config,
    close_position,
    config_of,
    edit_arbitrage,
    find_pair_bot,
    option_of,
    places,
    places_of,
)
from engine.console.desk import Desk
from engine.console.listing import dump
from engine.console.live import waiting_words
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.codec import Json, to_json
from engine.domain.messages import Command
from engine.domain.sentences import Refusal
from engine.errors import UsageError

Ask = Callable[[Desk, Command], Awaitable[None]]


async def act_on_pairs(
    options: Namespace, desk: Desk, out: TextIO, new_bot_id: Callable[[], str], ask: Ask
) -> bool:  # fmt: skip
    """Carry out `arb add`, `edit` or `close`. False for any other. Raises UsageError with one sentence."""
    match options.arb_command:
        case "add":
            await _add(options, desk, out, (new_bot_id(), new_bot_id()), ask)
        case "edit":
            await _edit(options, desk, out, ask)
        case "close":
            await _close(options, desk, out, ask)
        case _:
            return False
    return True


async def _add(options: Namespace, desk: Desk, out: TextIO, ids: tuple[str, str], ask: Ask) -> None:
    state = await desk.state()
    where = places(options, state)
    command = add_arbitrage(options, ids, where, state.bots)
    _refuse(preview(command.config, where.home, where.foreign).refusals)
    await ask(desk, command)
    verb = "added and started" if options.start else "added"
    sentence = f"{command.name} was {verb} as {command.bot_id}, its hedge as {command.hedge_bot_id}."
    if options.start:
        sentence += await waiting_words(desk, command.bot_id)
    _done(options, out, sentence, {"bot": ids[0], "hedge": ids[1], "name": command.name})


async def _edit(options: Namespace, desk: Desk, out: TextIO, ask: Ask) -> None:
    state = await desk.state()
    bot = find_pair_bot(state.bots, options.bot)
    command = edit_arbitrage(options, bot)
    where = places_of(bot, state)
    _refuse(preview(changed_config(config_of(bot), options), where.home, where.foreign).refusals)
    await ask(desk, command)
    changes = _changes(config_of(bot), command.config)
    answer: dict[str, Json] = {"bot": bot.bot_id, "changes": changes}
    _done(options, out, f"{command.name or bot.name} was changed.", answer)


async def _close(options: Namespace, desk: Desk, out: TextIO, ask: Ask) -> None:
    state = await desk.state()
    bot = find_pair_bot(state.bots, options.bot)
    command = close_position(options, bot, state.positions)
    await ask(desk, command)
    sentence = f"The position {command.position_id} of {bot.name} is being closed at the book."
    _done(options, out, sentence, {"bot": bot.bot_id, "position": command.position_id})


def _changes(before: ArbitrageConfig, after: ArbitrageConfig) -> dict[str, Json]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in ArbitrageConfig.__slots__)
    return {name: {"from": to_json(old), "to": to_json(new)} for name, old, new in pairs if old != new}


def _refuse(refusals: tuple[Refusal, ...]) -> None:
    if refusals:
        field, sentence = refusals[0].field, str(refusals[0])
        is_about = sentence.startswith("This ") and field
        raise UsageError(f"{option_of(field)}: t{sentence[1:]}" if is_about else sentence)


def _done(options: Namespace, out: TextIO, sentence: str, answer: dict[str, Json]) -> None:
    out.write((dump({"done": True, **answer}) if options.json else sentence) + "\n")
