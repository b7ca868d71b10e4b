"""repeated requests, quotas and what was taken of them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "idempotency",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_idempotency_expires_at", "idempotency", ["expires_at"])
    op.create_table(
        "quota",
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("per_minute", BIG, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
    )
    op.create_table(
        "quota_use",
        sa.Column("key_id", KEY, nullable=False),
        sa.Column("minute", BIG, nullable=False),
        sa.Column("taken", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "minute"),
    )
    op.create_index("ix_quota_use_minute", "quota_use", ["minute"])


def downgrade() -> None:
    op.drop_table("quota_use")
    op.drop_table("quota")
    op.drop_table("idempotency")
