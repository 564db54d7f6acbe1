"""Random orders under our rules: the exchange refuses none of them for its step, its size or its minimum."""

import os
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.domain.instrument import VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.venues.exchanges.dialect import Seen
from engine.venues.exchanges.korean_rules import EXACT, Chance, bands_of, rules_from
from tests.support.exchange.checks import counted, increment_at
from tests.support.exchange.skins.korean_limits import UNLIMITED
from tests.support.exchange.values import Listing, Request, Type
from tests.support.exchange.values import Side as TheirSide
from tests.support.korean_client import SkinCalls
from tests.support.korean_world import AT, BITHUMB, UPBIT, Kind, KoreanWorld, our_order

#: A hundred thousand in a full run; the ordinary one takes the first of them.
ORDERS = 100_000 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 10_000
#: Each market is read anew so often, at another price.
PER_MARKET = 500
KINDS = pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
SYMBOLS = {"upbit": ("BTC/KRW", "USDT/KRW", "USDC/KRW", "ETH/BTC", "XRP/USDT"), "bithumb": ("BTC/KRW", "XRP/KRW")}
#: From the cheapest coins to the dearest, in quote: powers of ten.
RANGES = {"KRW": (-4.0, 8.5), "BTC": (-6.0, 0.0), "USDT": (-6.0, 5.5)}


def rules_at(listing: Listing, price: Decimal) -> VenueRules:
    """What the dialect makes of the step that the exchange tells at a price."""
    chance = Chance(True, listing.maker_fee, listing.taker_fee, listing.min_notional, None)
    bands = bands_of(listing.base, listing.quote)
    return rules_from(chance, bands, price, increment_at(listing, price), today=AT, money_increment=EXACT)


def orders(kind: Kind, chance: random.Random) -> Iterator[tuple[Listing, VenueRules, Decimal, Decimal]]:
    """Markets with prices and sizes as a strategy may think of them, on no step at all."""
    name = kind.dialect.exchange
    for _ in range(ORDERS // PER_MARKET):
        listing = kind.listing(chance.choice(SYMBOLS[name]))
        low, high = RANGES[listing.quote]
        power = chance.uniform(low, high)
        present = Decimal(repr(10**power)).quantize(Decimal("1E-8"))
        rules = rules_at(listing, present)
        for _ in range(PER_MARKET):
            price = present * Decimal(repr(chance.uniform(0.3, 3.0)))
            worth = listing.min_notional * Decimal(repr(10 ** chance.uniform(-0.5, 3.0)))
            yield listing, rules, price, worth / price


def asked(rules: VenueRules, price: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """The order as the grid would round it."""
    at = rules.nearest_price(price)
    at = at if at > 0 else rules.price_above(price)
    return at, max(rules.floor_size(quantity), rules.smallest_tradable(at))


@KINDS
def test_many_orders_and_not_one_refused(kind: Kind) -> None:
    chance = random.Random(20261129)
    made = 0
    for listing, rules, price, quantity in orders(kind, chance):
        at, size = asked(rules, price, quantity)
        side = TheirSide.BUY if made % 2 else TheirSide.SELL
        counted(listing, Request(listing.symbol, side, Type.LIMIT, size, at), None)
        made += 1
    assert made == ORDERS


@KINDS
def test_prices_on_no_step_would_be_refused(kind: Kind) -> None:
    """So that the test above can fail: nearly none of these prices is one that the exchange takes."""
    chance = random.Random(1)
    refused = taken = 0
    for listing, _, price, _ in orders(kind, chance):
        is_taken = price % increment_at(listing, price) == 0
        taken, refused = taken + is_taken, refused + (not is_taken)
        if taken + refused == 5000:
            break
    assert refused > 4900


@KINDS
@settings(max_examples=300)
@given(
    power=some.floats(-4, 8.4), factor=some.decimals("0.2", "5", allow_nan=False), worth=some.decimals("1", "1000000"),
)  # fmt: skip
def test_any_price_and_any_worth(kind: Kind, power: float, factor: Decimal, worth: Decimal) -> None:
    listing = kind.listing("XRP/KRW")
    present = Decimal(repr(10**power)).quantize(Decimal("1E-8"))
    rules = rules_at(listing, present)
    at, size = asked(rules, present * factor, worth / (present * factor))
    counted(listing, Request(listing.symbol, TheirSide.BUY, Type.LIMIT, size, at), None)


@KINDS
async def test_orders_that_go_through_the_wire_are_all_taken(kind: Kind) -> None:
    """Signed, sent, read and answered; each in a market of another price."""
    chance = random.Random(7)
    sent = 0
    for _ in range(40):
        price = Decimal(repr(10 ** chance.uniform(-1.0, 8.3))).quantize(Decimal("1E-4"))
        world = KoreanWorld(kind, kind.listing("BTC/KRW"))
        world.skin.limits.groups.update(UNLIMITED)
        world.core.transfer("ours", "BTC", Decimal(10**9))
        world.core.transfer("ours", "KRW", Decimal(10**12))
        world.others.clear("BTC/KRW")
        step = increment_at(world.kind.listing("BTC/KRW"), price)
        world.others.place("BTC/KRW", TheirSide.BUY, price // step * step, Decimal(1))
        world.calls = SkinCalls(world.client)
        listed = await world.listed()
        rules = listed.instrument.rules
        for number in range(25):
            raw = price * Decimal(repr(chance.uniform(0.5, 0.999)))
            at, size = asked(rules, raw, 5000 * Decimal(repr(chance.uniform(0.5, 90))) / raw)
            order = our_order(f"id{number}", Side.BUY, str(at), str(size), post_only=True)
            assert isinstance(await world.send(order, listed), Seen), (price, at, size)
            sent += 1
        assert [each.status.value for each in world.core.truth("ours")] == ["open"] * 25
    assert sent == 1000


@KINDS
def test_a_changed_step_is_kept_where_it_was_told(kind: Kind) -> None:
    """The exchange changes the step of one band; orders near the present price keep it."""
    chance = random.Random(3)
    for _ in range(200):
        present = Decimal(chance.randint(1000, 200_000_000))
        listing = kind.listing("BTC/KRW")
        old = increment_at(listing, present)
        new = old * chance.choice([Decimal(5), Decimal(2), Decimal("0.5"), Decimal("0.1")])
        bands = tuple((start, new if step == old else step) for start, step in listing.price_bands)
        changed = kind.listing("BTC/KRW", price_bands=bands)
        rules = rules_at(changed, present)
        inside = [start for start, _ in bands if start <= present][-1]
        at, size = asked(rules, max(present * Decimal("0.97"), inside), ZERO)
        counted(changed, Request("BTC/KRW", TheirSide.BUY, Type.LIMIT, size, at), None)
