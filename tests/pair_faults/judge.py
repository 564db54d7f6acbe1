"""What must hold of two legs: how long they differ, what both auditors say, and what each position brought."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from engine.domain.arbitrage import Legs, PairStage, TwoLegPosition
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Side as OurSide
from engine.kernel.pair_books import held
from tests.pair_faults.towns import OWNER, RATE
from tests.pair_faults.world import BOT, HEDGE, PairWorld, Side
from tests.proof.books import read_memory, told_of
from tests.support.exchange.audit import Auditor
from tests.support.exchange.values import Fill, Kind
from tests.support.exchange.values import Side as TheirSide
from tests.support.waiting import last

LOOK_S, ASLEEP_S = 0.25, 15.0
#: Legs that differ by less than this cannot be told apart from fees in base and the smallest order of a venue.
NOTHING = Decimal("0.0002")
#: What an order whose answer is lost may need until it is known: the longest lag, asked twice, and one order more.
KNOWING_S = 15.0
#: What is left of a position is valued at a price that the exchanges do not know: its worth may differ by so much.
LEFT_ERROR = Decimal("0.1")


@dataclass
class Balance:
    """How far the legs were apart, looked at four times a second. Seconds without trouble count, one after another.

    `worst_s` is the longest time for which they differed, `worst_value` the most by which, in the home quote.
    """

    world: PairWorld
    is_trouble: bool = False
    differs_s: float = 0.0
    worst_s: float = 0.0
    worst_value: Decimal = ZERO
    complaint: str = ""
    exposure: str = ""

    async def run(self) -> None:
        """Until cancelled."""
        allowed_s = float(self.world.town.config.max_imbalance_s) + KNOWING_S
        while True:
            await last(ASLEEP_S if self.world.is_asleep else LOOK_S)
            self._look_at_exposure()
            apart = abs(self.world.home.base + self.world.foreign.base)
            if apart <= NOTHING:
                self.differs_s = 0.0
                continue
            in_won = Decimal(1) if self.world.town.config.fx_pair else RATE
            value = apart * Decimal(self.world.home.price) * in_won
            self.worst_value = max(self.worst_value, value)
            if self.is_trouble or self.world.owner.is_looking or not self.world.is_connected():
                continue
            self.differs_s += LOOK_S
            self.worst_s = max(self.worst_s, self.differs_s)
            if self.differs_s > allowed_s and not self.complaint:
                self.complaint = (
                    f"I7: the legs differ by {apart}, worth {value:.0f}, for {self.differs_s:.0f} s without trouble."
                )

    def _look_at_exposure(self) -> None:
        """I8: neither leg is ever larger than the one position that there may be, nor on the other side.

        What a position had to leave, because its venue took no order of it any more, stays on both sides.
        """
        world = self.world
        for side in world.sides:
            side.least = max(side.least, _least(side))
        most = world.town.config.size * world.town.config.max_positions + sum(map(_left, world.positions), ZERO)
        for side, exposure in ((world.home, -world.home.base), (world.foreign, world.foreign.base)):
            if not -NOTHING <= exposure <= most + NOTHING and not self.exposure:
                self.exposure = f"I8: {side.town.what.exchange} holds {side.base} of a position of {most}."


def _left(position: TwoLegPosition) -> Decimal:
    """What a position that is closed has left on its larger leg, by its own books."""
    if position.stage is not PairStage.CLOSED:
        return ZERO
    return max(held(position, is_home=is_home) for is_home in (True, False))


def complaints(world: PairWorld) -> list[str]:
    """Everything that must never be, at rest."""
    found = [complaint for side in world.sides for complaint in side.watch.complaints]
    for side in world.sides:
        found += [f"{side.town.what.exchange}: {each}" for each in _audited(world, side)]
    found += [f"a request went astray: {each}" for each in world.server.strays]
    found += list(_positions(world))
    return [*found, world.owner.complaint] if world.owner.complaint else found


def _instruments(world: PairWorld, side: Side) -> Mapping[str, Instrument]:
    venue = side.town.account.venue
    return {symbol: each for (where, symbol), each in world.database.tables.instruments.items() if where == venue}


def _audited(world: PairWorld, side: Side) -> list[str]:
    books = read_memory(world.database, side.town.account.account_id)
    told = told_of(books, OWNER, _instruments(world, side), {})
    has_trade_fees = side.town.what.exchange != "bithumb"
    return Auditor(side.exchange, has_trade_fees=has_trade_fees).check(told)


@dataclass
class Flow:
    """What the fills of one leg brought: money before fees, fees in quote, base after fees in base."""

    money: Decimal = ZERO
    fees: Decimal = ZERO
    base: Decimal = ZERO


def _positions(world: PairWorld) -> Iterator[str]:
    """Each position brought what the exchanges' fills come to at the rates that it recorded, to the last unit."""
    homes, abroad = _flows(world, world.home, BOT), _flows(world, world.foreign, HEDGE)
    least = max(side.least for side in world.sides)
    for position in world.positions:
        if position.stage is not PairStage.CLOSED or position.pnl is None:
            yield f"P2: position {position.number} is {position.stage.value} in the end."
            continue
        if _left(position) >= least + NOTHING:
            yield f"P6: position {position.number} leaves {_left(position)}, where orders of {least} are taken."
        right, left = _worth(world, position, homes, abroad)
        error = abs(position.pnl - right)
        if error > left * LEFT_ERROR:
            yield f"P3: position {position.number} reports {position.pnl} and the accounts gained {right}."


def _least(side: Side) -> Decimal:
    """The smallest quantity, in base, that the exchange takes now at its price."""
    listing = side.exchange.markets[side.town.what.symbol].listing
    contract = listing.contract_size if listing.kind is Kind.PERP else Decimal(1)
    by_value = listing.min_notional / Decimal(side.price)
    return max(listing.min_size * contract, listing.size_increment * contract, by_value)


def _flows(world: PairWorld, side: Side, bot_id: str) -> Mapping[tuple[int, OurSide], Flow]:
    """The exchange's own fills by position and side."""
    found: dict[tuple[int, OurSide], Flow] = defaultdict(Flow)
    listing, house = side.town.what.listing, side.town.what.house
    contract = listing.contract_size if listing.kind is Kind.PERP else Decimal(1)
    step = _instruments(world, side)[listing.symbol].rules.money_increment
    for record in side.exchange.truth(OWNER):
        order = world.database.tables.orders.get(record.client_order_id)
        if order is None or order.bot_id != bot_id:
            continue
        flow = found[order.generation, order.side]
        sign = 1 if record.side is TheirSide.BUY else -1
        for told in record.fills:
            fill = told
            if house.fee_asset and fill.fee_asset == house.fee_asset:
                worth = (fill.fee * house.fee_asset_price).quantize(step, ROUND_HALF_UP)
                fill = replace(fill, fee=worth, fee_asset=listing.quote)
            _add(flow, fill, sign, fill.size * contract, listing.base)
    return found


def _add(flow: Flow, fill: Fill, sign: int, base: Decimal, asset: str) -> None:
    flow.money -= sign * fill.value
    flow.base += sign * base
    if fill.fee_asset == asset:
        flow.base -= fill.fee
    else:
        flow.fees += fill.fee


def _worth(
    world: PairWorld,
    position: TwoLegPosition,
    homes: Mapping[tuple[int, OurSide], Flow],
    abroad: Mapping[tuple[int, OurSide], Flow],
) -> tuple[Decimal, Decimal]:
    """What the position is worth by the exchanges, and what of it lies in base that is left, in the home quote."""
    entry = position.entry
    back = position.exit or entry
    then, later = _rate(entry), _rate(back)

    def of(flows: Mapping[tuple[int, OurSide], Flow], side: OurSide) -> Flow:
        return flows.get((position.number, side), Flow())

    home_in, home_out = of(homes, entry.home.side), of(homes, entry.home.side.opposite)
    in_, out = of(abroad, entry.foreign.side), of(abroad, entry.foreign.side.opposite)
    home = home_in.money - home_in.fees + home_out.money - home_out.fees
    is_perp = world.foreign.town.what.listing.kind is Kind.PERP
    flow = (in_.money + out.money) * later if is_perp else in_.money * then + out.money * later
    fees = in_.fees * then + out.fees * later
    home_left, left = home_in.base + home_out.base, in_.base + out.base
    prices = Decimal(world.home.price), Decimal(world.foreign.price) * later
    worth = home + flow - fees + position.funding * later + home_left * prices[0] + left * prices[1]
    return worth, abs(home_left) * prices[0] + abs(left) * prices[1]


def _rate(legs: Legs) -> Decimal:
    return legs.rate.rate if legs.rate is not None else Decimal(1)
