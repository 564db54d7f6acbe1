"""What the window remembers between starts, in one INI file of the data folder: language, look, layouts."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QLocale, QSettings

from gui.theme import Convention, Scheme, Theme, default_convention, make_theme


class Language(StrEnum):
    KOREAN = "ko"
    ENGLISH = "en"


def system_language() -> Language:
    """Korean where the system speaks Korean, English everywhere else."""
    return Language.KOREAN if QLocale.system().language() is QLocale.Language.Korean else Language.ENGLISH


class WindowSettings:
    """Reads fall back to defaults when the file is missing or damaged: a layout is never worth a failed start."""

    def __init__(self, file: Path) -> None:
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def language(self) -> Language:
        text = self._text("language")
        return Language(text) if text in tuple(Language) else system_language()

    @language.setter
    def language(self, language: Language) -> None:
        self._store.setValue("language", language.value)

    @property
    def scheme(self) -> Scheme:
        text = self._text("scheme")
        return Scheme(text) if text in tuple(Scheme) else Scheme.DARK

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._store.setValue("scheme", scheme.value)

    @property
    def convention(self) -> Convention:
        """Follows the language until the trader chose one."""
        text = self._text("convention")
        return Convention(text) if text in tuple(Convention) else default_convention(self.language)

    @convention.setter
    def convention(self, convention: Convention) -> None:
        self._store.setValue("convention", convention.value)

    def theme(self) -> Theme:
        return make_theme(self.scheme, self.convention)

    @property
    def workspace(self) -> str:
        return self._text("workspace")

    @workspace.setter
    def workspace(self, name: str) -> None:
        self._store.setValue("workspace", name)

    @property
    def is_welcomed(self) -> bool:
        """Whether the welcome strip was closed."""
        return self._text("welcomed") == "yes"

    @is_welcomed.setter
    def is_welcomed(self, welcomed: bool) -> None:
        self._store.setValue("welcomed", "yes" if welcomed else "no")

    @property
    def favourite_pairs(self) -> tuple[str, ...]:
        """Names of pairs that the trader marked on the spread board."""
        return tuple(self._text("favourite_pairs").split())

    @favourite_pairs.setter
    def favourite_pairs(self, names: tuple[str, ...]) -> None:
        self._store.setValue("favourite_pairs", " ".join(names))

    @property
    def spread_charts(self) -> str:
        """The spread charts as they were left, as `gui.arbitrage.chart_memory` writes it."""
        return self._text("spread_charts")

    @spread_charts.setter
    def spread_charts(self, text: str) -> None:
        self._store.setValue("spread_charts", text)

    def layout(self, name: str) -> QByteArray:
        """A saved arrangement ("geometry" or a workspace), empty when there is none."""
        value = self._store.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def save_layout(self, name: str, state: QByteArray) -> None:
        self._store.setValue(f"layout/{name}", state)

    def forget_layout(self, name: str) -> None:
        self._store.remove(f"layout/{name}")

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()

    def _text(self, key: str) -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else ""
