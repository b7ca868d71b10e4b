"""claims, disputes, verifications, reserved names; how rightsholders proved who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("rightsholder_id", KEY, nullable=True),
        sa.Column("about", KEY, nullable=False),
        sa.Column("batch", KEY, nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_by_rightsholder", "case_file", ["kind", "rightsholder_id", "id"])
    op.create_index("case_by_about", "case_file", ["kind", "about"])
    op.create_index("ix_case_file_is_open", "case_file", ["is_open"])
    op.create_index("ix_case_file_batch", "case_file", ["batch"])
    op.create_table(
        "case_step",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "log_index"),
    )
    op.create_table(
        "hourly",
        sa.Column("what", KEY, nullable=False),
        sa.Column("hour", BIG, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "hour"),
    )
    # Null: the operator entered the organisation, and so knows it. All that were there before were.
    op.add_column("organisation", sa.Column("verified", sa.Text(), nullable=True))
    op.add_column("organisation", sa.Column("domain", sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ("domain", "verified"):
        op.drop_column("organisation", column)
    for table in ("hourly", "case_step", "case_file"):
        op.drop_table(table)
