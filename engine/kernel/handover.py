"""Accounts coming to this desk and leaving it, with all their bots: what the journal knows becomes state, and goes."""

from collections.abc import Collection

from engine.domain import phrases
from engine.domain.order import Side
from engine.domain.sentences import Refusal, say
from engine.kernel.books import AccountBook, MarketBook
from engine.kernel.holds import begin_live
from engine.kernel.pair_books import legs_of, pair_id_of
from engine.kernel.pair_recovery import part_pairs, take_over_pairs
from engine.kernel.state import Move, State
from engine.recovered import RecoveredState


def take_over(state: State, recovered: RecoveredState) -> None:
    """Add accounts with their markets, bots, rungs and live orders. Their bots decide nothing before the account is
    connected and reconciled.
    """
    midnight, tokens = dict(recovered.equity_at_midnight), dict(recovered.tokens)
    live = {each.account_id: each for each in recovered.live}
    for account in recovered.accounts:
        state.accounts[account.account_id] = AccountBook(
            account, midnight_equity=midnight.get(account.account_id), token=tokens.get(account.account_id, 1)
        )
        begin_live(state.accounts[account.account_id], live.get(account.account_id))
    for account_id, asset, amount in recovered.ledger_balances:
        state.accounts[account_id].enter(asset, amount)
    for instrument in recovered.instruments:
        state.markets[instrument.key] = MarketBook(instrument)
    books = [state.add_bot(bot) for bot in recovered.bots]
    for bot_id, rung in recovered.rungs:
        state.bots[bot_id].rungs.append(rung)
    for book in books:
        book.rungs.sort(key=lambda rung: rung.index)
        book.recount()
    state.recovered_trades |= recovered.trade_ids
    state.fundings |= recovered.funding_references
    state.moves.extend(
        Move(
            each.order.bot_id,
            each.fill.quantity if each.fill.side is Side.BUY else -each.fill.quantity,
            each.fill.at,
            at_venue=True,
        )
        for each in recovered.recent_fills
    )
    for order in recovered.lost_orders:
        state.remember(state.bots[order.bot_id], order)
    for order in recovered.open_orders:
        state.adopt_order(state.bots[order.bot_id], order)
    take_over_pairs(state, recovered)


def suspend(state: State, account_id: str) -> None:
    """Decide nothing more for an account that is about to be handed over."""
    book = state.accounts.get(account_id)
    if book is not None:
        book.is_leaving = True


def resume(state: State, account_id: str) -> None:
    """The account stays after all: its bots go on with the next quote."""
    book = state.accounts.get(account_id)
    if book is not None:
        book.is_leaving = False


def let_go(state: State, account_ids: Collection[str]) -> frozenset[str]:
    """Forget accounts and everything of them, and return the ids of their bots: another desk trades them now."""
    books = [book for each in account_ids if (book := state.accounts.pop(each, None)) is not None]
    gone = frozenset(bot_id for bot_id, bot in state.bots.items() if bot.bot.account_id in account_ids)
    for bot_id in gone:
        del state.bots[bot_id]
    state.changed -= gone
    part_pairs(state, gone)
    left = {other.account.venue for other in state.accounts.values()}
    unheard = {book.account.venue for book in books} - left
    for key in [key for key in state.markets if key[0] in unheard]:
        del state.markets[key]
    for market in state.markets.values():
        market.bots = [bot for bot in market.bots if bot.bot.bot_id not in gone]
        market.pairs = [pair_id for bot in market.bots if (pair_id := pair_id_of(bot)) is not None]
    for order_id in [order_id for order_id, owner in state.owners.items() if owner.bot.bot_id in gone]:
        del state.owners[order_id]
        state.recent.pop(order_id, None)
        state.trades.pop(order_id, None)
    for account_id in account_ids:
        changing = [state.changes.pop(account_id)[0]] if account_id in state.changes else []
        for command_id in (*state.openings.pop(account_id, ()), *changing):
            state.answer(command_id, (Refusal("account", say(phrases.ACCOUNT_ELSEWHERE, account=account_id)),))
    return gone


def together(state: State, account_ids: Collection[str]) -> list[frozenset[str]]:
    """These accounts in groups: those that two-leg bots of this desk tie together are in one."""
    groups = {account_id: frozenset({account_id}) for account_id in account_ids}
    for pair in state.pairs.values():
        legs = legs_of(state, pair)
        ends = [half.bot.account_id for half in legs.both] if legs is not None else []
        if len(ends) == 2 and all(each in groups for each in ends):
            group = groups[ends[0]] | groups[ends[1]]
            groups.update(dict.fromkeys(group, group))
    return sorted(set(groups.values()), key=sorted)
