# What a person does here: run, test, check, bench, eval. `make` alone lists it.
# Needs python3 (3.11 or newer), python3-venv, make and git; everything else comes from the hash-pinned lock.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := tests/requirements.txt
LOCK_OF_A_CLUSTER := deploy/requirements-opensearch.txt
COLLECTIONS ?= ../shared/collections

.DEFAULT_GOAL := help
.PHONY: help run venv test check fuzz hostile crash stops opensearch image refill bench growth scale load soak eval format lock pictures docs clean

help: ## list what can be done
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/ready ## start the bot, or without DISCORD_TOKEN the demo in the browser
	@$(BIN)/dateline run --or-demo

venv: $(VENV)/ready ## make .venv from the lock, and nothing else

$(VENV)/ready: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@# setuptools warns of what an editable install is; it is what is meant here.
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: $(VENV)/ready ## run the whole test suite, also on newer Pythons that this machine has
	$(BIN)/python -m pytest -n 3 $(TESTS)
	@tests/newer-pythons $(LOCK)

check: $(VENV)/ready ## ruff, mypy strict, audit of the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	tests/audit $(BIN)/pip-audit requirements.txt

fuzz: $(VENV)/ready ## read a million hostile queries, and as many broken files, feeds, fields and presses (half an hour)
	$(BIN)/python tests/fuzz_queries.py
	$(BIN)/python tests/fuzz_readers.py

hostile: $(VENV)/ready ## ask the dearest questions of 100,000 articles, and hold each to a quarter of a second (some minutes)
	PYTHONPATH=. $(BIN)/python tests/hostile_queries.py $(ARCHIVE)

crash: $(VENV)/ready ## kill whoever changes an archive a thousand times, and count anew after each (about twenty minutes)
	PYTHONPATH=. $(BIN)/python tests/crash.py $(CRASH)

stops: $(VENV)/ready ## tell a worker to leave a hundred times, whatever it is at; each must be gone within two seconds
	PYTHONPATH=. $(BIN)/python tests/stops.py $(STOPS)

opensearch: $(VENV)/ready ## bring up OpenSearch of three nodes on loopback, until Ctrl-C (needs Java 17 and Maven)
	@exec $(BIN)/python tests/opensearch/cluster.py $(OPENSEARCH)

image: $(VENV)/ready ## try the Dockerfile line by line in a Debian of its own, as root with debootstrap (some minutes)
	$(BIN)/python tests/image.py

refill: $(VENV)/ready ## measure how long an archive is away where the disk does not last (some minutes)
	$(BIN)/python tests/refill.py

bench: $(VENV)/ready ## measure side by side with the peers, and write the table (about a quarter of an hour)
	$(BIN)/python -m benchmarks $(BENCH)

growth: $(VENV)/ready ## let an archive grow to a million articles, and write what that takes (about forty minutes, 10 GB)
	$(BIN)/python -m benchmarks.growth

scale: $(VENV)/ready ## let archives grow in the cluster of one node at OPENSEARCH_URL, and compute docs/scale.md (forty minutes, 15 GB)
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.scale_table

load: $(VENV)/ready ## ask the bot fifty and two hundred times a second, quiet and during a reindex, and write the table (some ten minutes)
	$(BIN)/python -m benchmarks.load --table

soak: $(VENV)/ready ## ask the bot half a million times, and fail where its memory grows or anything goes wrong (more than two hours)
	$(BIN)/python -m benchmarks.load.soak

eval: $(VENV)/ready ## measure rankings and excerpts over the collections in COLLECTIONS, and write the table (some minutes)
	$(BIN)/python -m benchmarks.quality --collections $(COLLECTIONS)

format: $(VENV)/ready ## put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/ready ## write the generated parts of README, .env.example and the catalogues of languages anew
	$(BIN)/python tests/catalogues.py
	$(BIN)/python tests/generated.py

pictures: $(VENV)/ready ## take the pictures of README from the demo page (needs Chromium)
	$(BIN)/python tests/pictures.py docs

lock: ## resolve the dependencies anew (needs the uv command)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-emit-find-links --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-emit-find-links --constraints requirements.txt --extra opensearch --output-file $(LOCK_OF_A_CLUSTER) pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-emit-find-links --constraints requirements.txt --group dev --extra eval --extra parquet --extra opensearch --output-file $(LOCK) pyproject.toml

clean: ## remove what was made here
	rm -rf .venv* build tests/opensearch/target *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
