"""Connected systems: how far each is read, and which record of ours is which of theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "systems",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("acts", _JSON, nullable=False),
        sa.Column("elsewhere", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_systems")),
    )
    op.create_table(
        "feeds",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("cursor", _JSON, nullable=True),
        sa.Column("succeeded_at", _MOMENT, nullable=True),
        sa.Column("failing_since", _MOMENT, nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("whole", _JSON, nullable=True),
        sa.Column("whole_began_at", _MOMENT, nullable=True),
        sa.Column("drift", _JSON, nullable=True),
        sa.Column("compared_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("system", "feed", name=op.f("pk_feeds")),
    )
    op.create_table(
        "origins",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=True),
        sa.Column("stale_at", _MOMENT, nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("system", "table", "external_id", name=op.f("pk_origins")),
    )
    op.create_index("ix_origins_key", "origins", ["table", "key"])
    op.create_index("ix_origins_seen", "origins", ["system", "feed", "seen_at"])
    op.create_index("ix_origins_stale", "origins", ["system", "stale_at"])
