"""Settings: one table with key, type, default and help; read from command line, environment and settings file.

The first source that names a key wins: command line, then environment, then `settings.toml` in the data folder, then
the default. An empty environment variable counts as not set.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import UsageError

SETTINGS_FILE = "settings.toml"
HOME_VARIABLE = "GRIDWRIGHT_HOME"
VARIABLE_PREFIX = "GRIDWRIGHT_"
APPLICATION = "gridwright"

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `read` turns a text or a TOML value into the stored value and raises ValueError saying what fits.

    `flag` is its command-line option, "" when it has none.
    """

    key: str
    default: Scalar | None
    read: Callable[[object], Scalar | None]
    flag: str
    help: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return VARIABLE_PREFIX + self.key.upper()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run. `database_url` None is the embedded server, `redis_url` None the cache in process.

    `language` and `theme` None are what the window remembers.
    """

    data_folder: Path
    database_url: str | None
    redis_url: str | None
    language: str | None
    theme: str | None
    log_level: str
    heartbeat_s: float
    answer_timeout_s: float


def _choice(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise ValueError(f"must be one of {', '.join(allowed)}")

    return read


def _url(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    raise ValueError("must be a text in quotation marks")


def _seconds(lowest: float, highest: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        try:
            # bool is an int to Python, but `true` is no number of seconds.
            number = (
                float("nan") if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
            )
        except ValueError:
            number = float("nan")
        if lowest <= number <= highest:
            return number
        raise ValueError(f"must be a number of seconds from {lowest:g} to {highest:g}")

    return read


SETTINGS: tuple[Setting, ...] = (
    Setting("database_url", None, _url, "--database-url", "PostgreSQL to use instead of the embedded one"),
    Setting("redis_url", None, _url, "--redis-url", "Redis to use instead of the cache in process"),
    Setting("language", None, _choice("en", "ko"), "--language", "of the window: en or ko; unset: as it was last time"),
    Setting("theme", None, _choice("dark", "light"), "--theme", "of the window: dark or light; unset: as last time"),
    Setting(
        "log_level",
        "info",
        _choice("debug", "info", "warning", "error"),
        "--log-level",
        "how much goes into logs/gridwright.log: debug, info, warning, error",
    ),
    Setting("heartbeat_s", 10.0, _seconds(1, 3600), "", "seconds between two heartbeat lines on a terminal"),
    Setting("answer_timeout_s", 30.0, _seconds(1, 600), "", "seconds a sub-command waits for a running desk"),
)


def default_data_folder() -> Path:
    """Where this user's desk lives when nothing else is said."""
    return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))


def load_settings(options: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """All sources in one value. `options` are the command line's, by key. Raises UsageError.

    Reads the data folder's settings file when there is one and creates nothing.
    """
    folder = Path(options.get("data_folder") or environment.get(HOME_VARIABLE) or default_data_folder()).expanduser()
    folder = folder.absolute()
    file = folder / SETTINGS_FILE
    stored = _read_file(file)
    values: dict[str, Scalar | None] = {}
    for setting in SETTINGS:
        if setting.flag and options.get(setting.key) is not None:
            values[setting.key] = _read(setting, options[setting.key], setting.flag)
        elif environment.get(setting.variable):
            values[setting.key] = _read(setting, environment[setting.variable], setting.variable)
        elif setting.key in stored:
            values[setting.key] = _read(setting, stored[setting.key], f"{setting.key} in {file}")
        else:
            values[setting.key] = setting.default
    return _settings(folder, values)


def _settings(folder: Path, values: Mapping[str, Scalar | None]) -> Settings:
    def text(key: str) -> str | None:
        value = values[key]
        return None if value is None else str(value)

    return Settings(
        data_folder=folder,
        database_url=text("database_url"),
        redis_url=text("redis_url"),
        language=text("language"),
        theme=text("theme"),
        log_level=str(values["log_level"]),
        heartbeat_s=float(str(values["heartbeat_s"])),
        answer_timeout_s=float(str(values["answer_timeout_s"])),
    )


def _read(setting: Setting, value: object, where: str) -> Scalar | None:
    try:
        return setting.read(value)
    except ValueError as error:
        # A URL may carry a password, so its value is never repeated.
        shown = "" if setting.key.endswith("_url") else f", not {value!r}"
        raise UsageError(f"{where} {error}{shown}.") from None


def _read_file(file: Path) -> Mapping[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The settings file {file} cannot be read: {reason}.") from None
    try:
        stored = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The settings file {file} is not valid TOML: {str(error).rstrip('.')}.") from None
    known = {setting.key for setting in SETTINGS}
    if unknown := sorted(set(stored) - known):
        raise UsageError(
            f"The settings file {file} has an unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}."
        )
    return stored
