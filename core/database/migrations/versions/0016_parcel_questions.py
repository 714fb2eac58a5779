"""Days on which somebody asked where a parcel is."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parcel_questions",
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["tracking_number"], ["parcels.tracking_number"],
                                name=op.f("fk_parcel_questions_tracking_number")),
        sa.PrimaryKeyConstraint("tracking_number", "asked_on", name=op.f("pk_parcel_questions")),
    )
    op.create_index(op.f("ix_parcel_questions_asked_on"), "parcel_questions", ["asked_on"])
    op.create_index(op.f("ix_parcels_shipped_at"), "parcels", ["shipped_at"])
