# make demo, make test, make test-slow, make lab: each installs what it needs on first use.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Two processes; what one has not begun the other takes over.
PYTEST := $(BIN)/pytest -n 2 --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Some machines' matplotlib would otherwise look for a screen.
export MPLBACKEND := Agg

.PHONY: demo test test-slow lab sample clean

demo: $(VENV)/.installed
	$(BIN)/placement-planner demo

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow"

test-slow: $(VENV)/.installed-dev
	PLACEMENT_PLANNER_REQUIRE_BROWSER=1 $(PYTEST) -m "slow"

lab: $(VENV)/.installed
	$(BIN)/jupyter lab notebooks

sample: $(VENV)/.installed
	$(BIN)/python -m placement_planner.sample data

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build *.egg-info
