"""Parcels that were booked here, and orders that a connected system sends itself."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parcel_bookings",
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tracking_number"], ["parcels.tracking_number"],
                                name=op.f("fk_parcel_bookings_tracking_number")),
        sa.PrimaryKeyConstraint("tracking_number", name=op.f("pk_parcel_bookings")),
    )
    op.create_index(op.f("ix_parcel_bookings_passed_on_at"), "parcel_bookings", ["passed_on_at"])
    op.add_column("origins", sa.Column("served_there", sa.Boolean(), nullable=False, server_default=sa.false()))
