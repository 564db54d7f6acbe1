"""A recorded past of pairs in memory, and pictures of an engine that watches and trades them, for spread charts."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from engine.domain.arbitrage import ArbitrageConfig, PairStage, TwoLegPosition, Ways
from engine.domain.arbitrage_views import ArbitrageView, PremiumsView, PremiumView, TwoLegView
from engine.domain.bot import AccountMode
from engine.domain.premium import Direction, Pair, Premium
from engine.domain.premium_past import PastPosition, SpreadSeries
from engine.domain.views import EngineView
from engine.premium_history import MOST_POINTS
from gui.charts.bars import seconds_of
from tests.support.arbitrage_views import (
    CONFIG,
    fx_of,
    half_of,
    legs_of,
    moved,
    pair_of,
    premium_view,
)
from tests.support.premium_past import PremiumPast
from tests.support.views import NOON, instrument_of, market_of, view_of

Floats = NDArray[np.float64]
FOREIGN_PRICE = 2.05
FEES_PCT = 0.09
MOST_RAW_S = 6 * 3600.0


class Recording:
    """Readings of one pair, `every_s` apart and ending at `end`: they wander, and now and then an entry pays.

    The last of them has this premium in percent, and this foreign price.
    """

    def __init__(
        self,
        count: int,
        every_s: float = 1.0,
        end: datetime = NOON,
        seed: int = 7,
        premium_pct: float = 0.75,
        foreign_price: float = FOREIGN_PRICE,
    ) -> None:
        self.times_s: Floats = seconds_of(end) - every_s * np.arange(count, 0, -1, dtype=np.float64)
        chance = np.random.default_rng(seed)
        minutes = (self.times_s - seconds_of(end)) * (1 / 60)
        # The noise of a book, and a slow walk that always comes back; both end where the live row stands.
        noise = 0.02 * chance.standard_normal(count)
        walk = _returning(0.004 * chance.standard_normal(count), 0.9997)
        middle = (
            premium_pct + 0.45 * (np.sin(minutes / 95) + np.sin(minutes / 27)) + (walk - walk[-1]) + noise - noise[-1]
        )
        self.rate: Floats = 1384.5 + 3.2 * np.sin(minutes / 310) + 0.25 * np.round(np.sin(minutes / 9) * 4) / 4
        self.foreign: Floats = foreign_price * (1 + 0.02 * np.sin(minutes / 700) + 0.003 * np.sin(minutes / 41))
        self.foreign *= 1 + 0.002 * (walk - walk[-1])
        self.premium: Floats = middle
        self.back: Floats = middle + 0.035
        self.home: Floats = self.foreign * self.rate * (1 + middle / 100)

    def series(self, since_s: float, until_s: float, most: int) -> SpreadSeries:
        """As a history gives it: readings where they fit, else minutes, hours or days put together."""
        inside = (self.times_s >= since_s) & (self.times_s < until_s)
        times = self.times_s[inside]
        # Where the readings of some hours are too many, seconds of them are put together.
        seconds = [math.ceil((until_s - since_s) / most)] if until_s - since_s <= MOST_RAW_S else []
        for step_s in (0, *seconds, 60, 3600, 86400):
            buckets = np.floor(times / step_s) if step_s else np.arange(len(times), dtype=np.float64)
            if len(np.unique(buckets)) <= most or step_s == 86400:
                return self._put_together(inside, buckets, step_s)
        raise AssertionError("days always fit")

    def _put_together(self, inside: "NDArray[np.bool_]", buckets: Floats, step_s: int) -> SpreadSeries:
        if not inside.any():
            return SpreadSeries(step_s)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(buckets)) + 1))
        counts = np.diff(np.append(starts, len(buckets)))
        ends = starts + counts - 1

        def mean(values: Floats) -> list[float]:
            return list(np.add.reduceat(values[inside], starts) / counts)

        def least(values: Floats) -> list[float]:
            return list(np.minimum.reduceat(values[inside], starts))

        def most(values: Floats) -> list[float]:
            return list(np.maximum.reduceat(values[inside], starts))

        def last(values: Floats) -> list[float]:
            return list(values[inside][ends])

        net, back_net = self.premium - FEES_PCT, -self.back - FEES_PCT
        return SpreadSeries(
            step_s,
            (buckets[starts] * step_s).tolist() if step_s else self.times_s[inside].tolist(),
            mean(self.premium), least(self.premium), most(self.premium), mean(net), least(net), most(net),
            mean(self.back), mean(back_net), last(self.home), last(self.foreign), last(self.rate),
            (np.maximum.reduceat(net[inside], starts) > 1).tolist(),
        )  # fmt: skip


def _returning(shocks: Floats, memory: float) -> Floats:
    """A walk that forgets: each place is the one before, a little nearer to nothing, and its own shock."""
    places = np.empty(len(shocks))
    place = 0.0
    for at, shock in enumerate(shocks.tolist()):
        place = memory * place + shock
        places[at] = place
    return places


def recording_to(row: PremiumView, count: int, seed: int, end: datetime = NOON) -> Recording:
    """Readings that end where a row of the board stands."""
    assert row.sell is not None, "the row has a premium"
    assert row.foreign_last is not None, "and books"
    return Recording(
        count, end=end, seed=seed, premium_pct=float(row.sell.premium_pct), foreign_price=float(row.foreign_last)
    )


class SpreadPast(PremiumPast):
    """A PremiumHistory over recordings and positions. `spans` are the questions for spreads, in seconds."""

    def __init__(self, recordings: dict[Pair, Recording] | None = None, positions: Sequence[PastPosition] = ()) -> None:
        super().__init__()
        self.recordings = recordings or {}
        self.positions = list(positions)
        self.spans: list[tuple[float, float]] = []

    async def spreads(
        self, pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        assert 0 < most <= MOST_POINTS
        span = (-math.inf if since is None else seconds_of(since), math.inf if until is None else seconds_of(until))
        self.spans.append(span)
        self._ask()
        recording = self.recordings.get(pair)
        return recording.series(*span, most) if recording is not None else SpreadSeries(0)

    async def two_leg_positions(
        self, bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
    ) -> list[PastPosition]:
        assert 0 < limit <= 2000
        found = [
            past
            for past in self.positions
            if bot_id in (None, past.position.bot_id)
            and is_open in (None, past.position.stage is not PairStage.CLOSED)
            and (before is None or past.position.entry.decided_at < before)
        ]
        return sorted(found, key=lambda past: past.position.entry.decided_at, reverse=True)[:limit]


PAIR = pair_of()
HOME = instrument_of("paper:home", "XRP/KRW", "1")
ABROAD = instrument_of("paper:abroad", "XRP/USDT", "0.0001")
#: Enters from 1.2 % net, closes at 0.3 %.
ENTRY_CONFIG: ArbitrageConfig = replace(
    CONFIG, hedge_account_id="paper:abroad", entry_pct=Decimal("1.20"), exit_pct=Decimal("0.30")
)


def closed_positions(recording: Recording, bot_id: str = "arbbot01", most: int = 40) -> list[TwoLegPosition]:
    """What the bot would have done on a recording: in at the first reading at its entry, out at its exit."""
    net = recording.premium - FEES_PCT
    positions, entered = list[TwoLegPosition](), -1
    for at in range(0, len(net), 5):
        if entered < 0 and net[at] >= 1.2:
            entered = at
        elif entered >= 0 and recording.back[at] <= 0.3:
            positions.append(_position(recording, entered, at, len(positions) + 1, bot_id))
            entered = -1
            if len(positions) == most:
                break
    return positions


def _position(recording: Recording, entered: int, left: int, number: int, bot_id: str) -> TwoLegPosition:
    def legs(direction: Direction, at: int) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
        home, foreign = round(float(recording.home[at])), round(float(recording.foreign[at]), 4)
        worse = -1 if direction is Direction.SELL_HOME else 1
        return (str(home), "1", str(home + worse)), (str(foreign), "1", str(foreign - worse * 0.0001))

    def at_of(at: int) -> datetime:
        return NOON + timedelta(seconds=float(recording.times_s[at]) - seconds_of(NOON))

    entry = legs_of(Direction.SELL_HOME, "1000", *legs(Direction.SELL_HOME, entered))
    exit_ = legs_of(Direction.BUY_HOME, "1000", *legs(Direction.BUY_HOME, left))
    entry = replace(
        entry, decided_at=at_of(entered), premium_pct=Decimal(str(round(float(recording.premium[entered]), 4))),
        net_pct=Decimal(str(round(float(recording.premium[entered]) - FEES_PCT, 4))),
    )  # fmt: skip
    exit_ = replace(
        exit_, decided_at=at_of(left), premium_pct=Decimal(str(round(float(recording.back[left]), 4))),
        net_pct=Decimal(str(round(-float(recording.back[left]) - FEES_PCT, 4))),
    )  # fmt: skip
    return TwoLegPosition(
        f"{bot_id}P{number}", bot_id, number, Direction.SELL_HOME, Decimal(1000), PairStage.CLOSED, entry, exit_,
        opened_at=entry.decided_at, closed_at=exit_.decided_at, pnl=Decimal(23_412), pnl_pct=Decimal("0.8"),
    )  # fmt: skip


def trading_view(
    board: PremiumsView | None = None,
    *,
    now_s: float = 1.0,
    config: ArbitrageConfig = ENTRY_CONFIG,
    positions: Sequence[TwoLegPosition] = (),
    name: str = "XRP premium",
) -> EngineView:
    """A two-leg bot on paper at Upbit and Binance, and the board that shows its pair among others."""
    home, abroad = market_of(HOME, "2860", received_at_s=now_s), market_of(ABROAD, "2.05", received_at_s=now_s)
    view = view_of([home, abroad], [half_of(home, "arbbot01", name, config)], modes=[AccountMode.PAPER] * 2)
    accounts = tuple(
        replace(shown, account=replace(shown.account, settings=(("exchange", exchange),)))
        for shown, exchange in zip(view.accounts, ("upbit", "binance"), strict=True)
    )
    row = premium_view(PAIR, "2860", "2.05", received_at_s=now_s)
    premiums = tuple(one for one in (row.sell, row.buy) if one is not None)
    held = tuple(TwoLegView(position, Decimal(12_000), Decimal(9_000)) for position in positions)
    return replace(
        view,
        accounts=accounts,
        arbitrage=(ArbitrageView("arbbot01", "arbbot02", held, premiums, None),),
        premiums=board or PremiumsView((row,), (fx_of(now_s=now_s),)),
    )


def both_ways(config: ArbitrageConfig = ENTRY_CONFIG) -> ArbitrageConfig:
    return replace(config, ways=Ways.BOTH)


def ticked(view: EngineView, seconds: float, share: str = "0.001", *, now_s: float | None = None) -> EngineView:
    """The same view some seconds later, with every home price moved by a share of itself."""
    board = moved(view.premiums, range(len(view.premiums.rows)), Decimal(share))
    later = timedelta(seconds=seconds)
    rows = tuple(
        replace(
            row,
            sell=row.sell
            and replace(row.sell, home_at=row.sell.home_at + later, foreign_at=row.sell.foreign_at + later),
            buy=row.buy and replace(row.buy, home_at=row.buy.home_at + later, foreign_at=row.buy.foreign_at + later),
            received_at_s=row.received_at_s if now_s is None else now_s,
        )
        for row in board.rows
    )
    return replace(view, sequence=view.sequence + 1, premiums=replace(board, rows=rows))


def _later(premium: Premium | None, by: timedelta) -> Premium | None:
    if premium is None:
        return None
    return replace(premium, home_at=premium.home_at + by, foreign_at=premium.foreign_at + by)
