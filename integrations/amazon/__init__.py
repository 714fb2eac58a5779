"""Amazon's selling partner API: orders, stock in its warehouses and returns, read; what it forbids is done there."""
