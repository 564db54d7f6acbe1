"""Random histories, committed in pieces, twice, and with failures between, leave what committing them once leaves."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.bot import Bot
from engine.domain.grid import Rung, RungStatus
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import (
    BotRecorded,
    DecisionLogged,
    EquitySampled,
    LedgerRecorded,
    Level,
    OrderRecorded,
    Record,
    RungRecorded,
)
from engine.domain.order import Order, OrderState, Side
from engine.domain.sentences import say
from engine.errors import StorageUnavailable
from storage.check import check
from storage.database import connect
from storage.journal import PostgresJournal
from tests.storage.builders import (
    DESK,
    T0,
    VENUE,
    D,
    book,
    contents,
    foundation,
    make_bot,
    make_fill,
    make_order,
    make_rung,
)
from tests.support.postgres import PostgresCluster

BOTS = ("aaaaaaaa", "bbbbbbbb")


class RandomTrader:
    """A small stand-in for the kernel: consistent orders, fills, rungs and bots, one batch after the other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bots = {name: make_bot(name) for name in BOTS}
        self.rungs: dict[tuple[str, int], Rung] = {(name, at): make_rung(at) for name in BOTS for at in range(3)}
        self.orders: list[Order] = []
        self.step = 0

    def first(self) -> list[Record]:
        deposit = LedgerEntry(VENUE, "", "KRW", D(10**9), EntryKind.DEPOSIT, "deposit:KRW", T0)
        ladder = [RungRecorded(name, 1, rung) for (name, _), rung in self.rungs.items()]
        return [*foundation(*self.bots.values()), LedgerRecorded((deposit,)), *ladder]

    def batch(self) -> list[Record]:
        """What one event leads to."""
        self.step += 1
        at = T0 + timedelta(milliseconds=self.step)
        live = [order for order in self.orders if not order.state.is_final]
        match self.chance.randrange(5) if live else 0:
            case 0:
                return self._intent(at)
            case 1:
                return self._answer(self.chance.choice(live), at)
            case _:
                return self._fill(self.chance.choice(live), at)

    def _intent(self, at: Any) -> list[Record]:
        name = self.chance.choice(BOTS)
        rung = self.rungs[name, self.chance.randrange(3)]
        side = Side.SELL if rung.held > 1 and self.chance.random() < 0.5 else Side.BUY
        quantity = rung.held if side is Side.SELL else D(self.chance.randrange(1, 2000)) / 100
        order = make_order(self.step, name, rung=rung.index, side=side, quantity=quantity, created_at=at, updated_at=at)
        self.orders.append(order)
        placed = RungStatus.BUY_PLACED if side is Side.BUY else RungStatus.SELL_PLACED
        rung = replace(rung, attempt=rung.attempt + 1, status=placed)
        self.rungs[name, rung.index] = rung
        return [OrderRecorded(order), RungRecorded(name, 1, rung)]

    def _answer(self, order: Order, at: Any) -> list[Record]:
        state = self.chance.choice([OrderState.OPEN, OrderState.UNKNOWN, OrderState.CANCELED])
        changed = replace(order, state=state, updated_at=at, venue_order_id=f"v{self.step}")
        self._replace(order, changed)
        line = DecisionLogged(order.bot_id, Level.INFO, say("{order} is {state}.", order="x", state=state.value), at)
        return [OrderRecorded(changed), line]

    def _fill(self, order: Order, at: Any) -> list[Record]:
        quantity = min(order.remaining, D(self.chance.randrange(1, 1000)) / 100)
        rung = self.rungs[order.bot_id, order.rung]
        if order.side is Side.SELL:
            quantity = min(quantity, rung.held)
        if quantity <= 0:
            return self._answer(order, at)
        fill = make_fill(order, f"t{self.step}", quantity, at=at)
        filled, record = book(order, fill)
        if order.side is Side.BUY:
            rung = replace(
                rung, bought=rung.bought + quantity, bought_gross=rung.bought_gross + quantity,
                cost=rung.cost + fill.value + fill.fee,
            )  # fmt: skip
        else:
            rung = replace(rung, sold=rung.sold + quantity, proceeds=rung.proceeds + fill.value - fill.fee)
        rung = replace(rung, last_fill_side=order.side, last_fill_at=at, last_fill_price=fill.price)
        self.rungs[order.bot_id, order.rung] = rung
        self._replace(order, filled)
        bot: Bot = self.bots[order.bot_id]
        bot = replace(
            bot, buy_fills=bot.buy_fills + (order.side is Side.BUY),
            sell_fills=bot.sell_fills + (order.side is Side.SELL),
            fees_quote=bot.fees_quote + fill.fee, last_trade_at=at,
        )  # fmt: skip
        self.bots[order.bot_id] = bot
        point = EquitySampled(VENUE, order.bot_id, at, D(self.step), D(0), D(0), fill.price)
        return [record, OrderRecorded(filled), RungRecorded(order.bot_id, 1, rung), BotRecorded(bot), point]

    def _replace(self, order: Order, changed: Order) -> None:
        self.orders[self.orders.index(order)] = changed


async def run(url: str, batches: Sequence[list[Record]], chance: random.Random | None) -> dict[str, Any]:
    """Commit all batches, with trouble when `chance` is given, and say what the database holds then."""
    database = await connect(url)
    journal = PostgresJournal(database, DESK)
    try:
        for at, batch in enumerate(batches):
            for piece in _pieces(batch, chance):
                await _commit(journal, piece, chance)
            if chance is not None and chance.random() < 0.3:
                # What a program repeats that died after a commit: the last batch, whole.
                await journal.commit(batch)
            if chance is not None and at and chance.random() < 0.2:
                await journal.commit(batches[at - 1])
                await journal.commit(batch)
        assert await check(database) == []
        async with database.question() as connection:
            return await contents(connection)
    finally:
        await journal.close()
        await database.close()


def _pieces(batch: list[Record], chance: random.Random | None) -> list[list[Record]]:
    if chance is None or len(batch) < 2 or chance.random() < 0.5:
        return [batch]
    cut = chance.randrange(1, len(batch))
    return [batch[:cut], batch[cut:]]


async def _commit(journal: PostgresJournal, records: list[Record], chance: random.Random | None) -> None:
    if chance is not None and chance.random() < 0.15:
        task = asyncio.create_task(journal.commit(records))
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    while True:
        try:
            await journal.commit(records)
        except StorageUnavailable:
            continue
        return


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_pieces_and_repetitions(postgres_cluster: PostgresCluster, migrated_template: str, seed: int) -> None:
    trader = RandomTrader(seed)
    batches = [trader.first(), *(trader.batch() for _ in range(40))]
    held: list[dict[str, Any]] = []
    for chance in (None, random.Random(seed + 1)):
        url = postgres_cluster.create_database(template=migrated_template)
        try:
            held.append(asyncio.run(run(url, batches, chance)))
        finally:
            postgres_cluster.drop_database(url)
    once, troubled = held
    assert len(once["orders"]) > 1
    assert troubled == once


def test_the_trader_trades() -> None:
    """The property above would be empty if nothing ever filled."""
    trader = RandomTrader(7)
    kinds = {type(record).__name__ for _ in range(200) for record in trader.batch()}
    assert kinds == {"OrderRecorded", "RungRecorded", "FillRecorded", "BotRecorded", "EquitySampled", "DecisionLogged"}
    assert any(rung.sold for rung in trader.rungs.values())
