"""The plan on a real Spark cluster; run by `make test-spark`."""
