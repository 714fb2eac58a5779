"""Stock that is set aside for exchanges under way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_set_aside",
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cause", "sku", name=op.f("pk_stock_set_aside")),
    )
    op.create_index(op.f("ix_stock_set_aside_sku"), "stock_set_aside", ["sku"])
    op.execute(
        """INSERT INTO stock_set_aside (cause, sku, location, units, since)
        SELECT 'return:' || r.return_number, l.new_sku, o.location, SUM(l.quantity), MIN(r.requested_at)
        FROM return_lines l
        JOIN returns r ON r.return_number = l.return_number
        JOIN orders o ON o.order_number = r.order_number
        WHERE l.new_sku IS NOT NULL AND r.status IN ('requested', 'approved', 'in_transit', 'received')
        GROUP BY r.return_number, l.new_sku, o.location"""
    )
