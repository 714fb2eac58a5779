"""How many units a supplier has of a product, for all places together."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("supplier_items") as batch_op:
        batch_op.add_column(sa.Column("available", sa.Integer(), nullable=True))
