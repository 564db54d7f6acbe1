"""The budgets of all keys and exchanges of one program."""

import hashlib
import socket
import uuid

from engine.domain.bot import Account
from engine.domain.secret import Credential
from engine.live_ports import SharedBudget
from engine.venues.clock import Clock, MachineClock
from engine.venues.exchanges.budget_grants import SharedGrants
from engine.venues.exchanges.budget_queue import BudgetQueue, KeyBudget
from engine.venues.exchanges.budget_rules import LIMITS, Limits
from engine.venues.exchanges.calls import Budget, FreeForAll


def this_machine() -> str:
    """A name of this machine for desks on it, which share its address; it says nothing of the machine."""
    name = f"{socket.gethostname()} {uuid.getnode()}"
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


class Budgets:
    """One queue for each exchange, whoever's key it is; `of` is the place of a key in it. Belongs to one loop."""

    def __init__(self, clock: Clock | None = None, address: str | None = None) -> None:
        """`address` names whom the exchange sees; desks that share one name it alike."""
        self._clock = clock or MachineClock()
        self._address = address if address is not None else this_machine()
        self._shared: SharedBudget | None = None
        self._queues: dict[str, BudgetQueue] = {}
        self._grants: list[SharedGrants] = []

    def count_in(self, shared: SharedBudget | None) -> None:
        """From now on calls are counted there with those of other desks."""
        self._shared = shared
        self._queues.clear()

    def of(self, account: Account, credential: Credential) -> Budget:
        """What may be asked with a key; an exchange without known rules may be asked anything."""
        limits = LIMITS.get(account.setting("exchange"))
        return FreeForAll() if limits is None else KeyBudget(self.queue(limits), credential.key.reveal())

    def queue(self, limits: Limits) -> BudgetQueue:
        """The queue of an exchange."""
        queue = self._queues.get(limits.exchange)
        if queue is None:
            grants = None
            if self._shared is not None:
                grants = SharedGrants(self._shared, self._clock)
                self._grants.append(grants)
            queue = self._queues[limits.exchange] = BudgetQueue(limits, self._address, self._clock, grants)
        return queue

    async def close(self) -> None:
        """End what is being asked of whoever counts."""
        grants, self._grants = self._grants, []
        for each in grants:
            await each.close()
        self._queues.clear()
