"""Promotions, prices and events that a plan knows of."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0034"
branch_labels = None
depends_on = None

_MINOR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("price", _MINOR, nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("discount", sa.Double(), nullable=True),
        sa.Column("lift", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_last_on"), "events", ["last_on"])
