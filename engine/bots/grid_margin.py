"""What a grid on a perpetual future risks: the value of its whole position, and where the venue would close it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from engine.bots.ladder import resting_rate, starts_holding
from engine.domain import phrases
from engine.domain.grid import GridConfig, Rung
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.margin import allowed_value, liquidation_price
from engine.domain.money import HUNDRED, ZERO
from engine.domain.sentences import Refusal, say


class Priced(Protocol):
    """A preview, as far as the distance to liquidation needs it."""

    @property
    def price(self) -> Decimal | None: ...

    @property
    def liquidation_price(self) -> Decimal | None: ...


def position_value(rungs: Sequence[Rung]) -> Decimal:
    """What the position and its resting orders can be worth at most, in quote: every rung's base at its sell line."""
    return sum((rung.quantity * rung.sell_price for rung in rungs), ZERO)


def ladder_liquidation(
    config: GridConfig, instrument: Instrument, rungs: Sequence[Rung], price: Decimal
) -> Decimal | None:
    """Where the venue would close the position of a grid that starts at `price` and is bought down to its lowest line.

    The investment alone stands behind it, less the fees of the purchases. Rungs above the price cost the price.
    """
    if instrument.kind is not InstrumentKind.PERP:
        return None
    rules = instrument.rules
    quantity = cost = fees = ZERO
    for rung in rungs:
        is_first = starts_holding(rung, price)
        value = rung.quantity * (price if is_first else rung.buy_price)
        quantity += rung.quantity
        cost += value
        fees += max(rules.fee(value, rules.taker_fee if is_first else resting_rate(config, rules)), ZERO)
    return liquidation_price(quantity, cost, config.investment - fees, rules)


def margin_refusals(
    config: GridConfig, instrument: Instrument, rungs: Sequence[Rung], price: Decimal
) -> Iterator[Refusal]:
    """What the venue's brackets do not allow, and a ladder or a stop that liquidation comes before."""
    if instrument.kind is not InstrumentKind.PERP:
        return
    rules = instrument.rules
    allowed, value = allowed_value(rules), position_value(rungs)
    if allowed is not None and value > allowed:
        sentence = say(
            phrases.ABOVE_BRACKET, leverage=rules.leverage, allowed=allowed, value=value, quote=instrument.quote
        )
        yield Refusal("investment", sentence)
    liquidation = ladder_liquidation(config, instrument, rungs, price)
    if liquidation is None:
        return
    lower, stop = rungs[0].buy_price, config.stop_lower
    if liquidation >= lower:
        sentence = say(phrases.LIQUIDATED_INSIDE, leverage=rules.leverage, liquidation=liquidation, lower=lower)
        yield Refusal("lower", sentence)
    elif stop is not None and stop <= liquidation:
        sentence = say(phrases.STOP_BEYOND_LIQUIDATION, leverage=rules.leverage, liquidation=liquidation, stop=stop)
        yield Refusal("stop_lower", sentence)


def liquidation_distance(seen: Priced) -> Decimal | None:
    """How far below the price liquidation is, in percent of the price; None when there is none."""
    if seen.price is None or seen.liquidation_price is None:
        return None
    return (seen.price - seen.liquidation_price) / seen.price * HUNDRED
