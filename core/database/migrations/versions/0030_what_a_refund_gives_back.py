"""Which payment a refund gives back."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("of_payment", sa.String()))
