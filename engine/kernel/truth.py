"""Our side of the truth about an account, what a repair would lead to, and the repair itself."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from engine.domain import phrases
from engine.domain.comparing import OurBooks, compare, fills_of
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import AskOrder, CancelOrder, CommandReceived, Level, OrderReport, PlaceOrder
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, OrderState, Purpose
from engine.domain.sentences import Refusal, say
from engine.domain.truth import RepairStep, StepKind, TruthReport, chosen_rows, make_plan
from engine.domain.truth_requests import RepairAccount
from engine.domain.venue_picture import VenuePicture
from engine.kernel.books import AccountBook, BotBook, MarketBook
from engine.kernel.grid_run import advance
from engine.kernel.orders import NO_RUNG, on_fill, on_report, request_cancel
from engine.kernel.positions import is_unpaid, on_funding, retell, settle
from engine.kernel.state import State


def look(
    state: State, account_id: str, picture: VenuePicture, rows: tuple[str, ...], taken_at: datetime
) -> TruthReport:
    """Compare, and plan the repair of these rows (all without a name). Changes nothing."""
    found = compare(our_books(state, account_id, picture), picture)
    chosen = chosen_rows(found, rows)
    steps = [step for row in chosen for step in row.repair]
    plan = make_plan(account_id, chosen, _rehearse(state, account_id, picture, steps))
    return TruthReport(account_id, picture.at, taken_at, found, plan)


def repair(state: State, received: CommandReceived, command: RepairAccount, picture: VenuePicture) -> list[BotBook]:
    """Do what was planned, if this picture leads to the same plan; journaled, and answered. Returns bots to look at."""
    account = state.accounts[command.account_id]
    name = account.account.name
    plan = look(state, command.account_id, picture, command.rows, received.at).plan
    if not plan.steps:
        state.answer(received.command_id, (Refusal("plan", say(phrases.REPAIR_NOTHING, account=name)),))
        return []
    if plan.plan_id != command.plan_id:
        sentence = say(phrases.REPAIR_STALE, account=name, plan=command.plan_id)
        state.answer(received.command_id, (Refusal("plan", sentence),))
        return []
    counts = {kind: sum(step.kind is kind for step in plan.steps) for kind in StepKind}
    sentence = say(
        phrases.REPAIR_BEGUN,
        plan=plan.plan_id,
        account=name,
        asked=counts[StepKind.ASK],
        cancelled=counts[StepKind.CANCEL],
        booked=counts[StepKind.FILL] + counts[StepKind.FUNDING] + counts[StepKind.BOOK],
    )
    state.say(None, sentence, Level.LOOK)
    due = [state.bots[step.bot_id] for step in plan.steps if step.kind is StepKind.FILL and step.bot_id in state.bots]
    for step in plan.steps:
        due += _do(state, account, step, picture, plan.plan_id, received.command_id)
    state.answer(received.command_id)
    return due


def our_books(state: State, account_id: str, picture: VenuePicture) -> OurBooks:
    """All that is compared, as it is now."""
    account = state.accounts[account_id]
    bots = [book for book in state.bots.values() if book.bot.account_id == account_id]
    told = {order.client_order_id for order in picture.orders} | {fill.client_order_id for fill in picture.fills}
    live = tuple(order for book in bots for order in book.live.values())
    ended = tuple(state.recent[name] for name in sorted(told) if name in state.recent)
    known = {order.client_order_id for order in (*live, *ended)}
    venue = account.account.venue
    return OurBooks(
        account_id=account_id,
        bots=tuple(book.bot for book in bots),
        instruments=tuple(market.instrument for key, market in state.markets.items() if key[0] == venue),
        rungs=tuple((book.bot.bot_id, len(book.rungs)) for book in bots if book.bot.is_active),
        live=live,
        ended=tuple(order for order in ended if order.account_id == account_id),
        ledger=tuple(account.ledger.items()),
        booked=frozenset(
            fill.trade_id
            for fill in picture.fills
            if fill.client_order_id in known
            and (
                fill.trade_id in state.trades.get(fill.client_order_id, ())
                or (fill.venue, fill.trade_id) in state.recovered_trades
            )
        ),
        recent=tuple(account.recent),
        unpaid=tuple(each for each in picture.funding if is_unpaid(state, each)),
    )


def _do(
    state: State, account: AccountBook, step: RepairStep, picture: VenuePicture, plan_id: str, command_id: str
) -> list[BotBook]:
    """Returns the bots of a position that is explained now."""
    book = state.bots.get(step.bot_id)
    order = book.live.get(step.client_order_id) if book is not None else None
    match step.kind:
        case StepKind.ASK if book is not None and order is not None:
            state.say(book, say(phrases.REPAIR_ASKS, plan=plan_id, order=step.client_order_id))
            state.outbox.effects.append(AskOrder(order))
        case StepKind.CANCEL if book is not None:
            state.say(book, say(phrases.REPAIR_CANCELS, plan=plan_id, order=step.client_order_id), Level.LOOK)
            if order is not None and not order.is_cancel_requested:
                request_cancel(state, book, order)
            else:
                state.outbox.effects.append(CancelOrder(order or _stand_in(state, book, step)))
        case StepKind.FILL:
            fill = next(fill for fill in picture.fills if fill.trade_id == step.trade_id)
            on_fill(state, fill)
        case StepKind.FUNDING:
            on_funding(state, next(each for each in picture.funding if each.reference == step.reference))
        case StepKind.BOOK:
            template = phrases.REPAIR_BOOKED if step.amount > 0 else phrases.REPAIR_TAKEN
            sentence = say(template, plan=plan_id, amount=abs(step.amount), asset=step.asset)
            state.say(None, sentence, Level.LOOK)
            return _enter(state, account, step, picture, command_id)
    return []


def _enter(
    state: State, account: AccountBook, step: RepairStep, picture: VenuePicture, command_id: str
) -> list[BotBook]:
    """Books and venue say the same of an asset from here on: bots that waited for that of a position may go on."""
    asset, kind = step.asset, EntryKind.OUTSIDE if step.is_outside else EntryKind.DEPOSIT
    entry = LedgerEntry(
        account.account.account_id, "", asset, step.amount, kind, f"repair:{command_id}", state.now
    )  # fmt: skip
    state.book_entries((entry,))
    told = next((total for name, total, _ in picture.balances if name == asset), ZERO)
    found: list[BotBook] = []
    for market in state.markets.values():
        if market.instrument.venue == account.account.venue and market.instrument.position_asset == asset:
            retell(account, market.instrument, told)
            found += settle(state, market)
    return found


def _stand_in(state: State, book: BotBook, step: RepairStep) -> Order:
    """An order that rests at the venue under a bot's name and is in no book of ours, so that it can be cancelled."""
    known = state.recent.get(step.client_order_id)
    if known is not None:
        return replace(known, venue_order_id=step.venue_order_id or known.venue_order_id)
    assert step.side is not None
    return Order(
        client_order_id=step.client_order_id, bot_id=book.bot.bot_id, account_id=book.bot.account_id,
        venue=book.bot.venue, symbol=step.symbol, side=step.side, kind=OrderKind.LIMIT, price=step.price,
        quantity=step.quantity, post_only=False, purpose=Purpose.RUNG_BUY, generation=book.bot.generation,
        rung=NO_RUNG, cycle=0, attempt=0, created_at=state.now, updated_at=state.now, state=OrderState.OPEN,
        venue_order_id=step.venue_order_id, fencing_token=book.bot.fencing_token,
    )  # fmt: skip


# What a repair would lead to


def _rehearse(state: State, account_id: str, picture: VenuePicture, steps: list[RepairStep]) -> list[Order]:
    """The orders that our bots would send, found out on a copy of their books that is thrown away."""
    if not any(step.kind not in (StepKind.FUNDING, StepKind.BOOK) or step.is_outside for step in steps):
        return []
    trial = _copy(state, account_id, {step.client_order_id for step in steps})
    due: dict[str, BotBook] = {}
    # What the venue answers about orders comes after all that is entered at once.
    for step in steps:
        if step.kind is StepKind.BOOK:
            entered = _enter(trial, trial.accounts[account_id], step, picture, "")
            due |= {book.bot.bot_id: book for book in entered}
    for step in steps:
        book = trial.bots.get(step.bot_id)
        order = book.live.get(step.client_order_id) if book is not None else None
        if book is None:
            continue
        if step.kind is StepKind.FILL:
            on_fill(trial, next(fill for fill in picture.fills if fill.trade_id == step.trade_id))
        elif order is not None:
            on_report(trial, _report(order, picture, is_cancelled=step.kind is StepKind.CANCEL))
        due[step.bot_id] = book
    for book in due.values():
        advance(trial, book)
    return [effect.order for effect in trial.outbox.effects if isinstance(effect, PlaceOrder)]


def _report(order: Order, picture: VenuePicture, *, is_cancelled: bool) -> OrderReport:
    """What the venue would say of an order, by its picture."""
    fills = fills_of(picture, order.client_order_id)
    resting = next((each for each in picture.orders if each.client_order_id == order.client_order_id), None)
    filled = sum((fill.quantity for fill in fills), ZERO)
    if resting is not None:
        filled = max(filled, resting.filled_quantity)
    state = OrderState.CANCELED
    if resting is not None and not is_cancelled:
        state = OrderState.OPEN
    elif filled >= order.quantity:
        state = OrderState.FILLED
    elif not filled and order.state in (OrderState.INTENT, OrderState.UNKNOWN):
        state = OrderState.LOST
    return OrderReport(order.client_order_id, order.venue_order_id, state, filled, tuple(fills), picture.at)


def _copy(state: State, account_id: str, names: set[str]) -> State:
    """The account with its markets, bots and live orders, and ended orders of these names, apart from the real ones."""
    trial = State(state.desk_id, state.now, is_halted=state.is_halted, recovered_trades=state.recovered_trades)
    account: AccountBook = _twin(state.accounts[account_id])
    trial.accounts[account_id] = account
    for key, market in state.markets.items():
        if key[0] == account.account.venue:
            twin: MarketBook = _twin(market)
            twin.bots = []
            trial.markets[key] = twin
    for bot_id, book in state.bots.items():
        if book.bot.account_id != account_id:
            continue
        other: BotBook = _twin(book)
        other.by_rung = {rung: dict(orders) for rung, orders in book.by_rung.items()}
        other.account = account
        other.market = None if book.market is None else trial.markets.get(book.market.instrument.key)
        if other.market is not None:
            other.market.bots.append(other)
        trial.bots[bot_id] = other
        trial.owners |= dict.fromkeys(book.live, other)
        trial.trades |= {name: set(state.trades[name]) for name in book.live if name in state.trades}
    for name in names & state.recent.keys():
        order = state.recent[name]
        trial.recent[name] = order
        trial.owners[name] = trial.bots[order.bot_id]
        trial.trades[name] = set(state.trades.get(name, ()))
    return trial


def _twin(book: Any) -> Any:
    """The same values in containers of their own; what is in the containers never changes."""
    return type(book)(**{field.name: _own(getattr(book, field.name)) for field in fields(book)})


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list | set) or hasattr(value, "popleft") else value
