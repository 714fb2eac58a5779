"""How often a delivery was tried, when it is tried next, and what went wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("inbox", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbox", sa.Column("trouble", sa.String(), nullable=False, server_default=sa.text("''")))
