"""Loads the reader's language into Qt. English is the source and needs no file."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gui.theme import RESOURCES
from gui.window_settings import Language


class Translations:
    """Keeps the translators of the present language installed; Qt itself does not own them."""

    def __init__(self, app: QCoreApplication) -> None:
        self._app = app
        self._installed: list[QTranslator] = []

    def use(self, language: Language) -> None:
        """Switch. Raises RuntimeError when the language's file is missing."""
        self.remove()
        # Dates and file dialogs follow too; numbers are formatted by us and stay as they are.
        QLocale.setDefault(QLocale(language.value))
        if language is Language.ENGLISH:
            return
        self._install(f"gridwright_{language.value}", str(RESOURCES / "translations"), is_needed=True)
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        self._install(f"qtbase_{language.value}", qt_folder, is_needed=False)

    def remove(self) -> None:
        """Back to English."""
        for translator in self._installed:
            self._app.removeTranslator(translator)
        self._installed = []

    def _install(self, name: str, folder: str, *, is_needed: bool) -> None:
        translator = QTranslator(self._app)
        if translator.load(name, folder):
            self._app.installTranslator(translator)
            self._installed.append(translator)
        elif is_needed:
            raise RuntimeError(f"The translation {name}.qm is missing in {folder}; install the program again.")
