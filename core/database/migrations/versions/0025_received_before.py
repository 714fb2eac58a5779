"""When an import said how much of a purchase order's line is here."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purchase_order_lines", sa.Column("received_as_of", sa.DateTime(timezone=True)))
