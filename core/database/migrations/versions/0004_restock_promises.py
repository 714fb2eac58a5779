"""What customers were told of when something is back, and which purchase orders that rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restock_promises",
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("told_to", sa.Date(), nullable=True),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("landed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("promise_id", name=op.f("pk_restock_promises")),
    )
    op.create_index("ix_restock_promises_asker", "restock_promises", ["asker", "sku"])
    op.create_index(op.f("ix_restock_promises_outcome"), "restock_promises", ["outcome"])
    op.create_table(
        "restock_promise_sources",
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purchase_order_number", sa.String(), nullable=False),
        sa.Column("ordered", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["promise_id"], ["restock_promises.promise_id"],
                                name=op.f("fk_restock_promise_sources_promise_id")),
        sa.ForeignKeyConstraint(["purchase_order_number"], ["purchase_orders.purchase_order_number"],
                                name=op.f("fk_restock_promise_sources_purchase_order_number")),
        sa.PrimaryKeyConstraint("promise_id", "purchase_order_number", name=op.f("pk_restock_promise_sources")),
    )
