"""Lanes, topics and places of letters, what chats may be sent, and wishes by channel."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lane', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('place', sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column('topic', sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column('held', sa.Boolean(), server_default=sa.text('false'), nullable=False))
        batch_op.add_column(sa.Column('customer_id', sa.String(), nullable=True))
        batch_op.drop_index('ix_outbox_due')
        batch_op.create_index('ix_outbox_due', ['state', 'channel', 'lane', 'outbox_id'], unique=False)
        batch_op.create_index('ix_outbox_expires', ['state', 'expires_at'], unique=False)
        batch_op.create_index('ix_outbox_topic', ['topic', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_customer_id'), ['customer_id'], unique=False)
    op.execute("UPDATE outbox SET customer_id = substr(chat, 10) WHERE chat LIKE 'customer:%'")
    op.execute("UPDATE outbox SET lane = 0 WHERE kind = 'code'")

    op.create_table('paces',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_paces'))
    )
    op.create_index(op.f('ix_paces_free_at'), 'paces', ['free_at'], unique=False)

    op.create_table('notification_hours',
    sa.Column('customer_id', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('quiet_from', sa.String(), nullable=False),
    sa.Column('quiet_until', sa.String(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_notification_hours_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_notification_hours'))
    )

    with op.batch_alter_table('notification_choices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('channel', sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.drop_constraint('pk_notification_choices', type_='primary')
        batch_op.create_primary_key('pk_notification_choices', ['customer_id', 'kind', 'channel'])
