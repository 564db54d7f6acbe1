"""Where the engine stands, as those who only look are told."""

from engine.domain import phrases
from engine.domain.sentences import Sentence, say
from engine.domain.views import EngineState
from engine.kernel.kernel import Kernel


class Standing:
    """`phase` is how far the engine has come by itself; what it is shown as depends on database and halt too."""

    def __init__(self) -> None:
        self.phase = EngineState.STARTING
        self.is_lease_lost = False

    def state(self, kernel: Kernel, *, is_database_up: bool) -> EngineState:
        if self.phase in (EngineState.STOPPING, EngineState.STOPPED):
            return self.phase
        if not is_database_up:
            return EngineState.DEGRADED
        return EngineState.HALTED if self.phase is EngineState.RUNNING and kernel.is_halted else self.phase

    def trouble(self, kernel: Kernel, pending_records: int, *, is_database_up: bool) -> Sentence | None:
        """The worst of what is wrong."""
        if self.is_lease_lost:
            return say(phrases.LEASE_LOST)
        if not is_database_up:
            return say(phrases.DATABASE_DOWN, count=pending_records)
        return kernel.account_trouble
