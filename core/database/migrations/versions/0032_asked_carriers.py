"""When carriers are asked about parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parcel_asks",
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tracking_number"], ["parcels.tracking_number"],
                                name=op.f("fk_parcel_asks_tracking_number")),
        sa.PrimaryKeyConstraint("tracking_number", name=op.f("pk_parcel_asks")),
    )
    op.create_index(op.f("ix_parcel_asks_next_at"), "parcel_asks", ["next_at"])
