"""Looking after a live account while it is connected: its key, foreign orders, the exchange's dead-man switch.

The switch is armed while the account is on and an order of ours rests, and armed again at a third of its time. Ended in
order, the program turns it off, so that resting orders stay; when it is killed the exchange cancels them.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.domain import live_phrases
from engine.domain.bot import Account
from engine.domain.key_facts import blockers
from engine.domain.live import ForeignKind
from engine.domain.live_messages import FactsTold, OrdersSeen
from engine.domain.messages import Level, Message
from engine.domain.order import OrderState
from engine.domain.sentences import Sentence, say
from engine.errors import VenueUnavailable
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.live_ports import LiveVenue

log = logging.getLogger(__name__)

#: Markets whose positions go on losing money while nobody watches: there the switch is on by default.
PERPS = frozenset({"binanceusdm", "okxswap", "bitgetmix"})
#: Where the switch knows no instrument: it cancels every order of the account.
WHOLE_ACCOUNT = frozenset({"okx", "okxswap"})
DEAD_MAN_S = 60
#: Exchanges take no shorter time, and one that is longer protects nobody.
LEAST_S, MOST_S = 10, 120
DISARM_S = 3.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks at the orders, two at the key, and two at whether anything is due.

    `held_s` is between two looks at a key with which nothing may be traded now: what is wrong, such as a clock, may be
    put right any moment, and the bots wait for it.
    """

    orders_s: float = 30.0
    facts_s: float = 3_600.0
    held_s: float = 30.0
    tick_s: float = 1.0


def dead_man_s(account: Account) -> int:
    """After how many seconds the exchange is to cancel, by the account's setting "dead_man_s"; 0 is never."""
    usual = DEAD_MAN_S if account.setting("exchange") in PERPS else 0
    text = account.setting("dead_man_s")
    seconds = int(text) if text.isdigit() else usual
    return 0 if seconds == 0 else min(max(seconds, LEAST_S), MOST_S)


class LiveWatch:
    """For one life of an account's venue. `tell` and `put` are the engine's. Belongs to its loop."""

    def __init__(
        self,
        kernel: Kernel,
        account: Account,
        venue: LiveVenue,
        tell: Callable[[Message], None],
        put: Callable[[Outbox | None], None],
        pace: Pace | None = None,
    ) -> None:
        self._kernel = kernel
        self._account = account
        self._venue = venue
        self._tell = tell
        self._put = put
        self._pace = pace or Pace()
        self._after_s = dead_man_s(account)
        self._armed_at_s: float | None = None
        #: The countdown may run though it is not to: of a life before, or because nobody answered as it was ended.
        self._may_run = True
        self._said: Sentence | None = None

    async def run(self) -> None:
        """Until cancelled. A question that is not answered is asked again at its next time."""
        loop = asyncio.get_running_loop()
        # The key was looked at as the account was connected.
        looked_at_s = orders_at_s = loop.time()
        while True:
            now_s = loop.time()
            if now_s >= orders_at_s:
                orders_at_s = now_s + self._pace.orders_s
                await self._look_at_orders()
            if now_s >= looked_at_s + (self._pace.held_s if self._is_held() else self._pace.facts_s):
                looked_at_s = now_s
                await self._look_at_key()
            if self._venue.has_dead_man and self._after_s:
                await self._keep_alive()
            await asyncio.sleep(self._pace.tick_s)

    async def disarm(self) -> None:
        """The program ends in order: resting orders stay."""
        live = self._kernel.live_of(self._account.account_id)
        if self._armed_at_s is None and not (self._may_run and self._after_s and live is not None and live.is_on):
            return
        self._armed_at_s, self._may_run = None, False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISARM_S):
                if await self._arm(0):
                    # Nobody writes the log any more.
                    log.info("%s", say(live_phrases.DEAD_MAN_DISARMED, account=self._account.account_id))

    def _is_held(self) -> bool:
        """Whether what the exchange said last of the key keeps the account from trading."""
        live = self._kernel.live_of(self._account.account_id)
        if live is None or not live.is_on or live.facts is None:
            return False
        return bool(blockers(live.facts, datetime.now(UTC), is_withdrawal_allowed=live.is_withdrawal_allowed))

    async def _look_at_orders(self) -> None:
        try:
            orders = tuple(await self._venue.account_orders())
        except VenueUnavailable as error:
            log.info("the orders of %s could not be looked at: %s", self._account.account_id, error)
            return
        self._tell(OrdersSeen(self._account.account_id, orders, datetime.now(UTC)))

    async def _look_at_key(self) -> None:
        try:
            facts = await self._venue.probe()
        except VenueUnavailable as error:
            log.warning("the key of %s could not be looked at: %s", self._account.account_id, error)
            return
        self._tell(FactsTold(self._account.account_id, facts, datetime.now(UTC)))

    async def _keep_alive(self) -> None:
        """Arm where an order of ours rests and nobody else's would be cancelled with it; disarm where none does."""
        live = self._kernel.live_of(self._account.account_id)
        orders = self._kernel.live_orders(self._account.account_id)
        rests = any(order.state is OrderState.OPEN for order in orders)
        foreign = [order for order in live.foreign if order.kind is not ForeignKind.UNKNOWN] if live else []
        if not rests or live is None or not live.is_on or foreign:
            if rests and foreign:
                self._say_once(
                    say(live_phrases.DEAD_MAN_WOULD_HIT, account=self._account.account_id, count=len(foreign))
                )
            if self._armed_at_s is not None or (self._may_run and live is not None and live.is_on):
                self._armed_at_s, self._may_run = None, True
                self._may_run = not await self._arm(0)
            return
        now_s = asyncio.get_running_loop().time()
        if self._armed_at_s is not None and now_s - self._armed_at_s < self._after_s / 3:
            return
        is_first = self._armed_at_s is None
        self._may_run = True
        if not await self._arm(self._after_s):
            return
        self._armed_at_s = now_s
        if is_first:
            if self._account.setting("exchange") in WHOLE_ACCOUNT:
                self._say(say(live_phrases.DEAD_MAN_ALL, account=self._account.account_id))
            self._say_once(
                say(live_phrases.DEAD_MAN_ARMED, account=self._account.account_id, seconds=self._after_s)
            )  # fmt: skip

    async def _arm(self, after_s: int) -> bool:
        try:
            await self._venue.arm(after_s)
        except VenueUnavailable as error:
            name = self._account.account_id
            self._say_once(say(live_phrases.DEAD_MAN_FAILED, account=name, cause=error.sentence), Level.LOOK)
            return False
        return True

    def _say_once(self, sentence: Sentence, level: Level = Level.INFO) -> None:
        if sentence != self._said:
            self._said = sentence
            self._say(sentence, level)

    def _say(self, sentence: Sentence, level: Level = Level.INFO) -> None:
        self._put(self._kernel.say(sentence, level, datetime.now(UTC)))
