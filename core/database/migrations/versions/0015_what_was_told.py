"""How far orders and parcels have been told of."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('told',
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_told'))
    )
    op.create_index(op.f('ix_told_told_at'), 'told', ['told_at'], unique=False)
    op.create_index('ix_scans_scanned_at', 'scans', ['scanned_at'], unique=False)
