"""Comparing our books of an account with its venue's picture. Pure: the same two give the same rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate

from engine.domain.bot import Bot
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.ledger import LedgerEntry, entries_of
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderState
from engine.domain.positions import FundingPaid
from engine.domain.truth import Cause, RepairStep, StepKind, Subject, TruthRow
from engine.domain.venue_picture import RestingOrder, VenuePicture

#: What the last unit of an asset is where no instrument says it.
LAST_UNIT = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class OurBooks:
    """An account as we have it. `live` orders are in no final state, `ended` are as many of the others as we remember.

    `rungs` are (bot_id, number of rungs) of bots in a run. `ledger` is the fold of all entries by asset, `recent` the
    last entries, oldest first. `booked` are the trade ids that are booked of the orders in `live` and `ended`, `unpaid`
    is the funding that the venue told and that is still to be booked.
    """

    account_id: str
    bots: tuple[Bot, ...]
    instruments: tuple[Instrument, ...]
    rungs: tuple[tuple[str, int], ...]
    live: tuple[Order, ...]
    ended: tuple[Order, ...]
    ledger: tuple[tuple[str, Decimal], ...]
    booked: frozenset[str]
    recent: tuple[LedgerEntry, ...] = ()
    unpaid: tuple[FundingPaid, ...] = ()


def compare(books: OurBooks, picture: VenuePicture) -> tuple[TruthRow, ...]:
    """A row for each order of ours or theirs and each rung without one, then for each asset."""
    look = _Look(books, picture)
    return (*look.order_rows(), *look.asset_rows())


def is_of(client_order_id: str, bot_id: str) -> bool:
    """Whether an order carries the name of a bot."""
    return client_order_id.startswith(f"{bot_id}G")


class _Look:
    def __init__(self, books: OurBooks, picture: VenuePicture) -> None:
        self._books = books
        self._picture = picture
        self._live = {order.client_order_id: order for order in books.live}
        self._ended = {order.client_order_id: order for order in books.ended}
        self._resting = {order.client_order_id: order for order in picture.orders if order.client_order_id}
        #: What changed later may not be in the picture yet.
        self._settled_at = picture.at - timedelta(seconds=picture.lag_s)
        self._unbooked: dict[str, list[Fill]] = {}
        self._foreign: list[Fill] = []
        for fill in picture.fills:
            owner = fill.client_order_id
            if owner in self._live or owner in self._ended:
                if fill.trade_id not in books.booked:
                    self._unbooked.setdefault(owner, []).append(fill)
            elif not self._bot_of(owner):
                self._foreign.append(fill)
        #: Assets of which something was traded that we know the quantity of, but not yet the money.
        self._untold: set[str] = set()
        #: Money of perpetuals whose position changed without us: what it was traded for, nobody told.
        self._traded_outside: set[str] = set()

    # Orders

    def order_rows(self) -> list[TruthRow]:
        rows = [self._live_row(order) for order in self._books.live]
        rows += [self._strange_row(order) for order in self._picture.orders if order.client_order_id not in self._live]
        rows += [self._late_fills_row(order) for order in self._books.ended if order.client_order_id in self._unbooked]
        taken = {(row.bot_id, row.rung) for row in rows}
        rows += [
            TruthRow(f"rung:{bot_id}:{at}", Subject.RUNG, Cause.NOTHING, bot_id, self._symbol_of(bot_id), at)
            for bot_id, count in self._books.rungs
            for at in range(count)
            if (bot_id, at) not in taken
        ]
        order_of = {bot.bot_id: at for at, bot in enumerate(self._books.bots)}
        return sorted(rows, key=lambda row: (order_of.get(row.bot_id, len(order_of)), row.rung, row.key))

    def _live_row(self, order: Order) -> TruthRow:
        resting = self._resting.get(order.client_order_id)
        cause = self._cause_gone(order) if resting is None else self._cause_resting(order, resting)
        step = {
            Cause.QUANTITY_DIFFERS: StepKind.CANCEL,
            Cause.PRICE_DIFFERS: StepKind.CANCEL,
            Cause.VENUE_LAG: None,
            Cause.NOTHING: None,
        }.get(cause, StepKind.ASK)
        return self._row_of(order, resting, cause, step)

    def _cause_resting(self, order: Order, resting: RestingOrder) -> Cause:
        known = sum((fill.quantity for fill in self._unbooked.get(order.client_order_id, ())), ZERO)
        if order.price is not None and resting.price != order.price:
            return Cause.PRICE_DIFFERS
        if resting.quantity != order.quantity:
            return Cause.QUANTITY_DIFFERS
        if resting.filled_quantity > order.filled_quantity + known:
            self._untold |= self._assets_of(order.symbol)
        if known or resting.filled_quantity > order.filled_quantity:
            return self._cause_untold(order)
        return Cause.NOTHING if resting.filled_quantity == order.filled_quantity else Cause.VENUE_LAG

    def _cause_untold(self, order: Order) -> Cause:
        """The venue counts executions that we did not book; those of this very moment are on their way to us."""
        fills = self._unbooked.get(order.client_order_id, ())
        is_new = bool(fills) and all(fill.at > self._settled_at for fill in fills)
        return Cause.VENUE_LAG if is_new else Cause.FILL_NOT_BOOKED

    def _cause_gone(self, order: Order) -> Cause:
        """Why one of our live orders does not rest at the venue."""
        if self._unbooked.get(order.client_order_id):
            return self._cause_untold(order)
        if order.updated_at > self._settled_at:
            return Cause.VENUE_LAG
        if order.state in (OrderState.INTENT, OrderState.UNKNOWN):
            return Cause.UNKNOWN_TO_VENUE
        return Cause.END_NOT_BOOKED if order.is_cancel_requested else Cause.CANCELED_BY_HAND

    def _strange_row(self, resting: RestingOrder) -> TruthRow:
        """An order that rests there and is not among our live ones."""
        known = self._ended.get(resting.client_order_id)
        if known is not None:
            is_late = known.updated_at > self._settled_at
            cause = Cause.VENUE_LAG if is_late else Cause.UNKNOWN_TO_US
            return self._row_of(known, resting, cause, None if is_late else StepKind.CANCEL)
        bot_id = self._bot_of(resting.client_order_id)
        name = resting.client_order_id or resting.venue_order_id
        return TruthRow(
            f"order:{name}", Subject.RUNG, Cause.UNKNOWN_TO_US if bot_id else Cause.NOT_OURS, bot_id, resting.symbol,
            side=resting.side, client_order_id=resting.client_order_id, venue=resting.remaining,
            venue_price=resting.price,
            repair=(_order_step(StepKind.CANCEL, bot_id, resting),) if bot_id else (),
        )  # fmt: skip

    def _late_fills_row(self, order: Order) -> TruthRow:
        """An order that ended for us, and of which executions were told that we did not book."""
        fills = self._unbooked[order.client_order_id]
        told = sum((fill.quantity for fill in fills), ZERO)
        steps = tuple(
            RepairStep(
                StepKind.FILL, order.bot_id, order.client_order_id, order.venue_order_id, fill.symbol, fill.side,
                fill.price, fill.quantity, fill.trade_id,
            )
            for fill in fills
        )  # fmt: skip
        return TruthRow(
            f"fills:{order.client_order_id}", Subject.RUNG, Cause.FILL_NOT_BOOKED, order.bot_id, order.symbol,
            order.rung, order.side, client_order_id=order.client_order_id, ours=order.filled_quantity,
            venue=order.filled_quantity + told, our_price=order.price, venue_price=order.price, repair=steps,
        )  # fmt: skip

    def _row_of(self, order: Order, resting: RestingOrder | None, cause: Cause, step: StepKind | None) -> TruthRow:
        is_live = order.client_order_id in self._live
        repair: tuple[RepairStep, ...] = ()
        if step is not None:
            repair = (
                RepairStep(
                    step, order.bot_id, order.client_order_id,
                    resting.venue_order_id if resting is not None else order.venue_order_id, order.symbol, order.side,
                    order.price, order.remaining if resting is None else resting.remaining,
                ),
            )  # fmt: skip
        return TruthRow(
            f"order:{order.client_order_id}", Subject.RUNG, cause, order.bot_id, order.symbol, order.rung, order.side,
            client_order_id=order.client_order_id, ours=order.remaining if is_live else None,
            venue=resting.remaining if resting is not None else None, our_price=order.price if is_live else None,
            venue_price=resting.price if resting is not None else None, repair=repair,
        )  # fmt: skip

    # Assets

    def asset_rows(self) -> list[TruthRow]:
        ours = dict(self._books.ledger)
        told = {asset: total for asset, total, _ in self._picture.balances}
        held = {instrument.position_asset for instrument in self._books.instruments}
        return [
            self._asset_row(asset, ours.get(asset, ZERO), told.get(asset, ZERO), is_position=asset in held)
            for asset in sorted(ours.keys() | told.keys(), key=lambda asset: (asset not in held, asset))
        ]

    def _asset_row(self, asset: str, ours: Decimal, told: Decimal, *, is_position: bool) -> TruthRow:
        rest = told - ours - self._flow(asset, (fill for fills in self._unbooked.values() for fill in fills))
        paid = [each for each in self._books.unpaid if each.asset == asset]
        settled = [each for each in paid if each.at <= self._settled_at]
        rest -= sum((each.amount for each in settled), ZERO)
        if rest and len(settled) < len(paid):
            # It may be told and not be in the total yet, and we hear of it by ourselves.
            cause = Cause.VENUE_LAG
        elif settled and rest == 0:
            cause = Cause.FUNDING_NOT_BOOKED
        else:
            cause = self._cause_of_rest(asset, told - ours, rest)
        if cause is Cause.POSITION_CHANGED and asset in self._perpetual_assets():
            self._traded_outside |= {each.quote for each in self._books.instruments if each.position_asset == asset}
        is_booked = cause in (Cause.MONEY_MOVED, Cause.POSITION_CHANGED, Cause.FEE_ROUNDING)
        subject = Subject.POSITION if is_position else Subject.BALANCE
        is_outside = cause is Cause.POSITION_CHANGED
        step = RepairStep(StepKind.BOOK, asset=asset, amount=rest, is_outside=is_outside)
        repair = (step,) if is_booked else ()
        if cause is not Cause.VENUE_LAG:
            repair = (*(_funding_step(each) for each in settled), *repair)
        return TruthRow(f"asset:{asset}", subject, cause, asset=asset, ours=ours, venue=told, repair=repair)

    def _cause_of_rest(self, asset: str, difference: Decimal, rest: Decimal) -> Cause:
        """`rest` is what is left of the difference after our executions that are not booked yet."""
        if rest == 0:
            return Cause.NOTHING if difference == 0 else Cause.FILL_NOT_BOOKED
        if asset in self._untold:
            return Cause.FILL_NOT_BOOKED
        late = (each.amount for each in reversed(self._books.recent) if self._is_late(each, asset))
        if -rest in accumulate(late):
            return Cause.VENUE_LAG
        strange = (self._flow(asset, (fill,)) for fill in reversed(self._foreign))
        if rest in accumulate(strange) or asset in self._perpetual_assets() | self._traded_outside:
            return Cause.POSITION_CHANGED
        return Cause.FEE_ROUNDING if abs(rest) <= self._rounding(asset) else Cause.MONEY_MOVED

    def _is_late(self, entry: LedgerEntry, asset: str) -> bool:
        return entry.asset == asset and entry.at > self._settled_at

    def _rounding(self, asset: str) -> Decimal:
        """What rounding fees may have left: one last unit for each of the executions told of the asset."""
        told = sum(asset in self._assets_of(fill.symbol) for fill in self._picture.fills)
        units = [
            instrument.rules.money_increment
            for instrument in self._books.instruments
            if asset in self._assets_of(instrument.symbol)
        ]
        return min(units, default=LAST_UNIT) * max(told, 1)

    def _flow(self, asset: str, fills: Iterable[Fill]) -> Decimal:
        """What executions moved of an asset, fees included."""
        instruments = self._instruments()
        return sum(
            (
                entry.amount
                for fill in fills
                if fill.symbol in instruments
                for entry in entries_of(fill, instruments[fill.symbol], self._books.account_id, "")
                if entry.asset == asset
            ),
            ZERO,
        )

    # Names

    def _instruments(self) -> Mapping[str, Instrument]:
        return {instrument.symbol: instrument for instrument in self._books.instruments}

    def _assets_of(self, symbol: str) -> set[str]:
        instrument = self._instruments().get(symbol)
        return set() if instrument is None else {instrument.position_asset, instrument.quote}

    def _perpetual_assets(self) -> set[str]:
        """Positions that nobody can pay in or out."""
        return {each.position_asset for each in self._books.instruments if each.kind is InstrumentKind.PERP}

    def _bot_of(self, client_order_id: str) -> str:
        return next((bot.bot_id for bot in self._books.bots if is_of(client_order_id, bot.bot_id)), "")

    def _symbol_of(self, bot_id: str) -> str:
        return next(bot.symbol for bot in self._books.bots if bot.bot_id == bot_id)


def _order_step(kind: StepKind, bot_id: str, order: RestingOrder) -> RepairStep:
    return RepairStep(
        kind, bot_id, order.client_order_id, order.venue_order_id, order.symbol, order.side, order.price,
        order.remaining,
    )  # fmt: skip


def _funding_step(paid: FundingPaid) -> RepairStep:
    return RepairStep(
        StepKind.FUNDING, symbol=paid.symbol, asset=paid.asset, amount=paid.amount, reference=paid.reference
    )


def fills_of(picture: VenuePicture, client_order_id: str) -> Sequence[Fill]:
    """What the venue told of one order's executions."""
    return tuple(fill for fill in picture.fills if fill.client_order_id == client_order_id)
