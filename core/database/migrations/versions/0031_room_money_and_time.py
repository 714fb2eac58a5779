"""What a plan has to keep within: room, money, vehicles, and how long a product sells."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_MINOR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("products") as batch_op:
        batch_op.add_column(sa.Column("shelf_life_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("phase_out_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("obsolescence_rate", sa.Double(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("salvage_value", _MINOR, server_default=sa.text("0"), nullable=False))
    with op.batch_alter_table("locations") as batch_op:
        batch_op.add_column(sa.Column("storage_m3", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("budget", _MINOR, nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(), nullable=True))
    with op.batch_alter_table("suppliers") as batch_op:
        for name in ("vehicle_weight_kg", "vehicle_volume_m3", "vehicle_pallets"):
            batch_op.add_column(sa.Column(name, sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("trip_cost", _MINOR, server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("budget", _MINOR, nullable=True))
    with op.batch_alter_table("supplier_items") as batch_op:
        batch_op.add_column(sa.Column("units_per_pallet", sa.Integer(), nullable=True))
    with op.batch_alter_table("proposals") as batch_op:
        batch_op.add_column(sa.Column("scarce", _JSON, nullable=True))
