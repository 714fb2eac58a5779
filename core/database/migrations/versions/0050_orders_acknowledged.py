"""What was said to orders of retailers, line by line, and which records wait for an act of ours."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_acknowledgements",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("backordered", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ship_on", sa.Date(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_number"], ["orders.order_number"],
                                name=op.f("fk_order_acknowledgements_order_number")),
        sa.PrimaryKeyConstraint("order_number", "line", name=op.f("pk_order_acknowledgements")),
    )
    op.add_column("origins", sa.Column("awaits", sa.String(), nullable=False, server_default=sa.text("''")))
