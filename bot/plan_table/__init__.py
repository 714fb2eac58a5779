"""Plans from tables instead of a database: Parquet or CSV in, proposals out, for any number of products and places."""
