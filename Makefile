# The commands of the project. Each sets up .venv by itself; only python3 (3.11 or later) with pip is needed.
PYTHON ?= python3

# Nothing needs a home directory: caches stay in the project, the data where RETURNS_HOME says.
export XDG_CACHE_HOME ?= $(CURDIR)/.cache
export RETURNS_HOME ?= $(CURDIR)/data
export DAGSTER_HOME ?= $(RETURNS_HOME)/dagster

VENV := .venv/bin
READY := .venv/ready

# The return (cin, cla), authority and period of `make run`, the authority and port of `make serve`:
# make run RETURN=cla UNIT=301 PERIOD=2025-26
RETURN ?= cin
UNIT ?= 356
PERIOD ?= 2025-26
PORT ?= 3000

.PHONY: run serve test browser soak bench check lock clean

# 1 is no failure: all is done, and there are queries
run: $(READY)  ## one return of one authority and period; without a source of data, of invented children
	umask 077; $(VENV)/returns run $(RETURN) $(UNIT) $(PERIOD) || [ $$? = 1 ]

serve: $(READY)  ## the pages and Dagster, on this machine only
	umask 077; $(VENV)/returns serve --unit $(UNIT) --port $(PORT)

test: $(READY)
	$(VENV)/python -m pytest -n 2

browser: $(READY)
	@command -v chromium >/dev/null || { \
	    [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { \
	        echo "The browser tests need Chromium. Install the package 'chromium', then run 'make browser' again." >&2; exit 1; }; \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium; }
	$(VENV)/python -m pytest -m browser

# not those in a browser: its event loop would be in the way of Dagster's, and `make browser` runs them
soak: $(READY)  ## the long acceptance runs: hours
	$(VENV)/python -m pytest -m "soak and not browser" -n 2

bench: $(READY)
	$(VENV)/python -m benchmarks

check: $(READY)
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/python -m exports.dictionary --check

# Wheels only, each with its hash: nothing is built from source, so nothing unpinned is fetched to build it. The lock is
# complete, so --no-deps (pip 23.0, in Debian 12, takes gql[requests] for another, unpinned package and refuses).
# Debian's python3 may lack ensurepip (package python3-venv); the pip outside then fills the environment.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	    echo "pip is needed: install the package 'python3-pip', then run make again." >&2; exit 1; }
	@echo "Setting up .venv; the first time this takes a few minutes."
	[ -x $(VENV)/python ] || $(PYTHON) -m venv --clear --without-pip .venv
	$(PYTHON) -m pip --python $(VENV)/python install --quiet --no-deps --require-hashes --only-binary :all: \
	    -r requirements.lock
	$(PYTHON) -m pip --python $(VENV)/python install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

lock:  ## after a change of the dependencies in pyproject.toml; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-header --no-annotate \
	    pyproject.toml -o requirements.lock

clean:  ## the environment and caches; never the data
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
