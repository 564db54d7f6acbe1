"""Replays as errands of a running engine: `replay FILE ...`, and `--no-gui --until-replay-ends`."""

import asyncio
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path

from engine.bots.grid_rules import preview
from engine.console.acts import first_refusal
from engine.console.bot_commands import add_grid, grid_config, refused
from engine.console.openings import replay_opening
from engine.console.replays import Session, check_same, replayed_venues, reports, session_of
from engine.console.report import ReplayedMarket, ReplayReport
from engine.console.room import EngineRoom
from engine.console.status import are_replays_ended
from engine.domain.bot import Account
from engine.domain.messages import Command, OpenAccount, SetMarketSpeed
from engine.domain.money import ZERO
from engine.domain.views import EngineView
from engine.engine import Engine
from engine.errors import UsageError
from engine.recovered import RecoveredState
from engine.venues.accounts import instrument_of
from engine.venues.recording import CandleRecording, read_recording
from engine.venues.settings import settings_of
from engine.venues.tape import instant

POLL_S = 0.02

Errand = Callable[[Engine], Awaitable[list[ReplayReport]]]


def plan_replay(options: Namespace, state: RecoveredState) -> Session:
    """The session of a `replay`, checked as far as can be before anything is written. Raises UsageError."""
    config = grid_config(options)
    options_still = Namespace(**{**vars(options), "speed": Decimal(0)})

    def make_account(name: str) -> Account:
        return replay_opening(options_still, name=name, cash=config.investment)

    session = session_of(make_account, state, name=options.name or "", is_fresh=options.fresh)
    check_same(session, config)
    if session.bot is None:
        settings = settings_of(session.account)
        instrument = instrument_of(session.account.venue, settings)
        price = settings.number("price", is_positive=True)
        cash = settings.cash()
        free_quote, free_base = cash.get(instrument.quote), cash.get(instrument.base)
        if seen := preview(config, instrument, price, free_quote, free_base).refusals:
            raise first_refusal(seen)
    return session


def replay_errand(options: Namespace, session: Session, room: EngineRoom, new_bot_id: str) -> Errand:
    """Open the account, add and start the grid, let the market run to its end, report. Can be repeated after a kill."""

    async def errand(engine: Engine) -> list[ReplayReport]:
        await engine.started()
        account = session.account
        # A run that was killed may have asked for account and grid and not been answered: that is done by now, because
        # commands are answered in order; a known account is only connected.
        await _ask(engine, OpenAccount(account))
        if not any(row.bot.account_id == account.account_id for row in engine.refresh().bots):
            instrument = instrument_of(account.venue, settings_of(account))
            bots = [row.bot for row in engine.refresh().bots]
            settings = settings_of(account)
            cash, price = settings.cash(), settings.number("price", is_positive=True)
            equity = cash.get(instrument.quote, ZERO) + cash.get(instrument.base, ZERO) * price
            started = Namespace(**{**vars(options), "start": True, "name": None})
            await _ask(engine, add_grid(started, new_bot_id, account, instrument, bots, equity))
        began = time.monotonic()
        await _ask(engine, SetMarketSpeed(account.venue, options.speed))
        return await _until_ended(engine, room, [account.venue], began, is_taken_up=session.bot is not None)

    return errand


def until_replays_end(room: EngineRoom) -> Errand:
    """Wait for all replays of the desk, then report each bot on them. Raises UsageError when there is none."""

    async def errand(engine: Engine) -> list[ReplayReport]:
        began = time.monotonic()
        await engine.started()
        venues = replayed_venues(engine.refresh())
        if not venues:
            raise UsageError("There is no replay to wait for; `account open-replay` opens one.")
        return await _until_ended(engine, room, venues, began, is_taken_up=True)

    return errand


async def _ask(engine: Engine, command: Command) -> None:
    answer = await engine.submit(command)
    if answer.refusals:
        raise refused(answer.refusals)


async def _until_ended(
    engine: Engine, room: EngineRoom, venues: Sequence[str], began: float, *, is_taken_up: bool
) -> list[ReplayReport]:
    """Reports of the bots on these venues, once all have ended and everything is durable."""
    while not are_replays_ended(engine.view(), venues):  # noqa: ASYNC110 - a snapshot rings no bell
        await asyncio.sleep(POLL_S)
    await engine.settled()
    elapsed_s = time.monotonic() - began
    view: EngineView = engine.refresh()

    async def market_of(account: Account) -> ReplayedMarket:
        path = account.setting("file")
        # A session that was taken up is told its last candles again; they are not counted as walked.
        walked = 0 if is_taken_up else room.candles_walked(account.venue)
        return await asyncio.to_thread(_recorded, path, walked, elapsed_s)

    ledger = await room.stored.reads.ledger()
    return await reports(view, room.venues.by_account, ledger, market_of, venues)


def _recorded(path: str, walked: int, elapsed_s: float) -> ReplayedMarket:
    recording = read_recording(Path(path))
    count = len(recording)
    if isinstance(recording, CandleRecording):
        first, last = recording.opened_at_ms(0), recording.opened_at_ms(count - 1) + recording.timeframe_s * 1000
    else:
        first, last = recording.event(0).at_ms, recording.event(count - 1).at_ms
    return ReplayedMarket(path, count, walked, instant(first), instant(last), elapsed_s)
