"""What the counter and the stockroom keep beyond the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.add_column(sa.Column('family', sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column('options', sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f('ix_products_family'), ['family'], unique=False)
