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
    (("command_id", "text"), ("answered_at", "timestamptz"), ("refusals", "jsonb"), ("answer", "jsonb")),
    "UPDATE commands c SET answered_at = r.answered_at, refusals = r.refusals, answer = r.answer FROM answers_rows r "
    "WHERE c.command_id = r.command_id AND c.user_id = $1 AND c.answered_at IS NULL AND {guard} RETURNING c.command_id",
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

#: What is to be looked at is told to the user, in the window and, where he says so, by Telegram. Once: a line that was
#: written before, or that he has not read yet, is nothing new. (`decisions` alone is the part above.) Scalar questions,
#: because an anti-join planned while tables are empty reads them whole later.
NOTICES = Part(
    "notices",
    (
        ("desk_id", "text"),
        ("bot_uid", "text"),
        ("level", "text"),
        ("digest", "text"),
        ("at", "timestamptz"),
        ("title", "text"),
        ("body", "text"),
    ),
    """
    INSERT INTO notifications (user_id, channel, level, title, body, bot_uid)
    SELECT $1, c.channel, r.level, r.title, r.body, r.bot_uid
    FROM (SELECT DISTINCT ON (bot_uid, title, body) * FROM notices_rows ORDER BY bot_uid, title, body, at) r
    JOIN users u ON u.id = $1 CROSS JOIN (VALUES ('desk'), ('telegram')) AS c(channel)
    WHERE {guard} AND (c.channel = 'desk' OR (u.telegram_notifications AND u.telegram_chat_id <> ''))
    AND (SELECT d.id FROM public.decisions d WHERE d.user_id = $1 AND d.at = r.at AND d.desk_id = r.desk_id
        AND d.bot_uid = r.bot_uid AND d.digest = r.digest LIMIT 1) IS NULL
    AND (SELECT n.id FROM notifications n WHERE n.user_id = $1 AND n.bot_uid = r.bot_uid AND n.title = r.title
        AND n.body = r.body AND n.read_at IS NULL AND n.channel = 'desk' LIMIT 1) IS NULL
    RETURNING id, channel
    """,
)
#: Characters of a title; what is longer is whole in the body.
TITLE_LETTERS = 200

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
    return (answer.command_id, answer.at, refusals_json(answer.refusals), answer.body or None)


def answer_of(row: Mapping[str, Any]) -> CommandAnswered:
    """An answer from an answered row of commands."""
    return CommandAnswered(row["command_id"], refusals_of(row["refusals"]), row["answered_at"], row["answer"] or "")


def decision_row(line: DecisionLogged, desk_id: str) -> RowValues:
    """A line of the log as a row of DECISIONS."""
    arguments = arguments_json(line.sentence)
    text = f"{line.level.value}\n{line.sentence.template}\n{arguments}"
    digest = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    return (desk_id, line.bot_id or None, line.level, line.sentence.template, arguments, digest, line.at)


def notice_row(line: DecisionLogged, decision: RowValues) -> RowValues:
    """What a user is told of a line of the log, as a row of NOTICES. `decision` is the line's own row."""
    desk_id, bot_uid, level, _, _, digest, at = decision
    text = str(line.sentence)
    title, body = (text, "") if len(text) <= TITLE_LETTERS else (f"{text[: TITLE_LETTERS - 1]}…", text)
    return (desk_id, bot_uid, level, digest, at, title, body)


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
