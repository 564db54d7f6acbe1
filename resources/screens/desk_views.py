"""What the engine shows in each of the pictures' main states."""

from dataclasses import replace

from engine.domain.bot import AccountMode, BotState
from engine.domain.messages import DecisionLogged, Level
from engine.domain.phrases import (
    HALTED,
    VAULT_LOCKED,
)
from engine.domain.sentences import say
from engine.domain.views import EngineState, EngineView
from tests.support.views import (
    NOON,
    fills_of,
    grid_bot,
    instrument_of,
    log_of,
    market_of,
    view_of,
)


def empty(_now_s: float) -> EngineView:
    return view_of()


def normal(now_s: float, mode: AccountMode = AccountMode.SIMULATED) -> EngineView:
    """Three bots on two markets."""
    won = market_of(instrument_of(f"{mode}:1"), "812", received_at_s=now_s)
    coin = market_of(instrument_of(f"{mode}:2", "BTC/USDT", "0.01"), "97412.35", received_at_s=now_s)
    bots = [
        grid_bot(won),
        grid_bot(won, "xrpgrid2", "XRP wide", grid_count=40, investment="2500000", allocation="25"),
        grid_bot(coin, "btcgrid1", "BTC night", state=BotState.PAUSED, investment="4000", allocation="30"),
        grid_bot(coin, "btcgrid2", "BTC trial", state=BotState.STOPPED, investment="1000", allocation="5"),
    ]
    fills = [*fills_of(bots[0], won.instrument, 60), *fills_of(bots[2], coin.instrument, 12)]
    return view_of([won, coin], bots, modes=[mode, mode], fills=fills, log=log_of(bots, 80))


def full(now_s: float) -> EngineView:
    """Thirty bots, two hundred rungs in the first."""
    markets = [
        market_of(instrument_of(f"paper:{at}", symbol, tick), last, received_at_s=now_s)
        for at, (symbol, tick, last) in enumerate(
            [("XRP/KRW", "1", "3120"), ("BTC/KRW", "1000", "143250000"), ("ETH/USDT", "0.01", "3412.55")]
        )
    ]
    states = (BotState.RUNNING, BotState.RUNNING, BotState.RUNNING, BotState.PAUSED, BotState.ERROR, BotState.STOPPED)
    bots = [grid_bot(markets[0], "bot00000", "XRP 200", grid_count=200, investment="9000000")]
    bots += [
        grid_bot(
            markets[at % 3],
            f"bot{at:05}",
            f"Grid {at}",
            state=states[at % len(states)],
            grid_count=10 + at,
            investment="3000000" if at % 3 < 2 else "2500",
            allocation="3",
        )
        for at in range(1, 30)
    ]
    fills = [item for shown in bots[:3] for item in fills_of(shown, markets[0].instrument, 120)]
    return view_of(markets, bots, modes=[AccountMode.PAPER] * 3, fills=fills, log=log_of(bots, 400))


def stale(now_s: float) -> EngineView:
    """The feed has been silent for a minute and a half."""
    view = normal(now_s, AccountMode.PAPER)
    markets = tuple(replace(market, received_at_s=now_s - 95) for market in view.markets)
    return replace(view, markets=markets, is_cache_up=False)


def trouble(now_s: float) -> EngineView:
    """The database cannot be written."""
    view = normal(now_s, AccountMode.LIVE)
    sentence = say(HALTED)
    log = (*view.log, DecisionLogged("", Level.ERROR, sentence, NOON))
    return replace(
        view, state=EngineState.DEGRADED, trouble=sentence, is_database_up=False, pending_records=42, log=log
    )


def halted(now_s: float) -> EngineView:
    return replace(normal(now_s, AccountMode.LIVE), state=EngineState.HALTED)


def replay(now_s: float) -> EngineView:
    return normal(now_s, AccountMode.REPLAY)


def desks(now_s: float) -> EngineView:
    """One bot here, one on the server, one that nobody runs."""
    markets = [
        market_of(instrument_of(f"practice:{name}"), "812", received_at_s=now_s if name == "office" else 0.0)
        for name in ("office", "night", "spare")
    ]
    places = (None, "서버", "")
    bots = [
        replace(grid_bot(market, f"xrpgrid{at}", name), elsewhere=place)
        for at, (market, name, place) in enumerate(
            zip(markets, ("XRP day", "XRP night", "XRP spare"), places, strict=True)
        )
    ]
    view = view_of(
        markets,
        bots,
        modes=[AccountMode.PRACTICE] * 3,
        fills=fills_of(bots[0], markets[0].instrument, 60),
        log=log_of(bots[:1], 40),
    )
    accounts = tuple(
        replace(
            shown,
            account=replace(shown.account, name=shown.account.name.partition(":")[2]),
            elsewhere=place,
            is_told=place is None,
        )
        for shown, place in zip(view.accounts, places, strict=True)
    )
    return replace(view, accounts=accounts)


def locked(now_s: float) -> EngineView:
    """Real money behind a locked vault, beside paper money that needs none."""
    view = normal(now_s, AccountMode.PAPER)
    live = replace(
        view.accounts[1],
        account=replace(view.accounts[1].account, mode=AccountMode.LIVE, name="binance"),
        trouble=say(VAULT_LOCKED),
        is_told=False,
    )
    return replace(view, accounts=(view.accounts[0], live))
