"""Perpetual futures: what kind of instrument it is, its margin, orders that only reduce, funding."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KIND = "check_ledger_entries_kind"
KINDS = "'deposit', 'trade', 'fee', 'adopt', 'release'"


def upgrade() -> None:
    op.add_column("instruments", sa.Column("kind", sa.Text(), server_default="spot", nullable=False))
    op.add_column("instruments", sa.Column("contract_size", sa.Numeric(), server_default="1", nullable=False))
    op.add_column("instruments", sa.Column("is_hedged", sa.Boolean(), server_default="false", nullable=False))
    op.create_check_constraint(op.f("check_instruments_kind"), "instruments", "kind IN ('spot', 'perp')")
    op.create_check_constraint(op.f("check_instruments_contract_size"), "instruments", "contract_size > 0")
    op.add_column("instrument_rules", sa.Column("leverage", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "instrument_rules", sa.Column("margin_brackets", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    op.create_check_constraint(op.f("check_instrument_rules_leverage"), "instrument_rules", "leverage >= 1")
    op.add_column("orders", sa.Column("is_reduce_only", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("bot_instances", sa.Column("fees_other", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("bot_instances", sa.Column("funding", sa.Numeric(), server_default="0", nullable=False))
    op.drop_constraint(op.f(KIND), "ledger_entries", type_="check")
    op.create_check_constraint(op.f(KIND), "ledger_entries", f"kind IN ({KINDS}, 'funding', 'outside')")


def downgrade() -> None:
    # Fails while there is funding: it is money, and the older program has no word for it.
    op.drop_constraint(op.f(KIND), "ledger_entries", type_="check")
    op.create_check_constraint(op.f(KIND), "ledger_entries", f"kind IN ({KINDS})")
    op.drop_column("bot_instances", "funding")
    op.drop_column("bot_instances", "fees_other")
    op.drop_column("orders", "is_reduce_only")
    op.drop_column("instrument_rules", "margin_brackets")
    op.drop_column("instrument_rules", "leverage")
    op.drop_column("instruments", "is_hedged")
    op.drop_column("instruments", "contract_size")
    op.drop_column("instruments", "kind")
