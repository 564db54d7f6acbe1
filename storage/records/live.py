"""The switch of a live account, what its key was found to be, and orders there that are not ours."""

import json
from collections.abc import Mapping
from typing import Any

from engine.domain.codec import from_json, to_json
from engine.domain.key_facts import permissions
from engine.domain.live import ForeignOrder, KeyFacts, LiveAccount
from storage.records.part import Part, RowValues, upsert

LIVE = upsert(
    "live",
    "live_accounts",
    (
        ("account_id", "text"),
        ("is_on", "boolean"),
        ("switched_at", "timestamptz"),
        ("is_withdrawal_allowed", "boolean"),
        ("pinned_facts", "jsonb"),
        ("facts", "jsonb"),
        ("checked_at", "timestamptz"),
        ("confirmed_bots", "jsonb"),
        ("foreign_orders", "jsonb"),
        ("foreign_at", "timestamptz"),
    ),
    ("account_id",),
    extra={"updated_at": "now()"},
)


#: What was found of a key, noted with its credential.
CHECKS = Part(
    "checks",
    (("credential_id", "text"), ("permissions", "jsonb"), ("checked_at", "timestamptz")),
    "UPDATE credentials c SET permissions = r.permissions, checked_at = r.checked_at FROM checks_rows r "
    "WHERE c.user_id = $1 AND c.credential_id = r.credential_id AND {guard}",
)


def check_row(credential_id: str, facts: KeyFacts, live: LiveAccount) -> RowValues:
    """What was found of a key as a row of CHECKS."""
    return (credential_id, json.dumps(permissions(facts)), live.checked_at)


def live_row(live: LiveAccount) -> RowValues:
    """A live account as a row of LIVE."""
    return (
        live.account_id, live.is_on, live.switched_at, live.is_withdrawal_allowed, _facts_json(live.pinned),
        _facts_json(live.facts), live.checked_at, json.dumps(live.confirmed_bots), json.dumps(to_json(live.foreign)),
        live.foreign_at,
    )  # fmt: skip


def live_of(row: Mapping[str, Any]) -> LiveAccount:
    """A live account from its row."""
    return LiveAccount(
        account_id=row["account_id"],
        is_on=row["is_on"],
        switched_at=row["switched_at"],
        is_withdrawal_allowed=row["is_withdrawal_allowed"],
        pinned=_facts_of(row["pinned_facts"]),
        facts=_facts_of(row["facts"]),
        checked_at=row["checked_at"],
        confirmed_bots=tuple(json.loads(row["confirmed_bots"])),
        foreign=tuple(from_json(ForeignOrder, order) for order in json.loads(row["foreign_orders"])),
        foreign_at=row["foreign_at"],
    )


def _facts_json(facts: KeyFacts | None) -> str | None:
    return None if facts is None else json.dumps(to_json(facts))


def _facts_of(text: str | None) -> KeyFacts | None:
    return None if text is None else from_json(KeyFacts, json.loads(text))
