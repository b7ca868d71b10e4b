"""scheduled policies, their history, and what a service assumes where nobody has ruled"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEVELS = {"organisation": "created_at", "work": "updated_at", "character": "updated_at"}


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("scheduled", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", "revision"),
    )
    op.add_column("organisation", sa.Column("unruled", sa.Text(), nullable=True))
    for table, moment in LEVELS.items():
        op.add_column(table, sa.Column("scheduled", sa.Text(), nullable=True))
        said = sa.table(table, *(sa.column(name) for name in ("id", "revision", moment, "policy")))
        kept = sa.table("policy_version", *(sa.column(name) for name in ("entry_id", "revision", "changed_at", "policy")))
        standing = sa.select(said.c.id, said.c.revision, said.c[moment], said.c.policy).where(said.c.policy.is_not(None))
        op.execute(kept.insert().from_select(["entry_id", "revision", "changed_at", "policy"], standing))


def downgrade() -> None:
    for table in LEVELS:
        op.drop_column(table, "scheduled")
    op.drop_column("organisation", "unruled")
    op.drop_table("policy_version")
