"""Which right each kind of person has on which table, as statements made from the catalog. Least first.

A viewer reads own rows. A trader also writes own rows: never the identity of a row (two people's rows share its
sequence, and a number taken in advance would stop the other one), never what is booked (appended only), never what
people hold through others (credits, settlements). An administrator is a trader who may call the functions for people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

VIEWER, TRADER, ADMIN = "viewer", "trader", "admin"
KINDS = (VIEWER, TRADER, ADMIN)

#: Nobody's business but the functions'.
HIDDEN = frozenset({"sign_in_attempts", "rate_limits", "denied_tokens", "spent_budget"})
#: Sealed secrets: of no use to somebody who cannot trade.
NOT_FOR_VIEWERS = frozenset({"vaults", "vault_keys", "credentials"})
#: Money that is booked stays booked.
APPEND_ONLY = frozenset({"ledger_entries", "trades"})
#: An order ends; it does not vanish.
NOT_DELETED = frozenset({"orders"})
#: Written by the functions of the owner, or by the owner alone: what people hold through others, what they prove to
#: others, and what reaches into other people's rows.
READ_ONLY = frozenset({
    "user_rights", "user_sessions", "login_history", "alembic_version", "credits", "credit_transactions",
    "credit_entries", "settlements", "author_royalties", "wallets", "staking_records", "strategy_registrations",
    "template_clones", "follows",
})  # fmt: skip
#: What a person may change of the own row in `users`, where the column exists.
PROFILE = frozenset({
    "telegram_chat_id", "email_notifications", "telegram_notifications", "max_risk_per_trade",
    "max_total_risk", "max_positions", "updated_at",
})  # fmt: skip
#: What a person must not even read of it.
UNREAD = frozenset({"hashed_password"})
#: Facts of the market, which nobody owns: every trader adds to them; only a growing bar is overwritten.
GROWING_SERIES = frozenset({"candles", "technical_indicators"})
SERIES = GROWING_SERIES | {"tickers", "orderbooks", "transactions", "spreads", "fx_rates", "funding_rates"}

#: Functions with the owner's rights that every person needs, and those that only administrators call.
FOR_ALL = frozenset({
    "current_user_id", "who_am_i", "begin_sign_in", "prove_sign_in", "finish_sign_in", "replace_password",
    "renew_session", "check_session", "look_at_session", "sign_out", "sign_out_everywhere",
})  # fmt: skip
#: The writer of the series says where its rows lie; who trades counts what it asks of an exchange.
FOR_TRADERS = frozenset({"note_span", "take_budget", "ban_budget"})
FOR_ADMINISTRATORS = frozenset({
    "add_person", "set_person_role", "set_person_active", "set_person_password", "unlock_person", "sign_out_person",
    "remove_person", "list_people", "list_sessions_of",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view as the catalog knows it. `columns` are those that a person may write at all."""

    name: str
    is_view: bool
    is_owned: bool
    columns: tuple[str, ...]
    writable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours; `is_definer` runs with the rights of the owner of the tables."""

    name: str
    signature: str
    is_definer: bool


@dataclass(frozen=True, slots=True)
class Groups:
    """The group roles of one database, by kind."""

    viewer: str
    trader: str
    admin: str

    @property
    def all(self) -> str:
        """The three as a list of identifiers."""
        return ", ".join(quoted(name) for name in (self.viewer, self.trader, self.admin))


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def table_grants(relations: Sequence[Relation], groups: Groups) -> list[str]:
    """All rights on tables and views; whatever was granted before is taken away first. Run them in one transaction."""
    statements = [f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {groups.all}"]
    for relation in relations:
        statements += _grants(relation, groups)
    return statements


def _grants(relation: Relation, groups: Groups) -> list[str]:
    table = f"public.{quoted(relation.name)}"
    viewer, trader = quoted(groups.viewer), quoted(groups.trader)
    if relation.name in HIDDEN:
        return []
    readers = trader if relation.name in NOT_FOR_VIEWERS else f"{viewer}, {trader}"
    if relation.name == "users":
        read = _list(name for name in relation.columns if name not in UNREAD)
        profile = _list(name for name in relation.writable if name in PROFILE)
        return [
            f"GRANT SELECT ({read}) ON {table} TO {readers}",
            *([f"GRANT UPDATE ({profile}) ON {table} TO {trader}"] if profile else []),
        ]
    statements = [f"GRANT SELECT ON {table} TO {readers}"]
    if relation.is_view or relation.name in READ_ONLY or not (relation.is_owned or relation.name in SERIES):
        return statements
    written = _list(relation.writable)
    statements.append(f"GRANT INSERT ({written}) ON {table} TO {trader}")
    if relation.name in APPEND_ONLY or relation.name in SERIES - GROWING_SERIES:
        return statements
    statements.append(f"GRANT UPDATE ({written}) ON {table} TO {trader}")
    if relation.is_owned and relation.name not in NOT_DELETED:
        statements.append(f"GRANT DELETE ON {table} TO {trader}")
    return statements


def function_grants(functions: Sequence[Function], groups: Groups) -> list[str]:
    """Rights to call functions: those without rights of their own are everybody's, the others go by name."""
    everyone = f"{quoted(groups.viewer)}, {quoted(groups.trader)}"
    statements: list[str] = []
    for function in functions:
        statements.append(f"REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC, {groups.all}")
        if function.name in FOR_ALL or not function.is_definer:
            statements.append(f"GRANT EXECUTE ON FUNCTION {function.signature} TO {everyone}")
        elif function.name in FOR_TRADERS:
            statements.append(f"GRANT EXECUTE ON FUNCTION {function.signature} TO {quoted(groups.trader)}")
        elif function.name in FOR_ADMINISTRATORS:
            statements.append(f"GRANT EXECUTE ON FUNCTION {function.signature} TO {quoted(groups.admin)}")
    return statements


def _list(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)
