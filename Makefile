# `make run` and `make test` are all a newcomer needs; both install what they use.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
ARCHIVE ?= archive
PORT ?= 7860
BIN := $(VENV)/bin
# The sample goes into the default archive only: another one is somebody's own.
SAMPLE = test "$(ARCHIVE)" != archive || $(BIN)/assistant ingest corpus --archive archive
export Q

SUITES := sample adversarial attribution

.PHONY: run ask install test check eval baselines crash bench browser clean

run: $(VENV)/.installed  ## index the sample corpus and open the chat page
	@$(SAMPLE)
	$(BIN)/assistant serve --archive "$(ARCHIVE)" --port $(PORT) --open

ask: $(VENV)/.installed  ## make ask Q="what did the MEA say about Naqvi's claims"
	@test -e "$(ARCHIVE)/catalog.sqlite3" || $(SAMPLE)
	@$(BIN)/assistant ask --archive "$(ARCHIVE)" "$$Q"

install: $(VENV)/.installed

test: $(VENV)/.developing browser  ## every check and every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

check: $(VENV)/.developing  ## the fast part of test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow"

eval: $(VENV)/.installed  ## every suite that ships, each held against its gate
	@rm -rf build/eval
	$(BIN)/assistant eval run $(SUITES) --out build/eval
	@failed=0; for suite in $(SUITES); do echo "$$suite:"; \
	  $(BIN)/assistant eval gate build/eval/$$suite --baseline evals/baselines/$$suite \
	  || failed=1; done; exit $$failed

baselines:  ## what the gates compare with, from the last make eval
	@for suite in $(SUITES); do mkdir -p evals/baselines/$$suite; \
	  cp build/eval/$$suite/run.json build/eval/$$suite/results.jsonl evals/baselines/$$suite/; done

crash: $(VENV)/.developing  ## 40 kills at random times, and whether anything was lost
	CRASH_KILLS=40 $(BIN)/python -m pytest tests/test_crash.py

bench: $(VENV)/.installed  ## the figures that the README states
	$(BIN)/python benchmarks/ingest.py ../shared/data/wikinews/articles.jsonl
	$(BIN)/assistant ingest ../shared/data/wikinews/articles.jsonl --archive build/wikinews
	@rm -rf build/bench
	for reranker in packaged off; do ASSISTANT_MODELS__RERANKER=$$reranker \
	  $(BIN)/assistant eval run ../shared/data/wikinews/questions.jsonl --twins \
	  --archive build/wikinews --out build/bench/$$reranker; done
	$(BIN)/python benchmarks/evaluation.py sample --archive build/sample
	$(BIN)/python benchmarks/startup.py ../shared/data/wikinews/articles.jsonl build/wikinews

browser:  ## Debian's chromium, for the browser tests
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get update -q && apt-get install -q -y --no-install-recommends chromium; } \
	  || echo "No Chromium here, and it cannot be installed: the browser tests will fail." >&2

clean:
	rm -rf "$(VENV)" "$(ARCHIVE)" build dist artefacts

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[offline]'
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[offline,dev]'
	@touch $@
