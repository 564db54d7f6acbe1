"""Rights: database roles, row-level security, signing in."""

from storage.migrations.rights import people, rows, sessions, sign_in, tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FUNCTIONS = (*people.INSIDE, *people.ACTS, *sign_in.INSIDE, *sign_in.ACTS, *sessions.ACTS)


def upgrade() -> None:
    tables.upgrade()
    for function in FUNCTIONS:
        function.make()
    rows.upgrade()


def downgrade() -> None:
    rows.downgrade()
    for function in reversed(FUNCTIONS):
        function.drop()
    tables.downgrade()
