"""What TimescaleDB is told, as statements: hypertables in every edition, all else where its licence gives it."""

from datetime import timedelta

from storage.series.layout import ROLLED_OF, SERIES, Series

#: What `timescaledb.license` says where compression, policies and continuous aggregates work.
COMMUNITY = "timescale"
#: A part that old is rarely written any more; late rows still may be.
COMPRESS_AFTER_STEPS = 2
REFRESH_EVERY = "10 minutes"
#: The shortest time that minutes are kept under a continuous aggregate of weeks, which looks at two whole ones.
SHORTEST_MINUTES = timedelta(days=22)


def hypertable(series: Series) -> str:
    """Turns an empty plain table into a hypertable."""
    return (
        f"SELECT create_hypertable('public.{series.name}', 'timestamp', "
        f"chunk_time_interval => INTERVAL '{series.step.days} days', create_default_indexes => FALSE)"
    )


def compression(series: Series) -> list[str]:
    """Rows of one key side by side, in order of time."""
    return [
        (
            f"ALTER TABLE {series.name} SET (timescaledb.compress, "
            f"timescaledb.compress_segmentby = '{', '.join(series.key)}', timescaledb.compress_orderby = 'timestamp')"
        ),
        (
            f"SELECT add_compression_policy('{series.name}', "
            f"compress_after => INTERVAL '{COMPRESS_AFTER_STEPS * series.step.days} days', if_not_exists => TRUE)"
        ),
    ]


def all_compression() -> list[str]:
    return [statement for series in SERIES for statement in compression(series)]


def source_of(view: str) -> str:
    """The series a view is rolled up from."""
    return next(series for series, views in ROLLED_OF.items() if view in views)
