# Thin: every target hands one command to the environment that sandbox/bootstrap.py keeps in the user's cache.
PYTHON ?= python3
RUN := $(PYTHON) -m sandbox.bootstrap --
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet
.DEFAULT_GOAL := help
.PHONY: help up preview report refresh status destroy down bench access drills scaling plan policies test unit engine check lint types toolchain lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## bring up prod, then dr, on this machine
	@$(RUN) python -m sandbox up
preview: ## what `make up` would change in both stacks, policies on
	@$(RUN) python -m sandbox preview
refresh: ## read everything back and report drift
	@$(RUN) python -m sandbox refresh
report: ## review what `make up` would change: comment, page, JSON and SARIF in report/ (BASE=a commit to compare with)
	@$(RUN) python -m sandbox report $(if $(BASE),--base $(BASE)) --fail-on blocked
status: ## sites, nodes, replicas and endpoints
	@$(RUN) python -m sandbox status
destroy: ## delete every resource through the engine, dr first; clusters with deletion protection refuse
	@$(RUN) python -m sandbox destroy
down: ## end everything that `make up` started and remove its state
	@$(RUN) python -m sandbox down
bench: ## measure times, memory and a preview against its floor (minutes)
	@$(RUN) python -m sandbox.bench
access: ## the access layer with its real programs, put through faults and load (SCENARIO=name for one; needs `make up`)
	@$(RUN) python -m sandbox.access $(SCENARIO)
plan: ## the sizes that the stacks' forecasts ask for, and where settings differ (WRITE=1: docs/capacity.md anew)
	@$(RUN) python -m capacity $(if $(WRITE),--write)
scaling: ## autoscaling with its real controllers, a load step on each signal (half an hour; SCENARIO=name for one; needs `make up`)
	@$(RUN) python -m sandbox.scaling $(SCENARIO)
drills: ## nodes killed, reclaimed and drained under the model server, time by phase (minutes; DRILL=name for one; needs `make up`)
	@$(RUN) python -m sandbox.drills $(DRILL)
policies: ## the rules of the policy pack, with settings and remediations
	@$(RUN) python policies/catalogue.py
test: toolchain ## all tests: those on the real engine, and beside them those that need none
	@$(MAKE) --no-print-directory -j2 unit engine
unit: ## the tests that need no engine (seconds)
	@$(RUN) python -m pytest -m "not engine"
engine: toolchain ## the tests on the real engine (minutes)
	@$(RUN) python -m pytest -m engine
check: lint types ## everything that needs no run
lint: ## ruff: rules and format; actionlint, shellcheck and hadolint: the workflows, their shell steps and the images
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) python -m sandbox.toolchain actionlint
	@$(RUN) .sandbox/bin/actionlint .github/workflows/*.yml
	@$(RUN) shellcheck .ci/run components/access/discovery/files/*.sh components/compute/weights/files/*.sh
	@$(RUN) hadolint worker/Dockerfile database/Dockerfile
types: ## basedpyright, strict
	@$(RUN) basedpyright
toolchain: ## find or build the engine, the Kubernetes programs, Consul, Nginx, Prometheus, Redis and MySQL
	@$(RUN) python -m sandbox.toolchain sandbox access scaling queue $(if $(shell command -v mvn),database)
lock: ## write the lock files anew from requirements*.in (needs uv)
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@$(LOCK) requirements.in -c requirements-dev.txt -o requirements.txt
	@$(LOCK) worker/requirements.in -c requirements-dev.txt -o worker/requirements.txt
	@$(LOCK) database/requirements.in -c requirements-dev.txt -o database/requirements.txt
	@$(LOCK) requirements-go.in -o requirements-go.txt
