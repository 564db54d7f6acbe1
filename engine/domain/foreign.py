"""Whose an order is, by what can be seen of it: its client order id and the moment at which it was placed."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.domain import live_phrases
from engine.domain.live import ForeignKind, ForeignOrder
from engine.domain.sentences import Sentence, say

OUR_SCHEME = re.compile(
    r"(?P<bot>[a-z0-9]{8})G(?P<generation>\d+)[A-Z](?:(?P<rung>\d+)[BS])?C(?P<cycle>\d+)A(?P<attempt>\d+)"
)
#: What exchanges' own pages and apps put before or into the ids of orders that a person places.
BY_HAND = re.compile(r"(?:web|ios|android|electron|and|pc|app|mobile|desktop)[-_].*|\d*", re.IGNORECASE)
#: Nobody clicks so many orders in such a time.
TOO_MANY = 4
TOO_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class OurName:
    """The parts of a client order id of ours. `rung` is None for an order that belongs to no rung."""

    bot_id: str
    generation: int
    rung: int | None
    cycle: int
    attempt: int


def our_name(client_order_id: str) -> OurName | None:
    """The parts of an id that our scheme makes; None for any other."""
    found = OUR_SCHEME.fullmatch(client_order_id)
    if found is None:
        return None
    rung = None if found["rung"] is None else int(found["rung"])
    return OurName(found["bot"], int(found["generation"]), rung, int(found["cycle"]), int(found["attempt"]))


def kind_of(order: ForeignOrder, bot_ids: Collection[str]) -> ForeignKind:
    """Whose an order is that the journal does not know. `bot_ids` are the account's bots."""
    name = our_name(order.client_order_id)
    if name is not None:
        return ForeignKind.UNKNOWN if name.bot_id in bot_ids else ForeignKind.OTHER_DESK
    return ForeignKind.PERSON if BY_HAND.fullmatch(order.client_order_id) else ForeignKind.PROGRAM


def is_machine_fast(orders: Sequence[ForeignOrder]) -> bool:
    """Whether so many were placed within so short a time that no hand did it."""
    times = sorted(order.at for order in orders)
    return any(late - early <= TOO_SOON for early, late in zip(times, times[TOO_MANY - 1 :], strict=False))


def signs(account_id: str, orders: Sequence[ForeignOrder]) -> list[Sentence]:
    """What the account's foreign orders say of who else trades there."""
    found: list[Sentence] = []
    others = [order for order in orders if order.kind is not ForeignKind.UNKNOWN]
    for order in others:
        name = our_name(order.client_order_id)
        if order.kind is ForeignKind.OTHER_DESK and name is not None:
            found.append(say(live_phrases.OTHER_GRIDWRIGHT, account=account_id, bot=name.bot_id))
            break
    program = next((order for order in others if order.kind is ForeignKind.PROGRAM), None)
    if program is not None:
        sign = say(live_phrases.SIGN_IDS, id=program.client_order_id)
        found.append(say(live_phrases.SECOND_PROGRAM, account=account_id, sign=sign))
    elif is_machine_fast([order for order in others if order.kind is ForeignKind.PERSON]):
        sign = say(live_phrases.SIGN_SPEED, count=TOO_MANY, seconds=int(TOO_SOON.total_seconds()))
        found.append(say(live_phrases.SECOND_PROGRAM, account=account_id, sign=sign))
    if others:
        found.append(say(live_phrases.FOREIGN_APPEARED, account=account_id, count=len(others)))
    return found
