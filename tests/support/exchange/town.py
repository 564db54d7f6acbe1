"""A town of exchanges behind one port: a core, an account with money, and other traders for each venue."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.exchange.checks import increment_at
from tests.support.exchange.common_symbols import widened
from tests.support.exchange.control import HOST, Control
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Plan
from tests.support.exchange.flow import InventedFlow, Player, Weather, invented_past
from tests.support.exchange.ports import Skin
from tests.support.exchange.recorded import RecordedBook, RecordedCandles
from tests.support.exchange.server import Server
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import Kind
from tests.support.exchange.venues_under_test import VARIANTS, VENUES, VenueUnderTest

ACCOUNT = "owner"
#: A market on which a grid trades in minutes rather than in days.
DEPTH = Decimal(50)
PAST_MINUTES = 1000
#: The same of the many invented markets, whose books are deep instead.
FEW_MINUTES, LEVELS = 5, 18


@dataclass
class Town:
    """`players` move the markets, by venue; `server` is not started yet."""

    server: Server
    exchanges: dict[str, Exchange]
    players: dict[str, list[Player]]
    venues: Sequence[VenueUnderTest]
    plan: Plan = field(repr=False)
    hosts: dict[str, Sequence[str]]

    def about(self) -> dict[str, Any]:
        """What a client must know to come here."""
        return {
            "port": self.server.port,
            "ca": str(self.server.ca_file),
            "control": f"https://{HOST}/",
            "venues": [
                {
                    "exchange": what.exchange,
                    "hosts": list(self.hosts[what.exchange]),
                    "account": ACCOUNT,
                    "key": what.key.key,
                    "secret": what.key.secret,
                    "passphrase": what.key.passphrase,
                    "symbols": [listing.symbol for listing in what.house.listings],
                    "price": str(what.price),
                }
                for what in self.venues
            ],
        }

    def start_flow(self) -> None:
        """The others begin to trade."""
        for players in self.players.values():
            for player in players:
                player.start()

    def stop_flow(self) -> None:
        for players in self.players.values():
            for player in players:
                player.stop()


def build(
    folder: Path,
    names: Sequence[str] = (),
    *,
    port: int = 0,
    flow: str = "synthetic",
    seed: int = 1,
    speed: float | None = 1.0,
    candles: str = "",
    first_candle: int = 0,
    symbols: int = 0,
) -> Town:
    """The venues with these names, all where none is named; in a running loop.

    `flow` is synthetic, candles (a file of the shared data from `first_candle` on, whose price is moved to the
    market's), book (a recorded one of BTC/USDT, as it was; the other markets are synthetic) or none. Venues that one
    skin plays together share their hosts. `symbols` invented coins more are traded on all of them.
    """
    venues = [what for what in (*VENUES, *VARIANTS) if (str(what) in names if names else not what.variant)]
    venues = [widened(what, symbols) for what in venues]
    if unknown := set(names) - {str(what) for what in venues}:
        raise ValueError(f"no such venue: {', '.join(sorted(unknown))}")
    exchanges: dict[str, Exchange] = {}
    players: dict[str, list[Player]] = {}
    now_ms = time.time_ns() // 1_000_000
    for what in venues:
        core = exchanges[what.exchange] = Exchange(what.house, LoopTimers(now_ms))
        core.open_account(ACCOUNT, what.key)
        for asset, amount in what.funds.items():
            core.transfer(ACCOUNT, asset, amount)
        players[what.exchange] = _players(core, what, flow, seed, speed, candles, first_candle)
    plan = Plan(next(iter(exchanges.values())).timers.true_ms, seed)
    skins = _skins(venues, exchanges)
    hosts = {what.exchange: skin.hosts for what, skin in skins}
    holder: list[Server] = []
    control = Control(exchanges, plan, players, lambda venue, code: holder[0].cut(venue, code))
    holder.append(Server([*dict.fromkeys(skin for _, skin in skins), control], folder, plan, port))
    return Town(holder[0], exchanges, players, venues, plan, hosts)


def _skins(venues: Sequence[VenueUnderTest], exchanges: dict[str, Exchange]) -> list[tuple[VenueUnderTest, Skin]]:
    """The skin of each venue: those with the same maker are played by one over all their cores."""
    groups: dict[Callable[..., Skin], list[VenueUnderTest]] = {}
    for what in venues:
        groups.setdefault(what.skin, []).append(what)
    made = []
    for make, group in groups.items():
        skin = make(*(exchanges[what.exchange] for what in group))
        made += [(what, skin) for what in group]
    return made


def _players(
    core: Exchange,
    what: VenueUnderTest,
    flow: str,
    seed: int,
    speed: float | None,
    candles: str,
    first_candle: int,
) -> list[Player]:
    found = []
    for listing in what.house.listings:
        is_invented = listing.symbol in what.depths
        depth = what.depths.get(listing.symbol, what.size / listing.contract_size * DEPTH)
        price = what.price_of(listing.symbol)
        minutes = FEW_MINUTES if is_invented else PAST_MINUTES
        past = invented_past(Weather(price, depth), seed, core.now_ms(), minutes)
        core.markets[listing.symbol].put_minutes(past)
        if flow == "book" and listing.symbol == "BTC/USDT" and listing.kind is Kind.SPOT:
            player = Player(core, RecordedBook(core, listing.symbol).acts(), speed)
        elif flow == "candles":
            recorded = RecordedCandles(core, listing.symbol, candles, depth)
            recorded.scale = price / recorded.first_price(first_candle)
            player = Player(core, recorded.acts(first_candle), speed)
        else:
            gap = max(1, int(price * Decimal("0.0002") / increment_at(listing, price)))
            weather = Weather(price, depth, gap=gap)
            if is_invented:
                weather = replace(weather, levels=LEVELS)
            invented = InventedFlow(core, listing.symbol, weather, seed)
            player = Player(core, invented.acts(0 if flow == "none" else None), speed)
        # The book is there before anybody asks.
        player.step()
        found.append(player)
    return found
