"""What orders took off the shelves; those that left since a shelf was last counted are booked."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_LEFT = """
    INSERT INTO departures (order_number, line, sku, location, units, left_at, turn)
    SELECT gone.order_number, order_lines.line, order_lines.sku, gone.location, order_lines.quantity, gone.left_at, 1
    FROM (
        SELECT order_number, location, coalesce(
            (SELECT max(shipped_at) FROM parcels WHERE parcels.order_number = orders.order_number), placed_at
        ) AS left_at
        FROM orders WHERE status IN ('shipped', 'delivered')
    ) AS gone
    JOIN order_lines ON order_lines.order_number = gone.order_number
    JOIN stock ON stock.sku = order_lines.sku AND stock.location = gone.location
    WHERE gone.left_at > stock.counted_at AND order_lines.quantity > 0
"""
_MOVED = """
    INSERT INTO stock_movements (cause, sku, location, units, moved_at)
    SELECT 'order:' || order_number || ':' || CAST(line AS VARCHAR), sku, location, -units, left_at
    FROM departures ORDER BY left_at, order_number, line
"""
_UNCOUNTED = """
    INSERT INTO stock_movements (cause, sku, location, units, moved_at)
    SELECT 'uncounted:upgrade', gone.sku, gone.location, gone.units - stock.on_hand, gone.left_at
    FROM (
        SELECT sku, location, sum(units) AS units, max(left_at) AS left_at FROM departures GROUP BY sku, location
    ) AS gone
    JOIN stock ON stock.sku = gone.sku AND stock.location = gone.location
    WHERE gone.units > stock.on_hand
"""
_SHELVES = """
    UPDATE stock SET on_hand = (
        SELECT sum(units) FROM stock_movements
        WHERE stock_movements.sku = stock.sku AND stock_movements.location = stock.location
    )
    WHERE EXISTS (
        SELECT 1 FROM departures WHERE departures.sku = stock.sku AND departures.location = stock.location
    )
"""


def upgrade() -> None:
    op.create_table(
        "departures",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_number", "line", name=op.f("pk_departures")),
    )
    op.create_index("ix_departures_shelf", "departures", ["sku", "left_at"])
    op.create_index(op.f("ix_stock_counted_at"), "stock", ["counted_at"])
    for statement in (_LEFT, _MOVED, _UNCOUNTED, _SHELVES):
        op.execute(statement)
