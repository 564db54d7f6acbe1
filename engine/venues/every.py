"""Every kind of venue that a program may have, in one hand."""

from functools import partial
from pathlib import Path

from engine.console.desk import OpenStorage
from engine.domain.bot import Account
from engine.ports import Venue
from engine.spreads.desk import SpreadDesk
from engine.spreads.settings import SpreadSettings
from engine.venues.ccxt_feed import CcxtFeeds
from engine.venues.ccxt_line import Route
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.live_accounts import LiveVenues
from engine.venues.factory import make_venue


class EveryVenue:
    """`make` makes the venue of any account but a live one, `live.make` that of a live one from its keys.

    `budgets` are what the exchanges of live accounts may be asked. `make_spreads` makes the desk that hears the
    books of public markets, over what is stored.
    """

    def __init__(self, data_folder: Path, route: Route | None, spreads: SpreadSettings | None = None) -> None:
        """`route` leads tests to exchanges of their own; None is the internet."""
        self._route = route
        self._spreads = spreads
        self._make = partial(make_venue, data_folder=data_folder, feeds=CcxtFeeds(route).makers())
        self.budgets = Budgets()
        self.live = LiveVenues(route, budget_of=self.budgets.of)

    def make_spreads(self, stored: OpenStorage) -> SpreadDesk:
        """The spread desk of an engine, not yet running."""
        return SpreadDesk(
            stored.watched_pairs, stored.recorder, self._route, self._spreads, stored_rates=stored.rates
        )  # fmt: skip

    def make(self, account: Account) -> Venue:
        """Raises UsageError."""
        return self._make(account)
