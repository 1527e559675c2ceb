# The two commands: `make demo` and `make test`. Everything else is a part of them.
#
# Two virtual environments: .cache/venv-demo holds only what runs a playbook, so that the demo starts quickly, and
# .venv holds the test tools as well. Both are made on first use by tools/venv and then left alone.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Makes `ansible-playbook` in a recipe see this checkout as the collection rootless.podman.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections

# The demo's host: empty for a disposable one of its own, or user@server.
HOST ?=

.PHONY: help
help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: demo-venv ## bring up a host with a real app on it (HOST=user@server: there, instead of on a disposable host)
	@HOST='$(HOST)' PATH="$(CURDIR)/.cache/venv-demo/bin:$$PATH" demo/demo

.PHONY: demo-down
demo-down: demo-venv ## remove what `make demo` made on this machine
	@HOST='$(HOST)' PATH="$(CURDIR)/.cache/venv-demo/bin:$$PATH" demo/demo down

.PHONY: demo-venv
demo-venv:
	@tools/venv .cache/venv-demo requirements/demo.txt

.PHONY: venv
venv: ## make the virtual environment .venv with Ansible and the test tools
	@tools/venv .venv requirements/dev.txt

.PHONY: test
test: ## all of the following, in this order
	@tests/run

.PHONY: lint
lint: ## ruff, mypy, yamllint, ansible-lint, shellcheck, changelog and documentation checks
	@tests/run lint

.PHONY: format
format: venv ## let ruff mend what it can by itself
	@.venv/bin/ruff check --fix --unsafe-fixes --exit-zero --quiet --select UP,I,F401 . >/dev/null
	@.venv/bin/ruff check --fix --exit-zero --quiet . >/dev/null
	@.venv/bin/ruff format --quiet .

.PHONY: sanity
sanity: ## ansible-test sanity, with every test that ansible-test has
	@tests/run sanity

.PHONY: importer
importer: ## the built collection, looked at as Galaxy does before it takes one
	@tests/run importer

.PHONY: unit
unit: ## pytest without a host
	@tests/run unit

.PHONY: integration
integration: ## pytest on real disposable hosts (needs root)
	@tests/run integration

.PHONY: proofs
proofs: ## apps under reboots, power cuts, drift, kills and hostile accounts, on disposable hosts; no part of `make test`
	@tests/run proofs

.PHONY: matrix
matrix: ## units and sanity with each Python found here, the oldest ansible-core and the newest; no part of `make test`
	@tests/run matrix

.PHONY: test-vm
test-vm: ## limits in a virtual machine with every cgroup controller; slow, and no part of `make test`
	@tests/run vm

.PHONY: bench
bench: ## figures beside those of containers.podman, on a disposable host, into docs/benchmarks.md
	@tools/venv .cache/venv-bench requirements/bench.txt
	@.cache/venv-bench/bin/python tests/bench/run.py

.PHONY: clean
clean: ## remove everything that the targets above made in this checkout; hosts of the testbed: make demo-down
	@rm -rf .ansible .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv tests/output changelogs/.plugin-cache.yaml
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
