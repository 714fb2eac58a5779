"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('audit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('audit_id', name=op.f('pk_audit')),
    sa.UniqueConstraint('position', name=op.f('uq_audit_position'))
    )
    op.create_index(op.f('ix_audit_subject'), 'audit', ['subject'], unique=False)
    op.create_table('conversations',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('standing', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('handed_off', sa.Boolean(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'chat', name=op.f('pk_conversations'))
    )
    op.create_index(op.f('ix_conversations_updated_at'), 'conversations', ['updated_at'], unique=False)
    op.create_table('customers',
    sa.Column('customer_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('company', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('vat_number', sa.String(), nullable=False),
    sa.Column('email_folded', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customers'))
    )
    op.create_index(op.f('ix_customers_email_folded'), 'customers', ['email_folded'], unique=False)
    op.create_table('enquiries',
    sa.Column('enquiry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('asker', sa.String(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('promised_from', sa.Date(), nullable=True),
    sa.Column('promised_to', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('enquiry_id', name=op.f('pk_enquiries')),
    sa.UniqueConstraint('sku', 'asker', 'asked_on', name=op.f('uq_enquiries_sku_asker_asked_on'))
    )
    op.create_index(op.f('ix_enquiries_sku'), 'enquiries', ['sku'], unique=False)
    op.create_table('inbox',
    sa.Column('inbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('delivery_id', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('answer', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.PrimaryKeyConstraint('inbox_id', name=op.f('pk_inbox')),
    sa.UniqueConstraint('source', 'delivery_id', name=op.f('uq_inbox_source_delivery_id'))
    )
    op.create_index(op.f('ix_inbox_received_at'), 'inbox', ['received_at'], unique=False)
    op.create_table('locations',
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('location', name=op.f('pk_locations'))
    )
    op.create_table('messages',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('speaker', sa.String(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_messages')),
    sa.UniqueConstraint('key', name=op.f('uq_messages_key'))
    )
    op.create_index('ix_messages_chat', 'messages', ['channel', 'chat', 'message_id'], unique=False)
    op.create_table('numbers',
    sa.Column('series', sa.String(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', name=op.f('pk_numbers'))
    )
    op.create_table('offers',
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('act', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pressed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('value', name=op.f('pk_offers'))
    )
    op.create_index('ix_offers_chat', 'offers', ['channel', 'chat', 'turn'], unique=False)
    op.create_table('outbox',
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('may_be_repeat', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('outbox_id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key'))
    )
    op.create_index('ix_outbox_chat', 'outbox', ['chat', 'state'], unique=False)
    op.create_index('ix_outbox_due', 'outbox', ['state', 'not_before', 'outbox_id'], unique=False)
    op.create_table('payments',
    sa.Column('payment_id', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=True),
    sa.Column('invoice_number', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_payments'))
    )
    op.create_index(op.f('ix_payments_invoice_number'), 'payments', ['invoice_number'], unique=False)
    op.create_index(op.f('ix_payments_order_number'), 'payments', ['order_number'], unique=False)
    op.create_table('products',
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('price', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('tax_rate', sa.Double(), nullable=False),
    sa.Column('weight_kg', sa.Double(), nullable=False),
    sa.Column('volume_m3', sa.Double(), nullable=False),
    sa.Column('returnable', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('sku', name=op.f('pk_products'))
    )
    op.create_table('runs',
    sa.Column('job', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('job', 'due_at', name=op.f('pk_runs'))
    )
    op.create_table('sales',
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('sold_on', sa.Date(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('in_stock', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('sku', 'location', 'sold_on', name=op.f('pk_sales'))
    )
    op.create_table('sessions',
    sa.Column('token_digest', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('form_token', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_sessions'))
    )
    op.create_table('sign_in_codes',
    sa.Column('code_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('browser', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('code_id', name=op.f('pk_sign_in_codes'))
    )
    op.create_index('ix_sign_in_codes_address', 'sign_in_codes', ['address', 'asked_at'], unique=False)
    op.create_index(op.f('ix_sign_in_codes_browser'), 'sign_in_codes', ['browser'], unique=False)
    op.create_table('staff',
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email_folded', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('approval_limit', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('email', name=op.f('pk_staff'))
    )
    op.create_index(op.f('ix_staff_email_folded'), 'staff', ['email_folded'], unique=False)
    op.create_table('stock_movements',
    sa.Column('movement_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('movement_id', name=op.f('pk_stock_movements')),
    sa.UniqueConstraint('cause', 'sku', 'location', name=op.f('uq_stock_movements_cause_sku_location'))
    )
    op.create_index('ix_stock_movements_place', 'stock_movements', ['sku', 'location'], unique=False)
    op.create_table('suppliers',
    sa.Column('supplier', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('lead_time_days', sa.Double(), nullable=False),
    sa.Column('lead_time_sd_days', sa.Double(), nullable=False),
    sa.Column('review_days', sa.Double(), nullable=False),
    sa.Column('order_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('minimum_order_value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('supplier', name=op.f('pk_suppliers'))
    )
    op.create_table('tickets',
    sa.Column('ticket_number', sa.String(), nullable=False),
    sa.Column('customer_id', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('transcript', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('ticket_number', name=op.f('pk_tickets'))
    )
    op.create_index(op.f('ix_tickets_customer_id'), 'tickets', ['customer_id'], unique=False)
    op.create_table('addresses',
    sa.Column('customer_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('line1', sa.String(), nullable=False),
    sa.Column('line2', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('postcode', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_addresses_customer_id')),
    sa.PrimaryKeyConstraint('customer_id', 'kind', name=op.f('pk_addresses'))
    )
    op.create_table('invoices',
    sa.Column('invoice_number', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=True),
    sa.Column('customer_id', sa.String(), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('corrects', sa.String(), nullable=True),
    sa.Column('bill_name', sa.String(), nullable=False),
    sa.Column('bill_company', sa.String(), nullable=False),
    sa.Column('bill_line1', sa.String(), nullable=False),
    sa.Column('bill_line2', sa.String(), nullable=False),
    sa.Column('bill_city', sa.String(), nullable=False),
    sa.Column('bill_postcode', sa.String(), nullable=False),
    sa.Column('bill_country', sa.String(), nullable=False),
    sa.Column('bill_vat_number', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('seller', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_invoices_customer_id')),
    sa.PrimaryKeyConstraint('invoice_number', name=op.f('pk_invoices'))
    )
    op.create_index(op.f('ix_invoices_customer_id'), 'invoices', ['customer_id'], unique=False)
    op.create_index(op.f('ix_invoices_order_number'), 'invoices', ['order_number'], unique=False)
    op.create_table('orders',
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('customer_id', sa.String(), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('payment_method', sa.String(), nullable=False),
    sa.Column('ship_name', sa.String(), nullable=False),
    sa.Column('ship_line1', sa.String(), nullable=False),
    sa.Column('ship_line2', sa.String(), nullable=False),
    sa.Column('ship_city', sa.String(), nullable=False),
    sa.Column('ship_postcode', sa.String(), nullable=False),
    sa.Column('ship_country', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_orders_customer_id')),
    sa.PrimaryKeyConstraint('order_number', name=op.f('pk_orders'))
    )
    op.create_index('ix_orders_customer', 'orders', ['customer_id', 'placed_at'], unique=False)
    op.create_index('ix_orders_placed_at', 'orders', ['placed_at'], unique=False)
    op.create_table('proposals',
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('run', sa.String(), nullable=False),
    sa.Column('supplier', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('total', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_reason', sa.String(), nullable=False),
    sa.Column('edited_by', sa.String(), nullable=True),
    sa.Column('editors', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['supplier'], ['suppliers.supplier'], name=op.f('fk_proposals_supplier')),
    sa.PrimaryKeyConstraint('proposal_id', name=op.f('pk_proposals')),
    sa.UniqueConstraint('run', 'supplier', 'location', name=op.f('uq_proposals_run_supplier_location'))
    )
    op.create_index('ix_proposals_status', 'proposals', ['status'], unique=False)
    op.create_table('stock',
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('on_hand >= 0', name=op.f('ck_stock_on_hand_not_negative')),
    sa.ForeignKeyConstraint(['location'], ['locations.location'], name=op.f('fk_stock_location')),
    sa.PrimaryKeyConstraint('sku', 'location', name=op.f('pk_stock'))
    )
    op.create_table('supplier_items',
    sa.Column('supplier', sa.String(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('unit_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('minimum', sa.Integer(), nullable=False),
    sa.Column('pack', sa.Integer(), nullable=False),
    sa.Column('maximum', sa.Integer(), nullable=True),
    sa.Column('price_breaks', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['supplier'], ['suppliers.supplier'], name=op.f('fk_supplier_items_supplier')),
    sa.PrimaryKeyConstraint('supplier', 'sku', name=op.f('pk_supplier_items'))
    )
    op.create_table('approvals',
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('staff', sa.String(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.proposal_id'], name=op.f('fk_approvals_proposal_id')),
    sa.PrimaryKeyConstraint('proposal_id', 'revision', 'staff', name=op.f('pk_approvals'))
    )
    op.create_table('invoice_lines',
    sa.Column('invoice_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('tax_rate', sa.Double(), nullable=False),
    sa.Column('discount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['invoice_number'], ['invoices.invoice_number'], name=op.f('fk_invoice_lines_invoice_number')),
    sa.PrimaryKeyConstraint('invoice_number', 'line', name=op.f('pk_invoice_lines'))
    )
    op.create_table('order_lines',
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('tax_rate', sa.Double(), nullable=False),
    sa.Column('discount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['order_number'], ['orders.order_number'], name=op.f('fk_order_lines_order_number')),
    sa.PrimaryKeyConstraint('order_number', 'line', name=op.f('pk_order_lines'))
    )
    op.create_index(op.f('ix_order_lines_sku'), 'order_lines', ['sku'], unique=False)
    op.create_table('parcels',
    sa.Column('tracking_number', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('carrier', sa.String(), nullable=False),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['order_number'], ['orders.order_number'], name=op.f('fk_parcels_order_number')),
    sa.PrimaryKeyConstraint('tracking_number', name=op.f('pk_parcels'))
    )
    op.create_index(op.f('ix_parcels_order_number'), 'parcels', ['order_number'], unique=False)
    op.create_table('proposal_lines',
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('proposed', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('known', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.proposal_id'], name=op.f('fk_proposal_lines_proposal_id')),
    sa.PrimaryKeyConstraint('proposal_id', 'line', name=op.f('pk_proposal_lines'))
    )
    op.create_table('purchase_orders',
    sa.Column('purchase_order_number', sa.String(), nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('supplier', sa.String(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.proposal_id'], name=op.f('fk_purchase_orders_proposal_id')),
    sa.ForeignKeyConstraint(['supplier'], ['suppliers.supplier'], name=op.f('fk_purchase_orders_supplier')),
    sa.PrimaryKeyConstraint('purchase_order_number', name=op.f('pk_purchase_orders')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_purchase_orders_proposal_id'))
    )
    op.create_index(op.f('ix_purchase_orders_supplier'), 'purchase_orders', ['supplier'], unique=False)
    op.create_table('returns',
    sa.Column('return_number', sa.String(), nullable=False),
    sa.Column('order_number', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_number'], ['orders.order_number'], name=op.f('fk_returns_order_number')),
    sa.PrimaryKeyConstraint('return_number', name=op.f('pk_returns'))
    )
    op.create_index(op.f('ix_returns_order_number'), 'returns', ['order_number'], unique=False)
    op.create_table('parcel_lines',
    sa.Column('tracking_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tracking_number'], ['parcels.tracking_number'], name=op.f('fk_parcel_lines_tracking_number')),
    sa.PrimaryKeyConstraint('tracking_number', 'line', name=op.f('pk_parcel_lines'))
    )
    op.create_table('purchase_order_lines',
    sa.Column('purchase_order_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('unit_cost', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.CheckConstraint('received >= 0', name=op.f('ck_purchase_order_lines_received_not_negative')),
    sa.ForeignKeyConstraint(['purchase_order_number'], ['purchase_orders.purchase_order_number'], name=op.f('fk_purchase_order_lines_purchase_order_number')),
    sa.PrimaryKeyConstraint('purchase_order_number', 'line', name=op.f('pk_purchase_order_lines'))
    )
    op.create_index(op.f('ix_purchase_order_lines_sku'), 'purchase_order_lines', ['sku'], unique=False)
    op.create_table('return_lines',
    sa.Column('return_number', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['return_number'], ['returns.return_number'], name=op.f('fk_return_lines_return_number')),
    sa.PrimaryKeyConstraint('return_number', 'line', name=op.f('pk_return_lines'))
    )
    op.create_table('scans',
    sa.Column('tracking_number', sa.String(), nullable=False),
    sa.Column('scanned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['tracking_number'], ['parcels.tracking_number'], name=op.f('fk_scans_tracking_number')),
    sa.PrimaryKeyConstraint('tracking_number', 'scanned_at', 'status', name=op.f('pk_scans'))
    )
