"""Walmart's marketplace: orders, items, stock in its warehouses and returns, read; what it forbids is done there."""
