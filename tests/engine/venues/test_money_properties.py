"""Whatever is asked of it and wherever the price goes: not a unit of money appears, vanishes or is spent twice."""

import dataclasses
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instrument import FeeAsset
from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.venues.book import VenueOrder
from engine.venues.candle_walk import CandleWalk
from engine.venues.matching import Matching
from engine.venues.refusals import needed
from tests.engine.venues.builders import FREE, D, Row, candles, instrument, matching, numbered, order

KRW, BTC = "5000", "30"
PRICES = [D(number) / 2 for number in range(160, 241)]

price = st.integers(160, 240).map(lambda halves: halves / 2)
candle = st.builds(
    lambda a, b, c, d, volume: (a, max(a, b, c, d), min(a, b, c, d), d, volume),
    price, price, price, price, st.sampled_from([0.0, 0.005, 0.31, 2.77, 13.0]),
)  # fmt: skip
request = st.tuples(
    st.sampled_from(["limit", "maker", "market", "cancel"]),
    st.sampled_from(list(Side)),
    st.sampled_from(PRICES),
    st.integers(1, 900).map(lambda hundredths: D(hundredths) / 100),
)
rules = st.builds(
    lambda maker, taker, fee_asset: dataclasses.replace(
        FREE, maker_fee=maker, taker_fee=taker, fee_asset=fee_asset, max_open_orders=12
    ),
    st.sampled_from([D(0), D("0.0005"), D("0.00033333")]),
    st.sampled_from([D(0), D("0.0005"), D("0.00077777")]),
    st.sampled_from(list(FeeAsset)),
)


def check_money(engine: Matching, fills: list[Fill], known: dict[str, VenueOrder]) -> None:
    """Balances are the deposits and all fills; reserves are what open orders need; nothing is negative."""
    totals = {"KRW": D(KRW), "BTC": D(BTC)}
    for fill in fills:
        sign = 1 if fill.side is Side.BUY else -1
        totals["BTC"] += sign * fill.quantity
        totals["KRW"] -= sign * fill.price * fill.quantity
        totals[fill.fee_asset] -= fill.fee
    reserved = {"KRW": D(0), "BTC": D(0)}
    for entry in known.values():
        if entry.state is OrderState.OPEN:
            reserved["KRW" if entry.side is Side.BUY else "BTC"] += entry.reserved
            assert entry.reserved <= most_needed(engine, entry)
            assert entry.reserved >= (entry.limit * entry.remaining if entry.side is Side.BUY else entry.remaining)
        else:
            assert entry.reserved == 0
    for asset in ("KRW", "BTC"):
        assert engine.balances.total(asset) == totals[asset]
        assert engine.balances.reserved(asset) == reserved[asset]
        assert 0 <= reserved[asset] <= totals[asset]
    open_ids = {entry.client_order_id for entry in known.values() if entry.state is OrderState.OPEN}
    assert engine.book.ids() == open_ids


def most_needed(engine: Matching, entry: VenueOrder) -> Decimal:
    if entry.side is Side.SELL:
        return entry.remaining
    return needed(engine.instrument.rules, entry.limit, entry.remaining, post_only=entry.post_only)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    rules=rules,
    rows=st.lists(candle, min_size=1, max_size=6),
    requests=st.lists(request, max_size=40),
    share=st.sampled_from(["1", "0.5"]),
)
def test_money_is_conserved_and_the_market_is_not_beaten(
    rules: object, rows: list[Row], requests: list[tuple[str, Side, Decimal, Decimal]], share: str
) -> None:
    assert isinstance(rules, type(FREE))
    engine = matching(rules, krw=KRW, btc=BTC, price=None)
    walk = CandleWalk(candles(rows), instrument(rules), participation=D(share), is_volume_in_quote=False)
    fills: list[Fill] = []
    known: dict[str, VenueOrder] = {}
    name = numbered()
    per_candle = [D(0)] * len(rows)
    pending = list(requests)
    while walk.next_at_ms() is not None:
        step = walk.step(engine)
        changes = [step.change] if step.change else []
        at = int(walk.position.split()[0])
        for kind, side, limit, quantity in [pending.pop() for _ in range(min(2, len(pending)))]:
            if kind == "cancel":
                canceled = engine.cancel(f"o{int(quantity * 100) % 20 + 1}")
                changes += [canceled[0]] if canceled else []
            else:
                wanted = order(
                    name("o"), side, None if kind == "market" else str(limit), str(quantity), post_only=kind == "maker"
                )
                changes.append(engine.place(wanted).change)
        low, high = D(repr(rows[at][2])), D(repr(rows[at][1]))
        for change in changes:
            known.update(change.orders)
            fills += change.fills
            for fill in change.fills:
                per_candle[at] += fill.quantity
                beyond_open = walk.position.endswith("0 1")
                assert low <= fill.price <= high or beyond_open, "only a jump fills outside the candle"
                limit_price = known[fill.client_order_id].price
                if limit_price is not None:
                    better = fill.price <= limit_price if fill.side is Side.BUY else fill.price >= limit_price
                    assert better
                    assert fill.liquidity is Liquidity.TAKER or fill.price == limit_price
        check_money(engine, fills, known)
    for used, row in zip(per_candle, rows, strict=True):
        assert used <= D(repr(row[4])) * D(share)
    assert [fill.trade_id for fill in fills] == sorted({fill.trade_id for fill in fills})
