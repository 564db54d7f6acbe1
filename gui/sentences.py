"""The engine's sentences in the reader's language: the template is translated, the arguments are filled in after.

Where a sentence names a command, the person at this window is told what to press here instead.
"""

from PySide6.QtCore import QCoreApplication

from engine.domain import live_phrases
from engine.domain.sentences import Argument, Sentence, plain

CONTEXT = "engine"


def translate(sentence: Sentence) -> str:
    """A sentence of the engine for the person at this window; English where no translation is known."""
    return sentence.fill(_template_of(sentence), _spell)


def _template_of(sentence: Sentence) -> str:
    match sentence.template:
        case live_phrases.NOT_REHEARSED:
            return QCoreApplication.translate(
                "sentences",
                "{symbol} was not rehearsed: no grid of yours ran an hour on paper at {exchange} and closed a cycle on "
                "it. “Open a paper account…” begins; tick “Go live without a rehearsal” to go without.",
            )
        case live_phrases.LIVE_OFF:
            return QCoreApplication.translate(
                "sentences", "{account} is switched off, so no order is sent; “Go live…” switches it on."
            )
        case live_phrases.NEEDS_CONFIRMATION:
            return QCoreApplication.translate(
                "sentences",
                "{bot} would send its first orders with real money; it waits until somebody has seen them "
                "(“Confirm first orders…”).",
            )
        case live_phrases.FACTS_CHANGED:
            return QCoreApplication.translate("sentences", "{change} “Accept the key as it is” trades on with it.")
    return QCoreApplication.translate(CONTEXT, sentence.template)


def _spell(value: Argument) -> str:
    return translate(value) if isinstance(value, Sentence) else plain(value)
