"""Sentences in JSON columns: the order and the types of the arguments survive, so that a window can translate them."""

import json
from decimal import Decimal
from typing import Any

from engine.domain.sentences import Argument, Sentence


def arguments_json(sentence: Sentence) -> str:
    """The arguments as a list of [name, value]; a decimal is {"decimal": "1.50"}."""
    return json.dumps([[name, _plain(value)] for name, value in sentence.arguments], ensure_ascii=False)


def sentence_of(template: str, arguments: str) -> Sentence:
    """A sentence from its two columns."""
    return Sentence(template, tuple((name, _argument(value)) for name, value in json.loads(arguments)))


def refusals_json(refusals: tuple[tuple[str, Sentence], ...]) -> str:
    """Refusals as a list of {field, template, arguments}."""
    return json.dumps(
        [
            {"field": field, "template": said.template, "arguments": [[n, _plain(v)] for n, v in said.arguments]}
            for field, said in refusals
        ],
        ensure_ascii=False,
    )


def refusals_of(text: str) -> tuple[tuple[str, Sentence], ...]:
    """Refusals from their column."""
    return tuple(
        (row["field"], Sentence(row["template"], tuple((name, _argument(value)) for name, value in row["arguments"])))
        for row in json.loads(text)
    )


def _plain(value: Argument) -> str | int | dict[str, str]:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _argument(value: Any) -> Argument:
    if isinstance(value, dict):
        return Decimal(value["decimal"])
    return value if isinstance(value, int) else str(value)
