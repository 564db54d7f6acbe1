"""Settings: one table with key, type, default and help; read from command line, environment and settings file.

The first source that names a key wins: command line, then environment, then `settings.toml` in the data folder, then
the default. An empty environment variable counts as not set.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.domain.secret import Secret, UnlockSources
from engine.errors import UsageError
from engine.spreads.settings import RateSettings, SpreadSettings, fixed_rates

SETTINGS_FILE = "settings.toml"
HOME_VARIABLE = "GRIDWRIGHT_HOME"
VARIABLE_PREFIX = "GRIDWRIGHT_"
APPLICATION = "gridwright"
#: Secrets of a start. Never in the settings file, and main.py takes them out of the environment at once.
VAULT_KEY_VARIABLE = "GRIDWRIGHT_VAULT_KEY"
VAULT_PASSPHRASE_VARIABLE = "GRIDWRIGHT_VAULT_PASSPHRASE"  # noqa: S105 - where it is, not what it is

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

    `language` and `theme` None are what the window remembers. `retention_days` by table; 0 keeps for ever.
    """

    data_folder: Path
    database_url: str | None
    redis_url: str | None
    language: str | None
    theme: str | None
    log_level: str
    heartbeat_s: float
    answer_timeout_s: float
    vault_lock_after_s: float
    unlock: UnlockSources
    database_sslmode: str | None
    database_ca: str | None
    user: str | None
    password_file: str | None
    desk_name: str | None
    lease_s: float
    takes: str | None
    csv_folder: Path | None
    spreads: SpreadSettings
    retention_days: Mapping[str, int]


def _choice(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise ValueError(f"must be one of {', '.join(allowed)}")

    return read


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    raise ValueError("must be a text in quotation marks")


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


def _fixed_rates(value: object) -> str | None:
    text = _text(value)
    fixed_rates(text or "")
    return text


def _number(lowest: float, highest: float) -> Callable[[object], float]:
    seconds = _seconds(lowest, highest)

    def read(value: object) -> float:
        try:
            return seconds(value)
        except ValueError:
            raise ValueError(f"must be a number from {lowest:g} to {highest:g}") from None

    return read


def _days(value: object) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if text.isdecimal() and int(text) <= MOST_DAYS:
        return int(text)
    raise ValueError(f"must be a whole number of days up to {MOST_DAYS}, or 0 to keep for ever")


#: Days that rows of a table over time are kept: what the customer's documents ask for.
RETENTION_DAYS: Mapping[str, int] = {
    "tickers": 30,
    "orderbooks": 30,
    "transactions": 30,
    "candles": 30,
    "technical_indicators": 30,
    "spreads": 90,
    "spreads_1m": 400,
    "fx_rates": 180,
    "funding_rates": 365,
    "orders": 365,
}
MOST_DAYS = 36_500

SETTINGS: tuple[Setting, ...] = (
    Setting("database_url", None, _url, "--database-url", "PostgreSQL to use instead of the embedded one"),
    Setting(
        "database_sslmode",
        None,
        _choice("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        "--database-sslmode",
        "least encryption to PostgreSQL; verify-full also checks its certificate",
    ),
    Setting("database_ca", None, _text, "--database-ca", "file of authorities that sign PostgreSQL's certificate"),
    Setting("user", None, _text, "--user", "who signs in on a shared database; unset: whose database URL it is"),
    Setting("password_file", None, _text, "--sign-in-file", "file with the password to sign in; unset: ask"),
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
    Setting("desk_name", None, _text, "--desk-name", "of this desk, for people; unset: the machine's name"),
    Setting(
        "lease_s", 10.0, _seconds(1, 300), "--lease", "seconds after which another desk may take over from a dead one"
    ),
    Setting(
        "takes",
        None,
        _choice("own", "all"),
        "--takes",
        "accounts that a free lease is taken of: own (the window's default) or all (that of --no-gui)",
    ),
    Setting("csv_folder", None, _text, "", "folder of CSV files written besides the database; unset: none"),
    Setting("spread_pulses", 10.0, _number(0.5, 30), "", "how often a second premiums are worked out anew at most"),
    Setting("spread_book_age_s", 10.0, _seconds(1, 300), "", "seconds after which a book or its rate is too old"),
    Setting("fx_static", None, _fixed_rates, "", "rates that you set yourself, such as USDTKRW=1380; unset: none"),
    Setting("fx_url", None, _url, "", "address that tells a rate as JSON, with {base} and {quote} in it; unset: none"),
    Setting("fx_pointer", "/rates/{quote}", _text, "", "where in that answer the rate stands, as a JSON pointer"),
    Setting("fx_poll_s", 60.0, _seconds(1, 86_400), "", "seconds between two questions to that address"),
    Setting("fx_database_age_s", 86_400.0, _seconds(1, 31_536_000), "", "seconds after which a stored rate is too old"),
    Setting("answer_timeout_s", 30.0, _seconds(1, 600), "", "seconds a sub-command waits for a running desk"),
    Setting("vault_key_file", None, _url, "--vault-key-file", "file that opens the vault where nobody can be asked"),
    Setting(
        "vault_lock_after_s",
        0.0,
        _seconds(0, 604_800),
        "",
        "seconds after which an unused vault locks, 0 never; not on a desk with a live account",
    ),
    *(
        Setting(f"retention_{table}_days", days, _days, "", f"days that {table} are kept, 0 for ever")
        for table, days in RETENTION_DAYS.items()
    ),
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
    texts = (environment.get(name) for name in (VAULT_KEY_VARIABLE, VAULT_PASSPHRASE_VARIABLE))
    return _settings(folder, values, *(Secret(text) if text else None for text in texts))


def _settings(
    folder: Path, values: Mapping[str, Scalar | None], vault_key: Secret | None, passphrase: Secret | None
) -> Settings:
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
        vault_lock_after_s=float(str(values["vault_lock_after_s"])),
        unlock=UnlockSources(text("vault_key_file"), vault_key, passphrase),
        database_sslmode=text("database_sslmode"),
        database_ca=text("database_ca"),
        user=text("user"),
        password_file=text("password_file"),
        desk_name=text("desk_name"),
        lease_s=float(str(values["lease_s"])),
        takes=text("takes"),
        csv_folder=None if text("csv_folder") is None else Path(str(values["csv_folder"])).expanduser().absolute(),
        spreads=SpreadSettings(
            pulses_a_second=float(str(values["spread_pulses"])),
            book_age_s=float(str(values["spread_book_age_s"])),
            rates=RateSettings(
                url=text("fx_url"),
                pointer=text("fx_pointer") or "",
                poll_s=float(str(values["fx_poll_s"])),
                fixed=fixed_rates(text("fx_static") or ""),
                book_age_s=float(str(values["spread_book_age_s"])),
                database_age_s=float(str(values["fx_database_age_s"])),
            ),
        ),
        retention_days={table: int(str(values[f"retention_{table}_days"])) for table in RETENTION_DAYS},
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
