"""members, invitations, sessions, log-in attempts, mandates; what a key may do; suspended organisations"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ADDED = {
    "organisation": (("suspended_at", sa.BigInteger()), ("suspended_for", sa.Text())),
    "api_key": (
        ("scopes", sa.Text()),
        ("addresses", sa.Text()),
        ("level", sa.Text()),
        ("replaces", KEY),
        ("last_used_at", sa.BigInteger()),
    ),
}
NEW = ("known_address", "recovery_code", "session", "member_link", "member", "mandate", "attempt")


def upgrade() -> None:
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "member",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("organisation_id", KEY, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("email", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("totp_sealed", sa.LargeBinary()),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
        sa.Column("last_login_at", sa.BigInteger()),
        sa.UniqueConstraint("organisation_id", "email"),
    )
    op.create_table(
        "member_link",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("member_id", KEY, sa.ForeignKey("member.id"), nullable=False, index=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("removes_totp", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("prefix", KEY, nullable=False, unique=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", KEY, sa.ForeignKey("member.id"), nullable=False, index=True),
        sa.Column("address", sa.Text()),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_table(
        "recovery_code",
        sa.Column("member_id", KEY, sa.ForeignKey("member.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(), primary_key=True),
    )
    op.create_table(
        "known_address",
        sa.Column("member_id", KEY, sa.ForeignKey("member.id"), primary_key=True),
        sa.Column("address", KEY, primary_key=True),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False, index=True),
    )
    op.create_table(
        "mandate",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("rightsholder_id", KEY, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("representative_id", KEY, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
    )


def downgrade() -> None:
    for table in NEW:
        op.drop_table(table)
    for table, columns in ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)
