"""Cards of tickets where the shop's people talk."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('desk_cards',
    sa.Column('ticket_number', sa.String(), nullable=False),
    sa.Column('shown', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_number'], ['tickets.ticket_number'], name=op.f('fk_desk_cards_ticket_number')),
    sa.PrimaryKeyConstraint('ticket_number', name=op.f('pk_desk_cards'))
    )
