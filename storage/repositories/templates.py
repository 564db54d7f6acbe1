# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Templates: strategies that their authors offer, and the strategies that others made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.domain.money import ZERO
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import LONG_TEXT, flag, number, optional_words, row_id, words
from storage.repositories.credits import book, spend
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import DOCUMENT, PAGE_ROWS, columns_of, page, value_of

#: What of a strategy an author offers; how it did and whether it runs stay at home.
OFFERED = (
    "name", "strategy_type", "description", "parameters", "graph", "risk_per_trade", "max_positions", "stop_loss_pct",
    "take_profit_pct",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """A strategy on offer. `content` is a copy of it, `price` is in credits for each clone."""

    id: int
    user_id: int
    strategy_id: int | None
    name: str
    description: str | None
    content: Any = field(metadata=DOCUMENT)
    price: Decimal
    is_public: bool
    clone_count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateClone:
    """One use of a template by `user_id`, the strategy it became and what was paid for it in credits."""

    id: int
    user_id: int
    template_id: int
    strategy_id: int | None
    price: Decimal
    credit_transaction_id: int | None
    created_at: datetime


TEMPLATES = Table(
    "templates",
    "template",
    Template,
    {
        "name": partial(words, "name"),
        "description": partial(optional_words, "description", most=LONG_TEXT),
        "price": partial(number, "price", least=ZERO),
        "is_public": partial(flag, "publicity"),
    },
    sentences={"fk_template_clones_template_id": "A template that was cloned cannot be deleted; take it back instead."},
    needed=("name",),
)
TEMPLATE, CLONE = columns_of(Template), columns_of(TemplateClone)
CONTENT = f"""jsonb_build_object({", ".join(f"'{name}', {name}" for name in OFFERED)})"""
PUBLISH = f"""
    INSERT INTO templates (user_id, strategy_id, name, description, content, price, is_public)
    SELECT user_id, id, $3, $4, {CONTENT}, $5, $6 FROM strategies WHERE user_id = $1 AND id = $2 RETURNING {TEMPLATE}
"""
PUBLIC = f"SELECT {TEMPLATE} FROM templates WHERE is_public ORDER BY clone_count DESC, id DESC LIMIT $1 OFFSET $2"
#: An author may use his own before he shows it. Held as counting the clone will hold it, so that two who clone at
#: once follow each other.
OFFER = f"SELECT {TEMPLATE} FROM templates WHERE id = $2 AND (is_public OR user_id = $1) FOR NO KEY UPDATE"
PAID = f"SELECT {CLONE} FROM template_clones WHERE user_id = $1 AND credit_transaction_id = $2"
COPY = f"""
    INSERT INTO strategies (user_id, {", ".join(OFFERED)})
    SELECT $1, offered.* FROM templates t, jsonb_to_record(t.content) AS offered(
        name text, strategy_type text, description text, parameters jsonb, graph jsonb, risk_per_trade numeric,
        max_positions integer, stop_loss_pct numeric, take_profit_pct numeric
    ) WHERE t.id = $2 RETURNING id
"""
RECORD = f"""
    INSERT INTO template_clones (user_id, template_id, strategy_id, price, credit_transaction_id)
    VALUES ($1, $2, $3, $4, $5) RETURNING {CLONE}
"""
CLONES = f"SELECT {CLONE} FROM template_clones WHERE user_id = $1 ORDER BY id DESC LIMIT $2"


class TemplateRepository:
    """Templates of authors, and their clones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._templates = OwnedRows(database, TEMPLATES)

    async def publish(
        self,
        user_id: int,
        strategy_id: int,
        name: str,
        *,
        description: str | None = None,
        price: Decimal = ZERO,
        is_public: bool = True,
    ) -> Template:
        """Offer a copy of a strategy as it is now. Raises UsageError for an unknown strategy."""
        values = (
            row_id("user", user_id),
            row_id("strategy", strategy_id),
            words("name", name),
            optional_words("description", description, LONG_TEXT),
            number("price", price, ZERO),
            flag("publicity", is_public),
        )
        async with self._database.question() as connection:
            row = await connection.fetchrow(PUBLISH, *values)
        if row is None:
            raise UsageError(f"There is no strategy {strategy_id}.")
        return value_of(Template, row)

    async def get(self, user_id: int, template_id: int) -> Template | None:
        """A template of the author, None when there is none with this number."""
        return await self._templates.get(user_id, template_id)

    async def get_all(self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None) -> list[Template]:
        """The author's templates, newest first."""
        return await self._templates.newest(user_id, limit, before)

    async def get_public(self, limit: int = PAGE_ROWS, offset: int = 0) -> list[Template]:
        """What everybody may clone, the most cloned first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(PUBLIC, page(limit), max(0, offset))
        return [value_of(Template, row) for row in rows]

    async def update(self, user_id: int, template_id: int, changes: Mapping[str, Any]) -> Template | None:
        """Change name, description, price or publicity; None when the author has no such template."""
        return await self._templates.change(user_id, template_id, changes)

    async def delete(self, user_id: int, template_id: int) -> bool:
        """Remove a template that nobody cloned; False when there is none. Raises UsageError when somebody did."""
        return await self._templates.remove(user_id, template_id)

    async def clone(
        self, user_id: int, template_id: int, reference: str, most_price: Decimal | None = None
    ) -> TemplateClone:
        """Make a strategy of a template and pay for it, all or nothing.

        The price of this moment is spent under `reference`; the same reference again answers the clone it paid for.
        Authors pay nothing for their own. Raises UsageError for an unknown template, one dearer than `most_price` (the
        price the user saw), or too few credits.
        """
        user, number_of = row_id("user", user_id), row_id("template", template_id)
        name = f"clone of {number_of}: {words('reference', reference)}"
        async with self._database.question() as connection, connection.transaction():
            row = await connection.fetchrow(OFFER, user, number_of)
            if row is None:
                raise UsageError(f"There is no template {template_id}.")
            template = value_of(Template, row)
            price = ZERO if template.user_id == user else template.price
            if most_price is not None and price > most_price:
                raise UsageError(f"The template {template_id} costs {price} credits now, not {most_price}.")
            paid = None
            if price > 0:
                paid = (await book(connection, spend(user, price, name, template.name))).id
                known = await connection.fetchrow(PAID, user, paid)
                if known is not None:
                    return value_of(TemplateClone, known)
            strategy = await connection.fetchval(COPY, user, number_of)
            return value_of(TemplateClone, await connection.fetchrow(RECORD, user, number_of, strategy, price, paid))

    async def clones(self, user_id: int, limit: int = PAGE_ROWS) -> list[TemplateClone]:
        """What a user cloned, newest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(CLONES, row_id("user", user_id), page(limit))
        return [value_of(TemplateClone, row) for row in rows]
