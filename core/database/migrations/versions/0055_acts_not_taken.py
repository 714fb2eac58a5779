"""Acts that a connected system takes on others of its orders, but not on one as it stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("origins", sa.Column("not_taken", _JSON, nullable=False, server_default=sa.text("'[]'")))
