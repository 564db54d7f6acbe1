"""What a rung asks for when its exchange has changed the steps in which quantities come."""

from dataclasses import replace
from decimal import Decimal

from engine.bots.grid import Want, wants
from engine.domain.grid import Rung
from engine.domain.money import ZERO
from engine.domain.order import Side
from tests.engine.kernel.town import RULES

D = Decimal
COARSE = replace(RULES, size_increment=D("0.5"), min_quantity=D("0.5"))
RUNG = Rung(2, D(100), D(110), D("3.7"), D("3.7"))


def test_a_buy_stays_on_the_step_of_now() -> None:
    assert wants(RUNG, ZERO, ZERO, COARSE) == (Want(2, Side.BUY, D(100), D("3.5")),)
    assert wants(RUNG, D("3.5"), ZERO, COARSE) == ()


def test_what_is_less_than_a_step_is_not_bought_and_the_rest_is_sold() -> None:
    bought = replace(RUNG, bought=D("3.5"), bought_gross=D("3.5"), cost=D(350))
    assert wants(bought, ZERO, ZERO, COARSE) == (Want(2, Side.SELL, D(110), D("3.5")),)
    assert wants(bought, ZERO, D("3.5"), COARSE) == ()


def test_what_was_bought_in_finer_steps_is_sold_as_far_as_it_can_be() -> None:
    bought = replace(RUNG, bought=D("3.7"), bought_gross=D("3.7"), cost=D(370))
    assert wants(bought, ZERO, ZERO, COARSE) == (Want(2, Side.SELL, D(110), D("3.5")),)


def test_a_rung_has_one_buy_at_a_time_also_when_its_step_became_finer() -> None:
    """Found by a simulated day: the rest was sent beside the buy of the coarser step."""
    assert wants(RUNG, D("3.5"), ZERO, RULES) == ()
    bought = replace(RUNG, bought=D("3.5"), bought_gross=D("3.5"), cost=D(350))
    assert wants(bought, ZERO, D("3.5"), RULES) == (Want(2, Side.BUY, D(100), D("0.2")),)
