"""Accounts on recorded, simulated and paper markets: what their venue needs, resolved once and kept as settings."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import Instrument
from engine.domain.sentences import say
from engine.errors import RecordingError, UsageError
from engine.venues import rule_books
from engine.venues.paced import speed_of
from engine.venues.recording import CandleRecording, Recording, digest_of, read_recording
from engine.venues.recording_name import name_of, stem_of
from engine.venues.settings import Settings, has_cash
from engine.venues.tape import TopOfBook

VOLUME_UNITS = ("base", "quote")
#: Settings that a caller's options may bring along; others are resolved here.
KEPT = ("participation", "latency_ms", "store_id", *rule_books.OPTIONS)
SYMBOL = re.compile(r"([A-Z0-9]{1,20})[/-]([A-Z0-9]{1,20})$")
DEFAULT_SYMBOL, DEFAULT_PRICE, DEFAULT_CASH = "BTC/USDT", "60000", "100000"


def replay_account(path: Path, options: Mapping[str, str]) -> Account:
    """An account on a recorded market. Reads and checks the whole file, which may take seconds.

    Options (all text, all optional): name, symbol ("XRP-KRW"), rules, volume_unit, participation, latency_ms, speed
    ("max" or a number), cash.<ASSET>, and any of `rule_books.OPTIONS`. Raises RecordingError or UsageError.
    """
    path = path.absolute()
    digest = digest_of(path)
    recording = read_recording(path)
    named = name_of(path)
    if "symbol" in options:
        base, quote = parse_symbol(options["symbol"])
    elif named is not None:
        base, quote = named.base, named.quote
    else:
        raise RecordingError(say(phrases.RECORDING_NAME, file=str(path)))
    exchange = named.venue if named is not None else ""
    # FTX reported the volume of its candles in dollars.
    unit = "quote" if exchange == "ftx" and isinstance(recording, CandleRecording) else "base"
    name = options.get("name") or stem_of(path)
    return _account(
        f"replay:{name}",
        name,
        AccountMode.REPLAY,
        {
            "file": str(path),
            "sha256": digest,
            "symbol": f"{base}/{quote}",
            "rules": options.get("rules") or rule_books.guess(exchange),
            "price": str(first_price(recording)),
            "volume_unit": options.get("volume_unit") or unit,
            "speed": options.get("speed") or "max",
        },
        options,
    )


def simulated_account(name: str, options: Mapping[str, str], started_at: datetime) -> Account:
    """An account on an invented market whose time begins at `started_at`.

    Options (all text, all optional): seed, symbol, start_price, volatility (of a day, 0.06 is 6 %), tick_ms, value (of
    one print, in quote), rules, speed, latency_ms, cash.<ASSET>, and any of `rule_books.OPTIONS`. Raises UsageError.
    """
    base, quote = parse_symbol(options.get("symbol") or DEFAULT_SYMBOL)
    price = options.get("start_price") or DEFAULT_PRICE
    values = {
        "symbol": f"{base}/{quote}",
        "rules": options.get("rules") or rule_books.PLAIN,
        "price": price,
        "seed": options.get("seed") or "1",
        "volatility": options.get("volatility") or "0.06",
        "tick_ms": options.get("tick_ms") or "500",
        "value": options.get("value") or "50000",
        "started_at": started_at.isoformat(),
        "speed": options.get("speed") or "1",
    }
    if not has_cash(options):
        values[f"cash.{quote}"] = DEFAULT_CASH
    return _account(f"simulated:{name}", name, AccountMode.SIMULATED, values, options)


def paper_account(name: str, feed: str, symbol: str, price: Decimal, options: Mapping[str, str]) -> Account:
    """Paper money on the live feed called `feed`, such as "ccxt:upbit".

    `price` is about where the market stands; increments are derived from it when neither book nor feed states any.

    Options (all text, all optional): rules, participation, latency_ms, cash.<ASSET>, and any of `rule_books.OPTIONS`.
    """
    base, quote = parse_symbol(symbol)
    values = {
        "feed": feed,
        "symbol": f"{base}/{quote}",
        "rules": options.get("rules") or rule_books.guess(feed.rpartition(":")[2]),
        "price": str(price),
    }
    return _account(f"paper:{name}", name, AccountMode.PAPER, values, options)


def instrument_of(venue: str, settings: Settings) -> Instrument:
    """The one instrument that an account's venue trades, under its rules."""
    base, quote = parse_symbol(settings.text("symbol"))
    price = settings.number("price", is_positive=True)
    rules = rule_books.rules_of(settings.text("rules"), base, quote, price, settings.values)
    return Instrument(venue, f"{base}/{quote}", base, quote, rules)


def parse_symbol(text: str) -> tuple[str, str]:
    """BASE and QUOTE of "BTC/KRW" or "BTC-KRW"."""
    match = SYMBOL.match(text.strip().upper())
    if match is None or match[1] == match[2]:
        raise UsageError(say(phrases.RECORDING_SYMBOL_BAD, symbol=text))
    return match[1], match[2]


def first_price(recording: Recording) -> Decimal:
    """The first price of a recording."""
    if isinstance(recording, CandleRecording):
        return Decimal(repr(recording.row(0)[1]))
    event = recording.event(0)
    return event.ask if isinstance(event, TopOfBook) else event.price


def _account(
    venue: str, name: str, mode: AccountMode, values: Mapping[str, str], options: Mapping[str, str]
) -> Account:
    """The account, refused when any of its settings cannot be."""
    kept = {key: options[key] for key in options if options[key] and (key in KEPT or key.startswith("cash."))}
    settings = Settings(venue, {**values, **kept})
    instrument = instrument_of(venue, settings)
    settings.cash()
    settings.whole("latency_ms", "0")
    settings.number("participation", "1", is_positive=True)
    settings.choice("volume_unit", VOLUME_UNITS, "base")
    speed_of(settings.text("speed", "max"))
    if mode is AccountMode.SIMULATED:
        for whole in ("seed", "tick_ms"):
            settings.whole(whole)
        for number in ("volatility", "tick_ms", "value"):
            settings.number(number, is_positive=True)
    return Account(venue, venue, name, mode, instrument.quote, tuple(sorted(settings.values.items())))
