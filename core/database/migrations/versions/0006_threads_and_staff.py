"""Who of the shop a channel's users are, and where post went that more belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_links',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('sender', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'sender', name=op.f('pk_staff_links'))
    )
    op.create_table('post_places',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_post_places'))
    )
    with op.batch_alter_table('post_places', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_places_place'), ['place'], unique=False)
