"""Sentences in JSON columns: the order and the types of the arguments survive, so that a window can translate them."""

import json
from decimal import Decimal
from typing import Any

from engine.domain.sentences import Argument, Sentence


def arguments_json(sentence: Sentence) -> str:
    """The arguments as a list of [name, value]; a decimal is {"decimal": "1.50"}, a sentence an object too."""
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


def _plain(value: Argument) -> Any:
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case Sentence():
            return {"template": value.template, "arguments": [[name, _plain(one)] for name, one in value.arguments]}
    return value


def _argument(value: Any) -> Argument:
    match value:
        case {"decimal": text}:
            return Decimal(text)
        case {"template": template, "arguments": arguments}:
            return Sentence(template, tuple((name, _argument(one)) for name, one in arguments))
        case int():
            return value
    return str(value)
