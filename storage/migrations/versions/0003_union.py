"""The union of the customer documents: everything that is not a series, a secret or a right."""

from alembic import op

from storage.migrations.union import (
    arbitrage,
    chain,
    community,
    credit_books,
    jobs,
    ownership,
    people,
    sessions,
    settings,
    strategies,
    summaries,
    triggers,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: In the order in which they refer to one another.
NEW_TABLES = (sessions, settings, strategies, jobs, arbitrage, credit_books, community, chain)


def upgrade() -> None:
    ownership.upgrade()
    for part in NEW_TABLES:
        for statement in part.STATEMENTS:
            op.execute(statement)
    people.upgrade()
    for statement in (*triggers.STATEMENTS, *summaries.STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    for name in summaries.VIEWS:
        op.execute(f"DROP VIEW {name}")
    for name, table in triggers.TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    people.downgrade()
    for part in reversed(NEW_TABLES):
        for table in reversed(part.TABLES):
            op.execute(f"DROP TABLE {table}")
    for name in triggers.FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
    ownership.downgrade()
