"""Where cards stand is remembered with the rest of the post."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("proposal_cards")
