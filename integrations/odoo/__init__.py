"""An Odoo ERP: products, vendors, stock, orders and receipts read; orders to vendors kept there."""
