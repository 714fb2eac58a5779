# Two commands set up a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8000

.PHONY: demo test test-spark bench screenshots guide lock clean check-python

demo: $(VENV)/.installed
	@$(BIN)/storekeeper demo --port $(PORT)

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile

$(VENV)/.installed: pyproject.toml constraints.txt | check-python
	@echo "Setting up $(VENV) (once; about a minute with a network) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made: install the venv module of $(PYTHON) (Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e . || { echo "Installing failed. Without a network, connect once and run make again; if a package wants to be compiled, install a C compiler and Python headers (Debian: apt-get install build-essential python3-dev)."; exit 1; }
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Adding what the tests need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]" || { echo "Installing the test tools failed. Without a network, connect once and run make again."; exit 1; }
	@touch $@

check-python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or later, or name it: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make demo PYTHON=python3.12"; exit 1; }

test-spark: $(VENV)/.installed-spark
	$(BIN)/python -m pytest tests/spark

$(VENV)/.installed-spark: $(VENV)/.installed-dev
	@echo "Adding Spark, about 450 MB ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[spark]" || { echo "Installing Spark failed. Without a network, connect once and run make again."; exit 1; }
	@touch $@

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m docs.screenshots

guide: $(VENV)/.installed
	$(BIN)/python -m integrations.tables.guide > docs/import.md

lock:
	$(PYTHON) -m venv /tmp/storekeeper-lock && /tmp/storekeeper-lock/bin/pip install --quiet -U ".[bench,dev,spark]" && /tmp/storekeeper-lock/bin/pip freeze --exclude storekeeper | sort -f > constraints.txt && rm -rf /tmp/storekeeper-lock

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
