"""Accounts from what was typed: on a recorded market, on an invented one, on paper or for real at an exchange."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from engine.domain.bot import Account
from engine.domain.money import ONE
from engine.errors import UsageError
from engine.venues.accounts import paper_account, parse_symbol, replay_account, simulated_account
from engine.venues.ccxt_feed import PREFIX, feed_of
from engine.venues.exchanges.live_accounts import live_account
from engine.venues.paced import speed_text
from engine.venues.recording_name import name_of

#: Paper money of an account when nothing is said, by quote.
USUAL_CASH = {"KRW": Decimal(10_000_000)}
OTHER_CASH = Decimal(10_000)


def replay_opening(options: Namespace, *, name: str = "", cash: Decimal | None = None) -> Account:
    """The account of `account open-replay` and `replay`. Reads and checks the whole recording.

    `name` and `cash` (in quote) stand in where none was typed. Raises RecordingError, UsageError.
    """
    path = Path(options.file).expanduser()
    settings = _settings(options)
    for key, value in (
        ("name", name or options.name),
        ("rules", options.rules),
        ("symbol", options.symbol),
        ("volume_unit", options.volume_unit),
        ("participation", options.participation),
        ("latency_ms", options.latency_ms),
    ):
        if value is not None:
            settings[key] = str(value)
    quote = _quote_of(path, options.symbol)
    return replay_account(path, settings | _cash(options.cash, quote, cash))


def simulated_opening(options: Namespace) -> Account:
    """The account of `account open-simulated`. Raises UsageError."""
    settings = _settings(options)
    for key in ("seed", "symbol", "start_price", "rules"):
        if getattr(options, key) is not None:
            settings[key] = str(getattr(options, key))
    quote = parse_symbol(options.symbol)[1] if options.symbol else "USDT"
    return simulated_account(options.name, settings | _cash(options.cash, quote, None), datetime.now(UTC))


def paper_opening(options: Namespace) -> Account:
    """The account of `account open-paper`. Raises UsageError; the exchange itself is asked when it is connected."""
    settings = dict(options.rule or ())
    for key in ("participation", "latency_ms"):
        if getattr(options, key) is not None:
            settings[key] = str(getattr(options, key))
    return exchange_opening(options.exchange, options.symbol, options.name or "", options.cash, settings)


def live_opening(options: Namespace) -> Account:
    """The account of `account open-live`; `credential` is an id here. Raises UsageError."""
    exchange = options.exchange.lower()
    symbols = options.symbols.split(",")
    return live_account(options.name or exchange, exchange, options.credential, symbols, options.leverage)


def exchange_opening(
    exchange: str,
    symbol: str,
    name: str = "",
    cash: Iterable[tuple[str, Decimal]] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Account:
    """A paper account on an exchange's live market; "" and None take the usual. Raises UsageError."""
    feed = feed_of(exchange)
    base, quote = parse_symbol(symbol)
    name = name or f"{feed.removeprefix(PREFIX)}_{base}-{quote}"
    # What the exchange states is asked when it is connected, so no increment is derived from a price here.
    return paper_account(name, feed, f"{base}/{quote}", ONE, {**(settings or {}), **_cash(cash, quote, None)})


def demo_opening() -> Account:
    """The account that a first start offers: an invented market with a little paper money."""
    return simulated_account("demo", {}, datetime.now(UTC))


def pair_demo_opening() -> tuple[Account, Account]:
    """Two invented markets of one coin that drift apart and come back, with some of the coin on both."""
    usual = {"volatility": "0.1", "maker_fee": "0.0004", "taker_fee": "0.0004", "cash.USDT": "100000", "cash.BTC": "2"}
    now = datetime.now(UTC)
    return (
        simulated_account("demo-home", usual | {"seed": "11"}, now),
        simulated_account("demo-abroad", usual | {"seed": "12"}, now),
    )


def choice_opening(
    path: Path, speed: Decimal | None, rules: str, volume_unit: str, symbol: str, cash: Decimal | None
) -> Account:
    """The account of a recording chosen in a dialog; "" and None leave it to the file's name. Raises RecordingError."""
    quote = _quote_of(path, symbol or None)
    deposit = {f"cash.{quote}": format(_usual_cash(quote) if cash is None else cash, "f")}
    words = {"rules": rules, "volume_unit": volume_unit, "symbol": symbol}
    return replay_account(path, {"speed": speed_text(speed), **{k: v for k, v in words.items() if v}} | deposit)


def _settings(options: Namespace) -> dict[str, str]:
    settings = dict(options.rule or ())
    settings["speed"] = speed_text(options.speed)
    return settings


def _cash(typed: Iterable[tuple[str, Decimal]] | None, quote: str, otherwise: Decimal | None) -> dict[str, str]:
    """Deposits as settings. An amount without an asset is in quote."""
    if typed is None:
        amount = otherwise if otherwise is not None else _usual_cash(quote)
        return {f"cash.{quote}": format(amount, "f")}
    found: dict[str, str] = {}
    for asset, amount in typed:
        key = f"cash.{asset or quote}"
        if key in found:
            raise UsageError(f"--cash names {asset or quote} twice.")
        found[key] = format(amount, "f")
    return found


def _usual_cash(quote: str) -> Decimal:
    return USUAL_CASH.get(quote, OTHER_CASH)


def _quote_of(path: Path, symbol: str | None) -> str:
    """The quote asset; "" when only `replay_account` can say what is wrong with the file's name."""
    if symbol:
        return parse_symbol(symbol)[1]
    named = name_of(path)
    return named.quote if named is not None else ""
