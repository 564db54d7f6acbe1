"""Two-leg bots: both halves, their positions and legs; watched pairs; spreads by the minute, the hour and the day."""

from alembic import op

from storage.migrations.pairs import series, tables
from storage.migrations.series import hours
from storage.series import views

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def is_community() -> bool:
    """Whether the views are continuous aggregates."""
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT to_regclass('_timescaledb_catalog.continuous_agg')").scalar() is None:
        return False
    found = connection.exec_driver_sql("SELECT user_view_name FROM _timescaledb_catalog.continuous_agg")
    return views.continuous_name(hours.VIEW) in {name for (name,) in found}


def upgrade() -> None:
    tables.up()
    for statement in series.up(is_community=is_community()):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in series.down(is_community=is_community()):
        op.get_bind().exec_driver_sql(statement)
    tables.down()
