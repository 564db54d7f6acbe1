"""The engine's sentences in the reader's language: the template is translated, the arguments are filled in after."""

from PySide6.QtCore import QCoreApplication

from engine.domain.sentences import Argument, Sentence, plain

CONTEXT = "engine"


def translate(sentence: Sentence) -> str:
    """A sentence of the engine for the person at this window; English where no translation is known."""
    return sentence.fill(QCoreApplication.translate(CONTEXT, sentence.template), _spell)


def _spell(value: Argument) -> str:
    return translate(value) if isinstance(value, Sentence) else plain(value)
