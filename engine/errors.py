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
    """Another desk has accounts or bots now. Nothing of the batch was written; this desk must stop trading them."""

    def __init__(self, sentence: str, account_ids: frozenset[str] = frozenset(), bot_ids: frozenset[str] = frozenset()):
        super().__init__(sentence)
        self.account_ids = account_ids
        self.bot_ids = bot_ids


class VaultLocked(UsageError):
    """A secret is needed and nobody has unlocked the vault, or there is none yet. Unlocking helps."""


class WrongPassphrase(UsageError):
    """The vault stays as it was: the passphrase or key is not its own, or it is too soon to try again."""


class VaultBroken(StorageError):
    """Sealed bytes, or the row around them, are not what was sealed; nothing of them is used."""


class VenueUnavailable(GridwrightError):
    """A venue cannot be reached or refuses the account."""

    exit_code = 4


class NotSent(VenueUnavailable):
    """Nothing left this program: the venue takes no requests for `wait_s` seconds."""

    def __init__(self, sentence: Sentence, wait_s: float):
        super().__init__(sentence)
        self.wait_s = wait_s


class AlreadyRunning(GridwrightError):
    """Another program of this user has the desk's data folder."""

    exit_code = 5


def first_error(group: BaseExceptionGroup[GridwrightError]) -> GridwrightError:
    """The first error in a group of them, however deep."""
    for error in group.exceptions:
        return first_error(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("a group of errors holds an error")
