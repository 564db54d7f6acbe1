"""What a two-leg position brought, taken apart: premium, fees, funding, and the change of the rate."""

from dataclasses import dataclass
from decimal import Decimal

from engine.domain.arbitrage import Leg, Legs, TwoLegPosition
from engine.domain.money import ONE, ZERO
from engine.domain.order import Side


@dataclass(frozen=True, slots=True)
class Parts:
    """All in the home quote, signed from our side. Together with `other` they come to `pnl`.

    `premium` is what all prices brought at the rate of the entry, before costs; `fx` what the change of the rate did to
    what came back from abroad; `other` is base that an exit could not trade any more, at its worth.
    """

    premium: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    fx: Decimal = ZERO
    other: Decimal = ZERO

    @property
    def pnl(self) -> Decimal:
        return self.premium + self.fees + self.funding + self.fx + self.other

    def __add__(self, more: "Parts") -> "Parts":
        return Parts(
            self.premium + more.premium,
            self.fees + more.fees,
            self.funding + more.funding,
            self.fx + more.fx,
            self.other + more.other,
        )


def parts_of(position: TwoLegPosition, *, is_perp: bool = False) -> Parts:
    """The parts of a position that is closed.

    With the home flows h1, h2 and the foreign flows f1, f2 of entry and exit (received positive, before fees) and the
    rates r1, r2: premium = h1 + h2 + (f1 + f2) r1, fx = f2 (r2 - r1); fees of the entry at r1, of the exit at r2,
    funding at r2. `is_perp`: no money flows for the value of a future, only what its price brought: fx = (f1 + f2)
    (r2 - r1). Base that was taken as a fee is a fee at its worth then.
    """
    assert position.pnl is not None, "only a closed position has brought something"
    entry, exit_ = position.entry, position.exit
    first = _rate(entry)
    last = _rate(exit_) if exit_ is not None else first
    home, sent, back = _flow(entry.home), _flow(entry.foreign), ZERO
    fees, in_base = _fees(entry, first)
    if exit_ is not None:
        home += _flow(exit_.home)
        back = _flow(exit_.foreign)
        # Base that a fee takes from the last purchase lacks on the account and is not sold, so no price misses it.
        fees += _fees(exit_, last)[0]
    premium = home + (sent + back) * first + in_base
    fx = (sent + back if is_perp else back) * (last - first)
    funding = position.funding * last
    return Parts(premium, -fees, funding, fx, position.pnl - premium + fees - funding - fx)


def tied_of(position: TwoLegPosition) -> Decimal:
    """What the money that the entry paid abroad would have gained by the change of the rate if it had stayed money."""
    if position.exit is None:
        return ZERO
    return -_flow(position.entry.foreign) * (_rate(position.exit) - _rate(position.entry))


def _fees(legs: Legs, rate: Decimal) -> tuple[Decimal, Decimal]:
    """(all fees of both legs, those of them that were taken in base), at their worth in the home quote."""
    fees = legs.home.fee + legs.foreign.fee * rate
    return fees, fees - legs.home.fee_paid - legs.foreign.fee_paid * rate


def _flow(leg: Leg) -> Decimal:
    return -leg.value if leg.side is Side.BUY else leg.value


def _rate(legs: Legs) -> Decimal:
    return legs.rate.rate if legs.rate is not None else ONE
