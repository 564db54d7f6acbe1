"""How old market prices are, and from when on nobody should trust them."""

from dataclasses import dataclass

from engine.domain.bot import AccountMode
from engine.domain.views import EngineView, MarketView

STALE_AFTER_S = 10.0
#: A recording at real time speaks four times a minute.
REPLAY_STALE_AFTER_S = 75.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Age of the quote in seconds by the monotonic clock, and whether that is too old.

    None is a market that this desk does not hear: its price was recorded by another one, and is stale.
    """

    age_s: float | None
    is_stale: bool


def freshness(market: MarketView, mode: AccountMode, now_s: float) -> Freshness:
    """How fresh a market is. A recording that ended is stale for good."""
    if not market.received_at_s:
        return Freshness(None, is_stale=True)
    age_s = max(0.0, now_s - market.received_at_s)
    limit_s = REPLAY_STALE_AFTER_S if mode is AccountMode.REPLAY else STALE_AFTER_S
    return Freshness(age_s, market.is_ended or age_s > limit_s)


def modes_by_venue(view: EngineView) -> dict[str, AccountMode]:
    """The mode of each venue's account."""
    return {shown.account.venue: shown.account.mode for shown in view.accounts}


def stale_markets(view: EngineView, now_s: float) -> frozenset[tuple[str, str]]:
    """Keys (venue, symbol) of markets whose prices are too old."""
    modes = modes_by_venue(view)
    return frozenset(
        market.instrument.key
        for market in view.markets
        if freshness(market, modes.get(market.instrument.venue, AccountMode.LIVE), now_s).is_stale
    )
