"""Amazon as a retailer that buys from the shop: its purchase orders read, and acknowledged line by line."""
