"""Splitting, snoozing and standing in; revisions, receipts and cancelled units of purchase orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade() -> None:
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('root', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_proposals_root'), ['root'], unique=False)

    with op.batch_alter_table('purchase_orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('first_expected_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('supplier_reference', sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column('late_told_on', sa.Date(), nullable=True))

    with op.batch_alter_table('purchase_order_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cancelled', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.create_check_constraint(op.f('ck_purchase_order_lines_cancelled_not_negative'), 'cancelled >= 0')

    op.create_table('delegations',
    sa.Column('delegation_id', _ID, nullable=False),
    sa.Column('absent', sa.String(), nullable=False),
    sa.Column('deputy', sa.String(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('delegation_id', name=op.f('pk_delegations'))
    )
    with op.batch_alter_table('delegations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delegations_absent'), ['absent'], unique=False)
        batch_op.create_index(batch_op.f('ix_delegations_deputy'), ['deputy'], unique=False)

    op.create_table('proposal_cards',
    sa.Column('proposal_id', _ID, nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.proposal_id'], name=op.f('fk_proposal_cards_proposal_id')),
    sa.PrimaryKeyConstraint('proposal_id', 'channel', name=op.f('pk_proposal_cards'))
    )
    op.create_table('purchase_order_papers',
    sa.Column('purchase_order_number', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content', _JSON, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['purchase_order_number'], ['purchase_orders.purchase_order_number'],
                            name=op.f('fk_purchase_order_papers_purchase_order_number')),
    sa.PrimaryKeyConstraint('purchase_order_number', 'revision', name=op.f('pk_purchase_order_papers'))
    )
    op.create_table('receipts',
    sa.Column('receipt_number', sa.String(), nullable=False),
    sa.Column('purchase_order_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['purchase_order_number'], ['purchase_orders.purchase_order_number'],
                            name=op.f('fk_receipts_purchase_order_number')),
    sa.PrimaryKeyConstraint('receipt_number', 'purchase_order_number', 'line', name=op.f('pk_receipts'))
    )
    with op.batch_alter_table('receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_receipts_purchase_order_number'), ['purchase_order_number'], unique=False)
