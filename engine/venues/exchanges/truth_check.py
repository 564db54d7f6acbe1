"""What an exchange has, compared with what its streams told: a deaf stream answers pings too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.dialect import Listed, NoAnswer
from engine.venues.exchanges.markets import Markets
from engine.venues.exchanges.order_stories import Story
from engine.venues.exchanges.questions import Questions
from engine.venues.exchanges.timing import Timing

log = logging.getLogger(__name__)

#: Orders are looked after so often: what a frame should have told and did not.
LOOK_S = 0.5
#: A frame that was on its way when orders were asked for has this long to come.
GRACE_S = 1.0
#: So many comparisons in a row may stay unanswered before the line is taken for broken.
MOST_FAILED = 3


class TruthCheck:
    """Looks after the orders of one account for as long as it is connected.

    `ask_balances` asks for all of them and tells them. What a frame should have told and REST tells instead is told
    late, once; when no frame about any order came meanwhile the stream is deaf, and everything begins anew.
    """

    def __init__(
        self,
        questions: Questions,
        markets: Markets,
        clock: Clock,
        timing: Timing,
        ask_balances: Callable[[], Awaitable[None]],
    ) -> None:
        self._questions = questions
        self._markets = markets
        self._clock = clock
        self._timing = timing
        self._ask_balances = ask_balances
        self._never = asyncio.Event()
        self._doubted = asyncio.Event()
        self._framed_at_s = clock.steady_s()
        #: Orders of which REST told what a frame should have.
        self.repaired = 0
        self._strange: set[str] = set()

    def heard(self, identity: str) -> None:
        """A frame about an order came; `identity` is its name where it is ours, "" for somebody else's."""
        self._framed_at_s = self._clock.steady_s()
        story = self._questions.stories.get(identity)
        if story is not None:
            story.framed_at_s = self._framed_at_s

    def doubt(self) -> None:
        """Something was told that could not be understood: compare soon."""
        self._doubted.set()

    async def run(self) -> None:
        """Compare everything again and again. Raises VenueUnavailable."""
        wait_s, failed = min(self._timing.first_s, self._timing.truth_s), 0
        while True:
            await self._clock.wait(self._doubted, wait_s)
            if self._doubted.is_set():
                await self._clock.wait(self._never, GRACE_S)
                self._doubted.clear()
            wait_s = self._timing.truth_s
            try:
                await self.check()
                failed = 0
            except (NoAnswer, *STRANGE) as error:
                failed += 1
                log.info("%s: a comparison was not answered: %s", self._exchange, error)
                if failed >= MOST_FAILED:
                    raise VenueUnavailable(say(phrases.FEED_NO_ANSWER, exchange=self._exchange)) from error

    async def check(self) -> None:
        """Compare once. Raises NoAnswer, VenueUnavailable."""
        for listed in tuple(self._markets.by_symbol.values()):
            await self._compare(listed)
        await self._ask_balances()

    async def look_after(self) -> None:
        """For ever: ask for orders whose frame is overdue. Raises VenueUnavailable."""
        while True:
            await self._clock.wait(self._never, LOOK_S)
            now_s = self._clock.steady_s()
            for story in self._questions.stories.live:
                due_s = self._overdue_since(story)
                if due_s is not None and now_s - due_s >= self._timing.frame_s:
                    await self._make_up_for(story, due_s)

    @property
    def _exchange(self) -> str:
        return self._questions.dialect.exchange

    def _overdue_since(self, story: Story) -> float | None:
        """Since when a frame of this order must come, None when none must."""
        if story.order is None or story.is_over:
            return None
        if story.cancelled_at_s is not None:
            return story.cancelled_at_s
        if story.accepted_at_s is not None and story.framed_at_s is None:
            return story.accepted_at_s
        return None

    async def _make_up_for(self, story: Story, due_s: float) -> None:
        assert story.order is not None
        await self._questions.resolve(story.client_order_id, self._markets.listed(story.order.symbol), is_told=True)
        if self._framed_at_s < due_s:
            raise VenueUnavailable(say(phrases.LIVE_STREAM_DEAF, exchange=self._exchange))
        self.repaired += 1
        story.framed_at_s = self._clock.steady_s()
        story.cancelled_at_s = None
        log.warning("%s told nothing of %s in time", self._exchange, story.client_order_id)

    async def _compare(self, listed: Listed) -> None:
        stories, asked_at_s = self._questions.stories, self._clock.steady_s()
        seen = {
            stories.name_of(each) or each.venue_order_id: each for each in await self._questions.open_orders(listed)
        }
        late: list[str] = []
        for identity, each in seen.items():
            story = stories.get(identity)
            if story is None:
                self._questions.learn(each)
            elif each.filled_quantity > story.traded:
                late.append(identity)
            elif story.is_over and identity not in self._strange:
                self._strange.add(identity)
                log.warning("%s still shows %s, which it said had ended", self._exchange, identity)
        horizon_s = asked_at_s - max(self._questions.dialect.lag_s, GRACE_S)
        for story in stories.live:
            is_here = story.order is not None and story.order.symbol == listed.instrument.symbol
            is_settled = story.is_accepted and (story.accepted_at_s or 0.0) < horizon_s
            if is_here and is_settled and story.client_order_id not in seen:
                late.append(story.client_order_id)
        if late:
            await self._catch_up(late, listed)

    async def _catch_up(self, late: list[str], listed: Listed) -> None:
        asked_at_s = self._clock.steady_s()
        await self._clock.wait(self._never, GRACE_S)
        news = [identity for identity in late if await self._questions.resolve(identity, listed)]
        self.repaired += len(news)
        if news:
            log.warning("%s did not tell what became of %s", self._exchange, ", ".join(news))
            if self._framed_at_s < asked_at_s:
                raise VenueUnavailable(say(phrases.LIVE_STREAM_DEAF, exchange=self._exchange))
