"""What a two-leg bot sees of both markets."""

from datetime import datetime

from engine.bots.arbitrage import Sight, costs_of, pair_of
from engine.domain.bot import INVENTED_TIME_MODES
from engine.domain.money import ZERO
from engine.domain.premium import Costs, Pair
from engine.kernel.pair_books import PairLegs, is_perp
from engine.kernel.state import State


def sight_of(state: State, legs: PairLegs, now: datetime) -> Sight:
    """Both books and the rate that the bot's settings name."""
    config, home, foreign = legs.config, legs.home.market, legs.foreign.market
    account = legs.home.account
    is_invented = account is not None and account.account.mode in INVENTED_TIME_MODES
    return Sight(
        now,
        home.book if home is not None else None,
        foreign.book if foreign is not None else None,
        state.rates.get((config.fx_pair, config.fx_source)) if config.fx_pair else None,
        home.at if is_invented and home is not None else None,
        foreign.at if is_invented and foreign is not None else None,
        state.clock if is_invented else None,
    )


def names_of(legs: PairLegs) -> Pair:
    """The pair of instruments. Both markets are known."""
    assert legs.home.market is not None
    assert legs.foreign.market is not None
    return pair_of(legs.config, legs.home.market.instrument, legs.foreign.market.instrument)


def costs_now(legs: PairLegs) -> Costs:
    """What an entry costs in fees and, on a future, in funding. Both markets are known."""
    assert legs.home.market is not None
    assert legs.foreign.market is not None
    home, foreign = legs.home.market.instrument.rules, legs.foreign.market.instrument.rules
    status = legs.foreign.market.status
    funding = status.daily_funding if status is not None and is_perp(legs.foreign) else None
    return costs_of(legs.config, home, foreign, funding or ZERO)
