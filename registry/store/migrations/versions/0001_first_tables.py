"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As in store/columns.py, written out: a migration never changes with the code.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EMPTY_ROOT = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("service_id", KEY, nullable=False),
        sa.Column("decided_at", BIG, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log_index"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("decision_by_service", "decision", ["service_id", "log_index"], unique=False)

    op.create_table(
        "decision_character",
        sa.Column("character_id", KEY, nullable=False),
        sa.Column("log_index", BIG, nullable=False),
        sa.Column("rightsholder_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("character_id", "log_index"),
    )
    op.create_index("decision_by_rightsholder", "decision_character", ["rightsholder_id", "log_index"], unique=False)

    op.create_table(
        "leaf",
        sa.Column("log_index", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_index"),
    )
    op.create_table(
        "name",
        sa.Column("key", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", "entry_id"),
    )
    op.create_index("name_by_entry", "name", ["entry_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ref", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(op.f("ix_organisation_revision"), "organisation", ["revision"], unique=False)

    op.create_table(
        "tree_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("access_epoch", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("prefix", KEY, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("prefix"),
    )
    op.create_index(op.f("ix_api_key_organisation_id"), "api_key", ["organisation_id"], unique=False)

    op.create_table(
        "import_job",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rightsholder_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lines_done", sa.Integer(), nullable=False),
        sa.Column("lines_total", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["rightsholder_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_import_job_rightsholder_id"), "import_job", ["rightsholder_id"], unique=False)

    op.create_table(
        "work",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rightsholder_id", KEY, nullable=False),
        sa.Column("ref", KEY, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rightsholder_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rightsholder_id", "ref"),
    )
    op.create_index(op.f("ix_work_revision"), "work", ["revision"], unique=False)

    op.create_table(
        "character",
        sa.Column("id", KEY, nullable=False),
        sa.Column("rightsholder_id", KEY, nullable=False),
        sa.Column("ref", KEY, nullable=False),
        sa.Column("work_id", KEY, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rightsholder_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rightsholder_id", "ref"),
    )
    op.create_index(op.f("ix_character_revision"), "character", ["revision"], unique=False)
    op.create_index(op.f("ix_character_work_id"), "character", ["work_id"], unique=False)
    op.bulk_insert(
        sa.table("tree_head", *(sa.column(c) for c in ("id", "size", "root", "frontier", "revision", "access_epoch"))),
        [{"id": 1, "size": 0, "root": EMPTY_ROOT, "frontier": b"", "revision": 0, "access_epoch": 0}],
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_character_work_id"), "character")
    op.drop_index(op.f("ix_character_revision"), "character")

    op.drop_table("character")
    op.drop_index(op.f("ix_work_revision"), "work")

    op.drop_table("work")
    op.drop_index(op.f("ix_import_job_rightsholder_id"), "import_job")

    op.drop_table("import_job")
    op.drop_index(op.f("ix_api_key_organisation_id"), "api_key")

    op.drop_table("api_key")
    op.drop_table("tree_head")
    op.drop_index(op.f("ix_organisation_revision"), "organisation")

    op.drop_table("organisation")
    op.drop_index("name_by_entry", "name")

    op.drop_table("name")
    op.drop_table("leaf")
    op.drop_index("decision_by_rightsholder", "decision_character")

    op.drop_table("decision_character")
    op.drop_index("decision_by_service", "decision")

    op.drop_table("decision")
