"""a digest in each row of the catalog; rows from before have none until their next change"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("organisation", "work", "character")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("digest", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "digest")
