"""Live lines of a program without a window: one line per decision as it becomes durable, and a heartbeat.

The engine calls for each decision, so that none is missed however fast a replay runs; nothing is polled for them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TextIO

from engine.domain.bot import BotKind
from engine.domain.messages import DecisionLogged, Level
from engine.domain.money import ZERO
from engine.domain.sentences import plain
from engine.domain.views import EngineState, EngineView

#: Erases the rest of a terminal line; the heartbeat line is rewritten in place.
REWRITE = "\r\x1b[K"


class TerminalLines:
    """Lines on a stream. On a terminal a heartbeat stays below them, elsewhere it is a line of its own."""

    def __init__(self, stream: TextIO, *, is_terminal: bool) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._heartbeat = ""

    def decision(self, logged: DecisionLogged, bot_name: str) -> None:
        """One line: market or wall time, bot, what was decided. INFO has no mark, LOOK and ERROR say so."""
        self.line(decision_line(logged, bot_name))

    def line(self, text: str) -> None:
        """One line of its own, above the heartbeat."""
        if self._is_terminal:
            self._stream.write(f"{REWRITE}{text}\n{self._heartbeat}")
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def heartbeat(self, text: str) -> None:
        """Replace the heartbeat line; without a terminal, write it when it differs from the last one."""
        if text == self._heartbeat:
            return
        self._heartbeat = text
        self._stream.write(f"{REWRITE}{text}" if self._is_terminal else f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the terminal on a fresh line."""
        if self._is_terminal and self._heartbeat:
            self._heartbeat = ""
            self._stream.write(REWRITE)
            self._stream.flush()


def decision_line(logged: DecisionLogged, bot_name: str) -> str:
    """A decision as one line of text."""
    mark = "" if logged.level is Level.INFO else f"{logged.level.value.upper()}  "
    who = f"{bot_name}  " if bot_name else ""
    return f"{logged.at:%Y-%m-%d %H:%M:%S}  {mark}{who}{logged.sentence}"


def heartbeat_line(view: EngineView) -> str:
    """The whole desk in one line: state, bots, open orders, fills, money per quote asset, what is wrong.

    Bots of other desks are only counted. A two-leg bot is one, though it has a half on each account.
    """
    seen = [row for row in view.bots if not row.bot.is_removed and row.bot.kind is not BotKind.HEDGE]
    own = [row for row in seen if row.elsewhere is None]
    active = [row for row in own if row.bot.is_active]
    venues = {row.account.venue for row in view.accounts if row.elsewhere is None}
    parts = [
        view.state.value if view.trouble is None else f"{view.state.value}: {str(view.trouble).rstrip('.')}",
        f"{len(active)} of {len(own)} bots run",
        f"{sum(len(row.open_orders) for row in view.bots if row.elsewhere is None)} orders rest",
    ]
    markets = [market for market in view.markets if market.instrument.venue in venues]
    symbols = Counter(market.instrument.symbol for market in markets)
    for market in markets:
        symbol, venue = market.instrument.symbol, market.instrument.venue
        name = symbol if symbols[symbol] == 1 else f"{symbol} of {venue}"
        parts.append(f"{name} {plain(market.last)} at {market.at:%Y-%m-%d %H:%M:%S}")
    parts += [f"PnL {signed(pnl)} {quote}" for quote, pnl in pnl_by_quote(view).items()]
    if others := len(seen) - len(own):
        parts.append(f"{others} bot{'' if others == 1 else 's'} on other desks")
    if not view.is_database_up:
        parts.append("database down")
    if not view.is_cache_up:
        parts.append("cache down")
    return " | ".join(parts)


def pnl_by_quote(view: EngineView) -> dict[str, Decimal]:
    """Sum of this desk's bots' total PnL by quote asset: money of different assets is never added."""
    quote_of = {account.account.account_id: account.account.quote for account in view.accounts}
    sums: dict[str, Decimal] = {}
    for row in view.bots:
        quote = quote_of.get(row.bot.account_id)
        if quote is not None and not row.bot.is_removed and row.elsewhere is None:
            sums[quote] = sums.get(quote, ZERO) + row.total_pnl
    return sums


def signed(amount: Decimal) -> str:
    """A PnL with its sign always shown, to two decimals at most; zero has none."""
    rounded = amount.quantize(Decimal("0.01"))
    if not rounded:
        return "0"
    return f"+{plain(rounded)}" if rounded > 0 else plain(rounded)


def are_replays_ended(view: EngineView, replayed: Iterable[str]) -> bool:
    """Whether every venue of `replayed` has told its last quote and nothing of it waits to become durable."""
    wanted = set(replayed)
    ended = {market.instrument.venue for market in view.markets if market.is_ended}
    return view.state is not EngineState.STARTING and wanted <= ended and view.pending_records == 0


async def tell_heartbeats(view: Callable[[], EngineView], lines: TerminalLines, every_s: float) -> None:
    """Write a heartbeat every `every_s` seconds until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        lines.heartbeat(heartbeat_line(view()))
