"""Minutes of spreads are found by their time, so that old ones can go."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME, ONLY_MINUTES = "idx_spread_rollups_minutes", "bucket_s = 60"


def upgrade() -> None:
    op.create_index(NAME, "spread_rollups", ["timestamp"], unique=False, postgresql_where=sa.text(ONLY_MINUTES))


def downgrade() -> None:
    op.drop_index(NAME, table_name="spread_rollups", postgresql_where=sa.text(ONLY_MINUTES))
