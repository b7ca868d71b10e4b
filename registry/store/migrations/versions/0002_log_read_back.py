"""the log read back: tree levels, log keys, kept prompts, reported outcomes, more to find decisions by"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As in store/columns.py, written out: a migration never changes with the code.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 1_000


def upgrade() -> None:
    op.create_table(
        "subtree",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
    )
    op.create_table(
        "log_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("since_size", BIG, nullable=False),
        sa.Column("rotation", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "cosigned",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "prompt",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("erase_at", BIG, nullable=True),
        sa.Column("erased_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("log_index"),
    )
    op.create_index(
        "prompt_due", "prompt", ["erase_at"], sqlite_where=sa.text("erase_at IS NOT NULL"), postgresql_where=sa.text("erase_at IS NOT NULL")
    )
    op.create_table(
        "reported",
        sa.Column("decision_index", BIG, autoincrement=False, nullable=False),
        sa.Column("log_index", BIG, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("decision_index"),
        sa.UniqueConstraint("log_index"),
    )
    not_a_decision = sa.text("kind <> 'decision'")
    op.create_index("leaf_not_decision", "leaf", ["log_index"], sqlite_where=not_a_decision, postgresql_where=not_a_decision)
    op.add_column("organisation", sa.Column("retention", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("level", sa.Text(), nullable=False, server_default=""))
    op.add_column("decision", sa.Column("reasons", sa.Text(), nullable=False, server_default=""))
    _fill_decisions()


def _fill_decisions() -> None:
    """Take level and reasons of the decisions so far from their leaves."""
    connection, after = op.get_bind(), -1
    select = sa.text("SELECT log_index, data FROM leaf WHERE kind = 'decision' AND log_index > :after ORDER BY log_index LIMIT :batch")
    update = sa.text("UPDATE decision SET level = :level, reasons = :reasons WHERE log_index = :at")
    while rows := connection.execute(select, {"after": after, "batch": BATCH}).all():
        found = [(index, json.loads(bytes(data))) for index, data in rows]
        connection.execute(update, [{"at": i, "level": d["level"], "reasons": " ".join(d["reasons"])} for i, d in found])
        after = found[-1][0]


def downgrade() -> None:
    for column in ("reasons", "level"):
        op.drop_column("decision", column)
    op.drop_column("organisation", "retention")
    op.drop_index("leaf_not_decision", "leaf")
    op.drop_index("prompt_due", "prompt")
    for table in ("reported", "prompt", "cosigned", "log_key", "subtree"):
        op.drop_table(table)
