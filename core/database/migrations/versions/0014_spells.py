"""Enquiries count once per person and spell of an empty shelf; what was promised is kept elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spell = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spell", spell, server_default=sa.text("0"), nullable=False))
        batch_op.drop_constraint("uq_enquiries_sku_asker_asked_on", type_="unique")
        batch_op.drop_column("promised_from")
        batch_op.drop_column("promised_to")
    op.execute("UPDATE enquiries SET spell = -enquiry_id")  # of days before spells were known: each its own
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_enquiries_sku_asker_spell", ["sku", "asker", "spell"])
