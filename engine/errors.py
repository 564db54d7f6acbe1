"""Every error a person may meet. `str()` of each is one sentence; `exit_code` is what the command line ends with."""

from engine.domain.sentences import Sentence, say


class GridwrightError(RuntimeError):
    """A failure with one clear sentence: a text, or a Sentence that a window can translate."""

    exit_code = 1

    @property
    def sentence(self) -> Sentence:
        """What happened, translatable where it was raised with a Sentence."""
        first = self.args[0] if self.args else ""
        return first if isinstance(first, Sentence) else say("{text}", text=str(self))


class UsageError(GridwrightError):
    """What was asked for cannot be: a wrong option, an unknown bot, a refused configuration. Nothing was changed."""

    exit_code = 2


class RecordingError(UsageError):
    """A recorded market cannot be used: missing, broken, wrong columns, unordered."""


class StorageError(GridwrightError):
    """The database cannot be used as configured: address, password, newer schema, folder."""

    exit_code = 3


class StorageUnavailable(StorageError):
    """The database does not answer now. What was asked may or may not be durable; asking again is safe."""


class LeaseLost(StorageError):
    """Another desk owns the bot now. Nothing of the batch was written; this desk must stop trading it."""


class VenueUnavailable(GridwrightError):
    """A venue cannot be reached or refuses the account."""

    exit_code = 4


class AlreadyRunning(GridwrightError):
    """Another program of this user has the desk's data folder."""

    exit_code = 5
