"""When suppliers take orders, when they are closed, and what carrying an order costs."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_MINOR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("suppliers") as batch_op:
        batch_op.add_column(sa.Column("order_days", sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("freight_cost", _MINOR, server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("free_freight_from", _MINOR, nullable=True))
    op.create_table(
        "supplier_closures",
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["supplier"], ["suppliers.supplier"], name=op.f("fk_supplier_closures_supplier")),
        sa.PrimaryKeyConstraint("supplier", "first_on", name=op.f("pk_supplier_closures")),
    )
