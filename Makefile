# Needs make and Python 3.11 or newer. What else is missing goes into .venv and clients/web/node_modules.
PYTHON ?= python3
ARGS   ?=

IN     := .venv/bin/python
CLIENT := src/talkoot/web/static/build.json
PIP    := $(IN) -m pip install -qq --disable-pip-version-check -c constraints.txt --build-constraint constraints.txt
WEB    := $(shell find clients/web -name node_modules -prune -o -print 2>/dev/null)

.PHONY: help run cluster test ci bench proof hostile setup clean
.NOTPARALLEL:

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14
	@echo 'ARGS passes flags on: make run ARGS="--port 9000"   make test ARGS="-k reads -x"'

run: $(CLIENT) .venv/.app ## start Talkoot with SQLite and the web client
	@exec .venv/bin/talkoot serve $(ARGS)

cluster: $(CLIENT) .venv/.dev ## start nginx, three servers, two workers, PostgreSQL and Valkey here
	@exec $(IN) -m tools.cluster $(ARGS)

test: $(CLIENT) .venv/.dev ## run every test, on real servers
	@exec $(IN) -m pytest -n 2 --dist worksteal $(ARGS)

ci: ## what CI runs: the same tests, and every check
	@exec .ci/run

bench: $(CLIENT) .venv/.dev ## measure this machine against the reference
	@exec $(IN) -m bench $(ARGS)

proof: $(CLIENT) .venv/.dev ## break everything under load, and check that nothing is lost
	@exec $(IN) -m tests.faults $(ARGS)

hostile: $(CLIENT) .venv/.dev ## send it 100,000 hostile inputs, and look what that does
	@exec $(IN) -m tests.security.hostile $(ARGS)

setup: $(CLIENT) .venv/.dev ## only make .venv and the web client

clean: ## remove what was made here; data stays
	rm -rf .venv .talkoot .web-build.lock clients/web/node_modules src/talkoot/web/static src/talkoot/web/static.new
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov dist

.venv/.made: tools/venv.py
	@echo "Setting Talkoot up in .venv; the first time takes about half a minute"
	@$(PYTHON) -m tools.venv .venv
	@touch $@

# The web client comes first, built with a Node that stays in .venv: the package build then finds it done.
$(CLIENT): .venv/.made tools/build_web.py tools/node.py $(WEB)
	@$(IN) -m tools.build_web --get-node
	@touch $@

.venv/.app: .venv/.made pyproject.toml constraints.txt hatch_build.py
	@$(PIP) -e .
	@touch $@

.venv/.dev: .venv/.app
	@echo "Installing the test tools into .venv"
	@$(PIP) --group dev
	@touch $@
