"""Moves of stock between places, from proposal to arrival."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MINOR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("move_id", _MINOR, nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("saving", _MINOR, nullable=False),
        sa.Column("known", _JSON, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.CheckConstraint("units > 0", name=op.f("ck_moves_units_positive")),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_moves")),
        sa.UniqueConstraint("run", "sku", "origin", "destination", name=op.f("uq_moves_run_sku_origin_destination")),
    )
    op.create_index(op.f("ix_moves_status"), "moves", ["status"])
