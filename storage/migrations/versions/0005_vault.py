"""The vault: sealed credentials and the keys that seal them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KDF_COLUMNS = "kdf_salt, kdf_iterations, kdf_memory_kib, kdf_lanes, kdf_check"


def upgrade() -> None:
    op.create_table(
        "vaults",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("key_version >= 1", name=op.f("check_vaults_key_version")),
        sa.CheckConstraint("failed_attempts >= 0", name=op.f("check_vaults_failed_attempts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_vaults_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_vaults")),
    )
    op.create_table(
        "vault_keys",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("wrapping_id", sa.Text(), nullable=False),
        sa.Column("wrapping", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("kdf_salt", sa.LargeBinary(), nullable=True),
        sa.Column("kdf_iterations", sa.Integer(), nullable=True),
        sa.Column("kdf_memory_kib", sa.Integer(), nullable=True),
        sa.Column("kdf_lanes", sa.Integer(), nullable=True),
        sa.Column("kdf_check", sa.LargeBinary(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("wrapping IN ('passphrase', 'keychain', 'file')", name=op.f("check_vault_keys_wrapping")),
        sa.CheckConstraint("octet_length(nonce) = 12", name=op.f("check_vault_keys_nonce")),
        sa.CheckConstraint(
            f"num_nonnulls({KDF_COLUMNS}) = CASE wrapping WHEN 'passphrase' THEN 5 ELSE 0 END",
            name=op.f("check_vault_keys_kdf"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["vaults.user_id"], name=op.f("fk_vault_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "wrapping_id", name=op.f("pk_vault_keys")),
    )
    op.create_index(
        "unique_vault_keys_passphrase",
        "vault_keys",
        ["user_id", "key_version"],
        unique=True,
        postgresql_where=sa.text("wrapping = 'passphrase'"),
    )
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("key_hint", sa.Text(), server_default="", nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('exchange', 'llm', 'telegram')", name=op.f("check_credentials_kind")),
        sa.CheckConstraint("octet_length(nonce) = 12", name=op.f("check_credentials_nonce")),
        sa.CheckConstraint("octet_length(key_hint) <= 16", name=op.f("check_credentials_key_hint")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["vaults.user_id"], name=op.f("fk_credentials_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "credential_id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("user_id", "kind", "label", name=op.f("unique_credentials_user_id_kind_label")),
    )
    op.add_column("accounts", sa.Column("credential_id", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_accounts_user_id_credential_id"),
        "accounts",
        "credentials",
        ["user_id", "credential_id"],
        ["user_id", "credential_id"],
        ondelete="SET NULL (credential_id)",
    )
    op.create_index("idx_accounts_user_id_credential_id", "accounts", ["user_id", "credential_id"])


def downgrade() -> None:
    op.drop_index("idx_accounts_user_id_credential_id", table_name="accounts")
    op.drop_constraint("fk_accounts_user_id_credential_id", "accounts", type_="foreignkey")
    op.drop_column("accounts", "credential_id")
    op.drop_table("credentials")
    op.drop_table("vault_keys")
    op.drop_table("vaults")
