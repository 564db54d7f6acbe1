"""Time series: partitions or hypertables, roll-ups and the views over them."""

from alembic import op
from sqlalchemy import text

from storage.migrations.series import hours, moves, tables
from storage.series import parts, timescale, views
from storage.series.layout import PARTS, ROLLED_OF, SERIES

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OFFERED = """
    SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb')
        AND current_setting('timescaledb.max_background_workers', true) IS NOT NULL
"""
PRESENT = "SELECT current_setting('timescaledb.license', true) FROM pg_extension WHERE extname = 'timescaledb'"
NOW = "SELECT now()"
VIEWS = (*ROLLED_OF["candles"], hours.VIEW)


def run(statements: "list[str] | tuple[str, ...]") -> None:
    for statement in statements:
        # A colon in a cast or a time is no placeholder.
        op.get_bind().exec_driver_sql(statement)


def licence() -> str | None:
    """TimescaleDB's, None where the server does not have it or does not give it to us."""
    connection = op.get_bind()
    if connection.execute(text(OFFERED)).scalar():
        point = connection.begin_nested()
        try:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS timescaledb")
            point.commit()
        except Exception:  # noqa: BLE001 - whatever keeps it from us, partitions do the same
            point.rollback()
    found: str | None = connection.execute(text(PRESENT)).scalar()
    return found


def upgrade() -> None:
    has_timescale = licence()
    run([parts.SCHEMA])
    run(moves.ASIDE)
    by_time = tables.BY_TIME if has_timescale is None else ""
    run([statement.format(by_time=by_time) for statement in tables.SERIES])
    run(tables.PLAIN)
    if has_timescale is None:
        run(parts.all_first_parts(op.get_bind().execute(text(NOW)).scalar_one()))
    else:
        run([timescale.hypertable(series) for series in SERIES])
    run(moves.UP)
    run(views.NOTES)
    run([views.first_progress(VIEWS), views.FIRST_CANDLES, views.FIRST_SPREADS])
    if has_timescale == timescale.COMMUNITY:
        run(timescale.all_compression())
        run([*views.continuous_candle_views(), *hours.BY_TIMESCALE])
    else:
        run(views.note_triggers())
        run([*views.own_candle_views(), *hours.OWN])
    run([views.BOT_DAYS])


def downgrade() -> None:
    connection = op.get_bind()
    continuous: set[str] = set()
    if connection.execute(text("SELECT to_regclass('_timescaledb_catalog.continuous_agg')")).scalar() is not None:
        found = connection.exec_driver_sql("SELECT user_view_name FROM _timescaledb_catalog.continuous_agg")
        continuous = {view for (name,) in found for view in VIEWS if name == views.continuous_name(view)}
    run(["DROP VIEW daily_bot_pnl", *views.drop_views(continuous, VIEWS)])
    run([parts.SCHEMA])
    run(moves.OLD_TABLES)
    run(moves.DOWN)
    run([f"DROP TABLE {name}" for name in tables.NAMES])
    run(["DROP FUNCTION note_write()", "DROP FUNCTION note_span(text, timestamptz, timestamptz)"])
    run(moves.BACK)
    run([f"DROP SCHEMA {PARTS} CASCADE"])
