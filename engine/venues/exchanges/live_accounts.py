"""Real accounts: what one is opened with, and the venue of each."""

import random
from collections.abc import Callable, Sequence

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.secret import Credential
from engine.domain.sentences import say
from engine.errors import UsageError
from engine.venues.accounts import parse_symbol
from engine.venues.ccxt_line import Route, internet
from engine.venues.clock import Clock, MachineClock
from engine.venues.exchanges.calls import Budget, CcxtCalls, FreeForAll
from engine.venues.exchanges.exchange_venue import ExchangeVenue
from engine.venues.exchanges.known import DIALECTS
from engine.venues.exchanges.timing import Timing
from engine.venues.redial import Redial

#: Where real accounts can be opened, by name.
EXCHANGES = tuple(sorted(DIALECTS))


def live_account(
    name: str, exchange: str, credential: str, symbols: Sequence[str], leverage: int | None = None
) -> Account:
    """A real account: `credential` is the id of its keys in the vault, `symbols` what it trades, in one quote.

    `leverage` is set at the exchange when the account is connected; None leaves it as it is there. Raises UsageError.
    """
    if exchange not in DIALECTS:
        raise UsageError(
            say(phrases.LIVE_UNKNOWN_EXCHANGE, exchange=exchange, known=", ".join(sorted(DIALECTS)))
        )  # fmt: skip
    pairs = [parse_symbol(symbol) for symbol in symbols if symbol.strip()]
    if not pairs:
        raise UsageError(say(phrases.LIVE_NO_SYMBOLS))
    if len({quote for _, quote in pairs}) > 1:
        raise UsageError(say(phrases.LIVE_QUOTES_DIFFER, quotes=", ".join(sorted({quote for _, quote in pairs}))))
    listed = list(dict.fromkeys(f"{base}/{quote}" for base, quote in pairs))
    settings = {"exchange": exchange, "credential": credential, "symbols": ",".join(listed)}
    if leverage is not None:
        if not DIALECTS[exchange]().has_positions:
            raise UsageError(say(phrases.LIVE_NO_LEVERAGE, exchange=exchange))
        if leverage < 1:
            raise UsageError(say(phrases.LIVE_LEVERAGE_BAD, leverage=leverage))
        settings["leverage"] = str(leverage)
    venue = f"live:{name}"
    return Account(venue, venue, name, AccountMode.LIVE, pairs[0][1], tuple(sorted(settings.items())))


class LiveVenues:
    """The real accounts of one program. It remembers of each how long to wait before the next call."""

    def __init__(
        self,
        route: Route | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        *,
        timing: Timing | None = None,
        budget_of: Callable[[Account, Credential], Budget] = lambda _account, _credential: FreeForAll(),
    ) -> None:
        """`route` leads tests to an exchange of their own; `budget_of` gives what may be asked with a key."""
        self._route = route or internet()
        self._clock = clock or MachineClock()
        self._chance = chance or random.Random()
        self._timing = timing
        self._budget_of = budget_of
        self._redials: dict[str, Redial] = {}

    def make(self, account: Account, credential: Credential) -> ExchangeVenue:
        """The venue of an account for one life of its lines. Raises UsageError for an exchange nobody knows."""
        exchange = account.setting("exchange")
        make_dialect = DIALECTS.get(exchange)
        if make_dialect is None:
            raise UsageError(
                say(phrases.LIVE_UNKNOWN_EXCHANGE, exchange=exchange, known=", ".join(sorted(DIALECTS)))
            )  # fmt: skip
        dialect = make_dialect()
        redial = self._redials.setdefault(account.venue, Redial(self._clock, self._chance))
        calls = CcxtCalls(dialect, credential, self._route, self._clock, self._budget_of(account, credential))
        return ExchangeVenue(account, dialect, calls, self._clock, redial, self._timing)
