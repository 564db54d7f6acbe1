"""Between the spread desk and the kernel: which books and rates its two-leg bots need, and by which venues they go."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.domain import premium_phrases
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.bot import OWN_TIME_MODES
from engine.domain.messages import CommandAnswered, CommandReceived, Message
from engine.domain.sentences import Refusal, say
from engine.domain.watching import WatchCommand
from engine.kernel.kernel import Kernel
from engine.spreads.desk import Needs, SpreadDesk, Told
from engine.spreads.rates import WantedRate


class SpreadLink:
    """`engine.spreads.desk.DeskSide` over a kernel. `hand` tells the kernel, `soil` that a new picture is due."""

    def __init__(self, kernel: Kernel, hand: Callable[[Sequence[Message]], None], soil: Callable[[], None]) -> None:
        self._kernel = kernel
        self._hand = hand
        self._soil = soil

    def needs(self) -> Needs:
        """Of all two-leg bots that are not removed. A market in its own time tells its books itself."""
        accounts = {account.account_id: account for account in self._kernel.accounts()}
        books: dict[tuple[str, str], set[str]] = defaultdict(set)
        rates = set()
        for account in accounts.values():
            for book in self._kernel.bots_of(account.account_id):
                bot = book.bot
                config = bot.config
                if not isinstance(config, ArbitrageConfig) or bot.is_removed:
                    continue
                legs = ((account, bot.symbol), (accounts.get(config.hedge_account_id), config.hedge_symbol))
                for leg, symbol in legs:
                    if leg is not None and leg.exchange and leg.mode not in OWN_TIME_MODES:
                        books[leg.exchange, symbol].add(leg.venue)
                if config.fx_pair:
                    quote = bot.symbol.partition("/")[2]
                    rates.add(WantedRate(config.fx_pair, quote, config.fx_source, account.exchange))
        return Needs({market: frozenset(venues) for market, venues in books.items()}, frozenset(rates))

    def fee_of(self, exchange: str, symbol: str) -> Decimal | None:
        """The lowest taker fee of this desk's accounts there."""
        venues = {account.venue for account in self._kernel.accounts() if account.exchange == exchange}
        fees = [
            book.instrument.rules.taker_fee
            for book in self._kernel.market_books()
            if book.instrument.venue in venues and book.instrument.symbol == symbol
        ]
        return min(fees, default=None)

    def tell(self, told: Sequence[Told]) -> None:
        self._hand(told)

    def shown(self) -> None:
        self._soil()


async def watch_answer(desk: SpreadDesk | None, received: CommandReceived, command: WatchCommand) -> CommandAnswered:
    """The answer to a change of the user's list of pairs. Raises StorageError."""
    refusals: Sequence[Refusal] = (Refusal("pairs", say(premium_phrases.SPREADS_NOT_HERE)),)
    if desk is not None:
        refusals = await desk.request(command)
    return CommandAnswered(received.command_id, tuple(refusal.pair for refusal in refusals), received.at)
