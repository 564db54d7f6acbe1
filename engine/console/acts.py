"""Sub-commands that change something: rehearsed first, so that what is refused leaves nothing behind."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TextIO

from engine.bots.grid_rules import preview, preview_edit
from engine.console.arb_acts import act_on_pairs
from engine.console.arb_commands import tied_to
from engine.console.bot_commands import (
    add_grid,
    changed_config,
    edit_grid,
    find_account,
    find_bot,
    find_desk,
    find_instrument,
    refused,
    steer,
    with_option,
)
from engine.console.desk import Desk
from engine.console.listing import dump
from engine.console.live import act_on_live, waiting_words
from engine.console.openings import live_opening, paper_opening, replay_opening, simulated_opening
from engine.console.previews import edit_json, edit_text, preview_json, preview_text
from engine.console.questions import reserves
from engine.console.rehearsal import bot_view_of, refusals_of
from engine.console.truth import repair
from engine.console.watching import act_on_watched
from engine.domain.bot import Account, AccountMode
from engine.domain.codec import Json
from engine.domain.instrument import Instrument
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import Command, HaltAll, LiftHalt, OpenAccount, SetMarketSpeed
from engine.domain.money import ZERO
from engine.domain.sentences import Refusal, plain
from engine.errors import UsageError
from engine.recovered import RecoveredState
from engine.venues.practice import practice_account

#: What is said when a sub-command of `bot` is done.
DONE = {
    "start": "{name} was started.",
    "pause": "{name} was paused.",
    "stop": "{name} was told to stop.",
    "remove": "{name} was removed; `bot restore {bot}` brings it back.",
    "restore": "{name} was restored.",
}


async def act(options: Namespace, desk: Desk, out: TextIO, new_bot_id: Callable[[], str]) -> bool:
    """Carry out a sub-command that changes something. False when `options` are none of these.

    Raises UsageError with one sentence when it is refused; then nothing was written.
    """
    match options.command, vars(options).get(f"{options.command}_command"):
        case "bot", "add":
            await _add(options, desk, out, new_bot_id())
        case "bot", "edit":
            await _edit(options, desk, out)
        case "bot", ("start" | "pause" | "stop" | "remove" | "restore") as verb:
            bot = find_bot((await desk.state()).bots, options.bot)
            await ask(desk, steer(options, bot))
            sentence = DONE[verb].format(name=bot.name, bot=bot.bot_id)
            if verb == "start":
                sentence += await waiting_words(desk, bot.bot_id)
            _done(options, out, sentence, {"bot": bot.bot_id})
        case "arb", _:
            return await act_on_pairs(options, desk, out, new_bot_id, ask)
        case "premium", _:
            return await act_on_watched(options, desk, out)
        case "account", "open-replay":
            await _open(options, desk, out, replay_opening(options))
        case "account", "open-paper":
            await _open(options, desk, out, paper_opening(options))
        case "account", "open-live":
            await _open(options, desk, out, live_opening(options))
        case "account", "open-practice":
            account = await practice_account(options.name, options.host, options.port, desk.desk_id)
            await _open(options, desk, out, account)
        case "account", "open-simulated":
            await _open(options, desk, out, simulated_opening(options))
        case "account", "repair":
            await repair(options, desk, out)
        case "market", "speed":
            await ask(desk, SetMarketSpeed(options.venue, options.speed))
            pace = "as fast as possible" if options.speed is None else f"{plain(options.speed)} times real time"
            speed = None if options.speed is None else format(options.speed, "f")
            _done(options, out, f"{options.venue} runs {pace}.", {"venue": options.venue, "speed": speed})
        case "lease", ("move" | "prefer") as verb:
            await _lease(options, desk, out, verb)
        case "halt", None:
            await ask(desk, HaltAll())
            _done(options, out, "Trading is halted.", {"is_halted": True})
        case "resume", None:
            await ask(desk, LiftHalt())
            _done(options, out, "Trading goes on.", {"is_halted": False})
        case _:
            return await act_on_live(options, desk, out)
    return True


async def _lease(options: Namespace, desk: Desk, out: TextIO, verb: str) -> None:
    is_none = verb == "prefer" and options.to == "none"
    target = None if is_none else find_desk(await desk.desks(), options.to)
    state = await desk.state()
    account = find_account(state.accounts, options.account).account_id
    also = tied_to(account, state)
    beside = f" with {', '.join(also)}, which a two-leg bot needs beside it," if also else ""
    desk_id, name = ("", "") if target is None else (target.desk_id, target.name)
    await desk.ask(HandOver(account, desk_id) if verb == "move" else PreferDesk(account, desk_id))
    sentence = f"{account} is moved to {name}{beside} when the desk that runs it has finished what is under way."
    if verb == "prefer":
        sentence = f"{account} goes back to {name}{beside} whenever it runs." if name else f"{account} prefers no desk."
    _done(options, out, sentence, {"account": account, "desk": desk_id or None, "with": list(also)})


async def ask(desk: Desk, command: Command) -> None:
    """Rehearse a command, then have it handled. Raises UsageError when either refuses."""
    state = await desk.state()
    found = refusals_of(command, state, await desk.ledger(), await _prices(desk, state), desk.desk_id, _now())
    if found:
        raise refused(found)
    await desk.ask(command)


async def _add(options: Namespace, desk: Desk, out: TextIO, bot_id: str) -> None:
    state = await desk.state()
    account = find_account(state.accounts, options.account)
    instrument = find_instrument(state.instruments, account, options.symbol)
    price = await desk.last_price(account.venue, instrument.symbol)
    command = add_grid(
        options, bot_id, account, instrument, state.bots, await _equity(desk, account, instrument, price)
    )
    if not options.dry_run:
        await ask(desk, command)
        verb = "added and started" if options.start else "added"
        sentence = f"{command.name} was {verb} as {bot_id}." + (
            await waiting_words(desk, bot_id) if options.start else ""
        )
        _done(options, out, sentence, {"bot": bot_id, "name": command.name})
        return
    if price is None and account.mode is AccountMode.SIMULATED and account.setting("price"):
        # Its market has not begun, and will begin here.
        price = Decimal(account.setting("price"))
    free = await _free(desk, state, account, instrument.quote)
    seen = preview(
        command.config, instrument, price, free, await _free(desk, state, account, instrument.position_asset)
    )
    if seen.refusals:
        raise first_refusal(seen.refusals)
    text = preview_text(seen, instrument, is_price_known=price is not None or command.config.trigger_price is not None)
    out.write((dump(preview_json(seen)) if options.json else text) + "\n")


async def _edit(options: Namespace, desk: Desk, out: TextIO) -> None:
    state = await desk.state()
    bot = find_bot(state.bots, options.bot)
    if not bot.is_grid:
        raise UsageError(f"{bot.name} is no grid; `arb edit` changes two-leg bots.")
    command = edit_grid(options, bot)
    if not options.dry_run:
        await ask(desk, command)
        _done(options, out, f"{command.name or bot.name} was changed.", {"bot": bot.bot_id})
        return
    account = find_account(state.accounts, bot.account_id)
    instrument = find_instrument(state.instruments, account, bot.symbol)
    config = changed_config(bot.grid, options)
    if bot.is_active:
        price = await desk.last_price(bot.venue, bot.symbol)
        view = bot_view_of(bot, state, price, desk.desk_id)
        seen = preview_edit(view, config, instrument, await _free(desk, state, account, instrument.quote))
        refusals = seen.refusals
    else:
        seen = None
        refusals = preview(config, instrument, None).refusals
    if refusals:
        raise first_refusal(refusals)
    if options.json:
        out.write(dump(edit_json(bot.grid, config, seen)) + "\n")
    else:
        out.write(edit_text(bot.grid, config, seen, instrument) + "\n")


async def _open(options: Namespace, desk: Desk, out: TextIO, account: Account) -> None:
    state = await desk.state()
    if any(known.account_id == account.account_id for known in state.accounts):
        raise UsageError(f"The account {account.account_id} is open already; use --name to open another session.")
    await ask(desk, OpenAccount(account))
    answer: dict[str, Json] = {"account": account.account_id, "venue": account.venue, "mode": account.mode.value}
    _done(options, out, f"The account {account.account_id} is open.", answer)


async def _prices(desk: Desk, state: RecoveredState) -> dict[tuple[str, str], Decimal]:
    found = {instrument.key: await desk.last_price(*instrument.key) for instrument in state.instruments}
    return {key: price for key, price in found.items() if price is not None}


async def _equity(desk: Desk, account: Account, instrument: Instrument, price: Decimal | None) -> Decimal:
    """The account's money in quote, its base at the last recorded price."""
    own = {row.asset: row.total for row in await desk.ledger() if row.account_id == account.account_id}
    return own.get(instrument.quote, ZERO) + own.get(instrument.position_asset, ZERO) * (price or ZERO)


async def _free(desk: Desk, state: RecoveredState, account: Account, asset: str) -> Decimal | None:
    """What new orders of an account may use of an asset; None for real money, of which only its exchange knows."""
    if account.mode is AccountMode.LIVE:
        return None
    totals = await desk.ledger()
    total = sum((row.total for row in totals if (row.account_id, row.asset) == (account.account_id, asset)), ZERO)
    return total - reserves(state).get((account.account_id, asset), ZERO)


def first_refusal(refusals: Sequence[Refusal]) -> UsageError:
    """The first refusal of a preview as an error."""
    return UsageError(with_option(refusals[0].field, str(refusals[0])))


def _done(options: Namespace, out: TextIO, sentence: str, answer: dict[str, Json]) -> None:
    out.write((dump({"done": True, **answer}) if options.json else sentence) + "\n")


def _now() -> datetime:
    return datetime.now(UTC)
