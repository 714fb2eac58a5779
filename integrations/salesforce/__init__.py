"""A Salesforce org: accounts, products, orders with parcels and returns, and cases kept in step with tickets."""
