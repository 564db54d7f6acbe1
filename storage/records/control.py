"""Answers to commands, lines of the log, points of equity curves."""

import hashlib
from collections.abc import Mapping
from typing import Any

from engine.domain.messages import CommandAnswered, DecisionLogged, EquitySampled, Level
from storage.records.part import Part, RowValues, insert_once, upsert
from storage.records.sentences import arguments_json, refusals_json, refusals_of, sentence_of

#: Answered once: whoever comes second changes nothing and wakes nobody.
ANSWERS = Part(
    "answers",
    (("command_id", "text"), ("answered_at", "timestamptz"), ("refusals", "jsonb")),
    "UPDATE commands c SET answered_at = r.answered_at, refusals = r.refusals FROM answers_rows r "
    "WHERE c.command_id = r.command_id AND c.answered_at IS NULL AND {guard} RETURNING c.command_id",
)

DECISIONS = insert_once(
    "decisions",
    "decisions",
    (
        ("desk_id", "text"),
        ("bot_uid", "text"),
        ("level", "text"),
        ("template", "text"),
        ("arguments", "jsonb"),
        ("digest", "text"),
        ("at", "timestamptz"),
    ),
    ("at", "desk_id", "bot_uid", "digest"),
)

EQUITY = upsert(
    "equity",
    "equity_snapshots",
    (
        ("account_id", "text"),
        ("bot_uid", "text"),
        ("at", "timestamptz"),
        ("equity", "numeric"),
        ("matched_profit", "numeric"),
        ("floating_pnl", "numeric"),
        ("price", "numeric"),
    ),
    ("account_id", "bot_uid", "at"),
)


def answer_row(answer: CommandAnswered) -> RowValues:
    """An answer as a row of ANSWERS."""
    return (answer.command_id, answer.at, refusals_json(answer.refusals))


def answer_of(row: Mapping[str, Any]) -> CommandAnswered:
    """An answer from an answered row of commands."""
    return CommandAnswered(row["command_id"], refusals_of(row["refusals"]), row["answered_at"])


def decision_row(line: DecisionLogged, desk_id: str) -> RowValues:
    """A line of the log as a row of DECISIONS."""
    arguments = arguments_json(line.sentence)
    text = f"{line.level.value}\n{line.sentence.template}\n{arguments}"
    digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    return (desk_id, line.bot_id or None, line.level, line.sentence.template, arguments, digest, line.at)


def decision_of(row: Mapping[str, Any]) -> DecisionLogged:
    """A line of the log from its row."""
    sentence = sentence_of(row["template"], row["arguments"])
    return DecisionLogged(row["bot_uid"] or "", Level(row["level"]), sentence, row["at"])


def equity_row(point: EquitySampled) -> RowValues:
    """A point of an equity curve as a row of EQUITY."""
    return (
        point.account_id, point.bot_id or None, point.at, point.equity, point.matched_profit, point.floating_pnl,
        point.price,
    )  # fmt: skip


def equity_of(row: Mapping[str, Any]) -> EquitySampled:
    """A point of an equity curve from its row."""
    return EquitySampled(
        row["account_id"], row["bot_uid"] or "", row["at"], row["equity"], row["matched_profit"], row["floating_pnl"],
        row["price"],
    )  # fmt: skip
