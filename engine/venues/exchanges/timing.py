"""How long an account on an exchange waits for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A market without a frame for `quiet_s` is asked whether it lives; a private frame that must come has
    `frame_s`; all orders and balances are compared every `truth_s`, first after `first_s` already: some exchanges
    confirm no subscription, and what happened before it was not told. Private streams have `ready_s` to be confirmed;
    fills that a sum speaks of have `fills_s` to come by themselves.
    """

    quiet_s: float = 5.0
    frame_s: float = 5.0
    truth_s: float = 30.0
    first_s: float = 3.0
    ready_s: float = 10.0
    fills_s: float = 0.2
