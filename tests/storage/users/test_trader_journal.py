"""What storage promises, it promises to a trader on a shared database as well: the same tests, another role."""

from tests.storage.test_desk import (
    test_a_desk_lives_as_long_as_its_engine,
    test_a_lost_session_is_taken_up_again,
    test_a_second_engine_is_refused,
)
from tests.storage.test_history import history, test_bots_with_their_present_rungs
from tests.storage.test_journal import (
    test_a_fill_brings_its_order_along,
    test_a_position_is_the_sum_of_its_rungs,
    test_every_field_comes_back,
    test_two_desks_that_start_bots_at_once_are_added_up,
)
from tests.storage.test_notices import test_what_is_committed_again_is_told_once_also_when_it_was_read

__all__ = [
    "history",
    "test_a_desk_lives_as_long_as_its_engine",
    "test_a_fill_brings_its_order_along",
    "test_a_lost_session_is_taken_up_again",
    "test_a_position_is_the_sum_of_its_rungs",
    "test_a_second_engine_is_refused",
    "test_bots_with_their_present_rungs",
    "test_every_field_comes_back",
    "test_two_desks_that_start_bots_at_once_are_added_up",
    "test_what_is_committed_again_is_told_once_also_when_it_was_read",
]
