"""From an account to its venue."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import Instrument
from engine.domain.sentences import say
from engine.errors import RecordingError, UsageError
from engine.ports import Venue
from engine.venues.accounts import VOLUME_UNITS, instrument_of, paper_account, replay_account, simulated_account
from engine.venues.candle_walk import CandleWalk
from engine.venues.clock import Clock, MachineClock
from engine.venues.event_walk import EventWalk
from engine.venues.live import LiveFeed, LivePaperVenue
from engine.venues.market import Market
from engine.venues.paced import PacedPaperVenue, speed_of
from engine.venues.practice import PracticeVenue
from engine.venues.recording import CandleRecording, digest_of, read_recording
from engine.venues.settings import Settings, deposits_of, settings_of
from engine.venues.simulated import SimulatedMarket, SimulatedSettings
from engine.venues.store import VenueStore
from engine.venues.tape import milliseconds

__all__ = ["FeedMaker", "make_venue", "paper_account", "replay_account", "simulated_account", "store_path"]

#: Makes the live feed of an instrument; the account says which symbol and options.
FeedMaker = Callable[[Account, Instrument], LiveFeed]


def make_venue(
    account: Account,
    data_folder: Path,
    clock: Clock | None = None,
    feeds: Mapping[str, FeedMaker] | None = None,
) -> Venue:
    """The venue of an account, not yet connected. Its store lies under `data_folder`. Raises UsageError.

    Replayed and simulated venues are `PacedVenue`s. `feeds` are the live feeds by the name in the setting "feed".
    """
    if account.mode is AccountMode.PRACTICE:
        return PracticeVenue(account, desk_of(data_folder))
    clock = clock or MachineClock()
    settings = settings_of(account)
    instrument = instrument_of(account.venue, settings)
    # A power cut must not undo paper trades that followed the real clock; a replay only goes back a little.
    is_replay = account.mode is AccountMode.REPLAY
    store = VenueStore(account.venue, store_path(data_folder, account.venue), is_synchronous=not is_replay)
    # Trade ids stay unique when two desks with their own stores share one database.
    store_id = settings.text("store_id", secrets.token_hex(4))
    deposits, latency_ms = deposits_of(settings), settings.whole("latency_ms", "0")
    if account.mode is AccountMode.PAPER:
        feed = settings.text("feed")
        maker = (feeds or {}).get(feed)
        if maker is None:
            raise UsageError(say(phrases.VENUE_FEED_UNKNOWN, feed=feed))
        return LivePaperVenue(
            account, instrument, store, maker(account, instrument), clock, store_id=store_id, deposits=deposits,
            latency_ms=latency_ms, participation=settings.number("participation", "1", is_positive=True),
        )  # fmt: skip
    if account.mode is AccountMode.REPLAY:
        open_market: Callable[[], Market] = partial(open_recording, settings, instrument)
    elif account.mode is AccountMode.SIMULATED:
        open_market = partial(SimulatedMarket, simulated_settings(settings), instrument)
    else:
        raise UsageError(say(phrases.VENUE_MODE_UNKNOWN, venue=account.venue, mode=account.mode.value))
    return PacedPaperVenue(
        account, instrument, store, open_market, clock, store_id=store_id, deposits=deposits,
        latency_ms=latency_ms, speed=speed_of(settings.text("speed", "max")),
    )  # fmt: skip


def desk_of(data_folder: Path) -> str:
    """How an exchange's audit calls the desk of a data folder: by the id that the desk keeps there."""
    try:
        return (data_folder / "desk-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return data_folder.name


def store_path(data_folder: Path, venue: str) -> Path:
    """The file of a venue's store: its name as far as file systems allow it, and a mark that keeps it unique."""
    readable = re.sub(r"[^\w.-]+", "_", venue)[:60]
    return data_folder / "venues" / f"{readable}-{hashlib.sha256(venue.encode()).hexdigest()[:8]}.sqlite"


def open_recording(settings: Settings, instrument: Instrument) -> Market:
    """The recorded market of an account. Raises RecordingError when the file is not what it was."""
    path = Path(settings.text("file"))
    if digest_of(path) != settings.text("sha256"):
        raise RecordingError(say(phrases.RECORDING_CHANGED, file=str(path)))
    recording = read_recording(path)
    participation = settings.number("participation", "1", is_positive=True)
    if isinstance(recording, CandleRecording):
        unit = settings.choice("volume_unit", VOLUME_UNITS, "base")
        return CandleWalk(
            recording, instrument, participation=participation, is_volume_in_quote=unit == "quote"
        )  # fmt: skip
    return EventWalk(recording, instrument, participation=participation)


def simulated_settings(settings: Settings) -> SimulatedSettings:
    """What an invented market is made from."""
    return SimulatedSettings(
        seed=settings.whole("seed"),
        start_price=settings.number("price", is_positive=True),
        volatility=settings.number("volatility", is_positive=True),
        tick_ms=settings.whole("tick_ms"),
        started_at_ms=milliseconds(settings.instant("started_at", "2025-01-01T00:00:00+00:00")),
        value=settings.number("value", is_positive=True),
    )
