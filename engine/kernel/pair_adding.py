"""Adding a two-leg bot, both halves of it, and beginning to run it."""

import hashlib
import re
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from engine.bots.arbitrage_rules import Means, preview
from engine.domain import pair_phrases, phrases
from engine.domain.arbitrage import ArbitrageConfig, HedgeConfig
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.bot import Bot, BotKind, BotState
from engine.domain.messages import AskOrder
from engine.domain.money import HUNDRED, ZERO
from engine.domain.order import OrderState
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.allowances import allocation_refusals, name_refusals
from engine.kernel.books import AccountBook, BotBook, MarketBook
from engine.kernel.claims import budget_of, free_base_for, free_quote_for
from engine.kernel.holds import needs_confirmation
from engine.kernel.live import confirm
from engine.kernel.pair_books import PairLegs, clock_of, is_perp, legs_of
from engine.kernel.pair_sight import sight_of
from engine.kernel.state import State
from engine.kernel.valuation import account_equity

BOT_ID = re.compile(r"[a-z0-9]{8}")
HUNDREDTH = Decimal("0.01")
Refusals = tuple[Refusal, ...]


def add_arbitrage(state: State, command: AddArbitrage, *, is_allowed: bool) -> Refusals:
    """Add both halves, and start them where that was asked."""
    if found := _id_refusals(state, command):
        return found
    home, foreign = state.accounts.get(command.account_id), state.accounts.get(command.config.hedge_account_id)
    for field, account, name in (
        ("account", home, command.account_id),
        ("hedge_account_id", foreign, command.config.hedge_account_id),
    ):
        if account is None:
            return _refuse(field, say(phrases.UNKNOWN_ACCOUNT, account=name))
    assert home is not None
    assert foreign is not None
    markets: list[MarketBook] = []
    for field, account, symbol in (
        ("symbol", home, command.symbol),
        ("hedge_symbol", foreign, command.config.hedge_symbol),
    ):
        market = state.markets.get((account.account.venue, symbol))
        if market is None or not account.account.trades(symbol):
            return _refuse(field, say(phrases.UNKNOWN_SYMBOL, venue=account.account.venue, symbol=symbol))
        markets.append(market)
    if command.start and not is_allowed:
        venue = home.account.exchange or home.account.venue
        return _refuse("symbol", say(phrases.SYMBOL_NOT_ALLOWED, venue=venue, symbol=command.symbol))
    legs = _new_legs(state, command, (home, foreign), (markets[0], markets[1]))
    refusals = [*name_refusals(state, command.name, None)]
    refusals += settings_refusals(state, legs, with_means=command.start)
    if refusals:
        return tuple(refusals)
    if found := _allocate(state, command, legs):
        return found
    for half in legs.both:
        if half.bot.bot_id in state.bots:
            half.bot = replace(half.bot, fencing_token=state.bots[half.bot.bot_id].bot.fencing_token)
            state.bots[half.bot.bot_id].bot = half.bot
        else:
            state.add_bot(half.bot)
        state.bots[half.bot.bot_id].is_changed = True
        state.changed.add(half.bot.bot_id)
    added = legs_of(state, state.pairs[command.bot_id])
    assert added is not None
    config = command.config
    sentence = say(
        pair_phrases.PAIR_ADDED,
        size=config.size,
        base=markets[0].instrument.base,
        home=home.account.name,
        foreign=foreign.account.name,
        entry=config.entry_pct,
        exit=config.exit_pct,
    )
    state.say(added.home, sentence)
    return begin(state, added, is_confirmed=command.is_confirmed) if command.start else ()


def _id_refusals(state: State, command: AddArbitrage) -> Refusals:
    for field, bot_id in (("bot", command.bot_id), ("hedge_bot", command.hedge_bot_id)):
        if not BOT_ID.fullmatch(bot_id):
            return _refuse(field, say(phrases.BOT_ID_BAD, bot=bot_id))
        if bot_id in state.bots and not _is_left_over(state, command, bot_id):
            return _refuse(field, say(phrases.BOT_EXISTS, bot=bot_id))
    if command.bot_id == command.hedge_bot_id:
        return _refuse("hedge_bot", say(pair_phrases.PAIR_ID_TAKEN))
    return ()


def _is_left_over(state: State, command: AddArbitrage, bot_id: str) -> bool:
    """Whether it is the hedge of this very pair, whose other half was lost with a lease before it was recorded."""
    bot = state.bots[bot_id].bot
    return (
        bot.config == HedgeConfig(command.bot_id)
        and command.bot_id not in state.bots
        and (bot.account_id, bot.symbol) == (command.config.hedge_account_id, command.config.hedge_symbol)
    )


def _new_legs(
    state: State,
    command: AddArbitrage,
    accounts: tuple[AccountBook, AccountBook],
    markets: tuple[MarketBook, MarketBook],
) -> PairLegs:
    name = command.name.strip()
    rows: tuple[tuple[str, str, ArbitrageConfig | HedgeConfig], ...] = (
        (command.bot_id, name, command.config),
        (command.hedge_bot_id, f"{name} (hedge)", HedgeConfig(command.bot_id)),
    )
    home, foreign = (
        _half(state, *row, account, market) for row, account, market in zip(rows, accounts, markets, strict=True)
    )
    return PairLegs(home, foreign)


def _half(
    state: State,
    bot_id: str,
    name: str,
    config: ArbitrageConfig | HedgeConfig,
    account: AccountBook,
    market: MarketBook,
) -> BotBook:
    bot = Bot(
        bot_id=bot_id,
        name=name,
        kind=BotKind.HEDGE if isinstance(config, HedgeConfig) else BotKind.ARBITRAGE,
        account_id=account.account.account_id,
        venue=account.account.venue,
        symbol=market.instrument.symbol,
        desk_id=state.desk_id,
        allocation_percent=HUNDREDTH,
        config=config,
        created_at=state.now,
        fencing_token=account.token,
    )
    return BotBook(bot, market, account)


def restore_hedge(state: State, home: BotBook) -> None:
    """Add the foreign half that was lost before it was recorded, because the lease of its account was taken anew.

    An account that is here is here with all its bots, so the half is nowhere; it never traded, or it would be recorded.
    """
    config, pair = home.bot.config, state.pairs[home.bot.bot_id]
    assert isinstance(config, ArbitrageConfig)
    account = state.accounts.get(config.hedge_account_id)
    if account is None or not account.is_connected or account.is_leaving or pair.positions:
        return
    market = state.markets.get((account.account.venue, config.hedge_symbol))
    if market is None:
        return
    half = _half(
        state, _hedge_id(home.bot.bot_id), f"{home.bot.name} (hedge)", HedgeConfig(home.bot.bot_id), account, market
    )
    book = state.add_bot(replace(half.bot, state=home.bot.state))
    book.is_changed = True
    state.changed.add(half.bot.bot_id)


def _hedge_id(bot_id: str) -> str:
    """A name that the pair alone can have."""
    digest = hashlib.sha256(f"hedge of {bot_id}".encode()).hexdigest()
    return digest[:8]


def _allocate(state: State, command: AddArbitrage, legs: PairLegs) -> Refusals:
    """Give both halves their share, as it was said or as their budget comes to, as far as there is any left."""
    wanted = (command.allocation_percent, command.hedge_allocation_percent)
    left = HUNDRED - sum((each.bot.allocation_percent for each in state.bots.values() if each.bot.is_active), ZERO)
    for half, percent in zip(legs.both, wanted, strict=True):
        if percent is None:
            percent = max(min(_share(state, half, legs), left - HUNDREDTH), HUNDREDTH)
        half.bot = _with_allocation(half.bot, percent)
        if found := allocation_refusals(state, half.bot, counts=command.start):
            return found
        left -= percent
    return both_allocated(state, legs) if command.start else ()


def both_allocated(state: State, legs: PairLegs) -> Refusals:
    """Both halves count against what the user's bots may have in all."""
    both = legs.home.bot.allocation_percent + legs.foreign.bot.allocation_percent
    return allocation_refusals(state, _with_allocation(legs.home.bot, both), counts=True)


def _share(state: State, half: BotBook, legs: PairLegs) -> Decimal:
    assert half.account is not None
    equity = account_equity(half.account, state.markets.values())
    budget = budget_of(state, half, legs.config)
    if equity <= 0 or budget <= 0:
        return HUNDREDTH
    return min((budget / equity * HUNDRED).quantize(HUNDREDTH, ROUND_CEILING), HUNDRED)


def _with_allocation(bot: Bot, percent: Decimal) -> Bot:
    return replace(bot, allocation_percent=percent)


def settings_refusals(
    state: State, legs: PairLegs, *, with_means: bool, config: ArbitrageConfig | None = None
) -> list[Refusal]:
    """Why these settings cannot be, on these accounts and their money of now."""
    home, foreign = legs.home, legs.foreign
    if home.account is None or foreign.account is None or home.market is None or foreign.market is None:
        return []
    means: Means | None = None
    if with_means:
        means = Means(
            free_quote_for(state, home),
            free_base_for(state, home),
            free_quote_for(state, foreign),
            free_base_for(state, foreign),
        )
    seen = preview(
        config or legs.config,
        (home.account.account, home.market.instrument),
        (foreign.account.account, foreign.market.instrument),
        sight_of(state, legs, clock_of(state, legs)),
        means,
    )
    found = list(seen.refusals)
    if is_perp(foreign):
        others = [each for each in foreign.market.bots if each is not foreign and each.bot.bot_id != foreign.bot.bot_id]
        using = next((each for each in others if each.bot.is_active or each.base_held), None)
        if using is not None:
            sentence = say(
                pair_phrases.PAIR_SHARED_PERP,
                bot=using.bot.name,
                symbol=foreign.bot.symbol,
                account=foreign.bot.account_id,
            )
            found.append(Refusal("hedge_symbol", sentence))
    return found


def begin(state: State, legs: PairLegs, *, is_confirmed: bool) -> Refusals:
    now, pair = clock_of(state, legs), state.pairs[legs.home.bot.bot_id]
    is_new_run = legs.home.bot.state is BotState.STOPPED
    if is_confirmed:
        for half in legs.both:
            confirm(state, half)
    waits = any(needs_confirmation(half) for half in legs.both)
    for half in legs.both:
        half.trouble, half.rejects, half.retry_at = None, 0, None
        half.set_bot(state=BotState.WAITING if waits else BotState.RUNNING)
        if is_new_run:
            began = half.bot.started_at if pair.positions else now  # funding of open positions goes back to the first
            half.set_bot(run=half.bot.run + 1, started_at=began, stopped_at=None, final_pnl=None)
        state.changed.add(half.bot.bot_id)
        state.outbox.effects.extend(
            AskOrder(order) for order in half.live.values() if order.state in (OrderState.INTENT, OrderState.UNKNOWN)
        )
    pair.failures, pair.entry_at = 0, None
    pair.seen.clear()
    sentence = (
        say(pair_phrases.PAIR_STARTED, count=len(pair.positions)) if is_new_run else say(pair_phrases.PAIR_RESUMED)
    )
    state.say(legs.home, sentence)
    return ()


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
