# The developer's commands. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 1m

# Every folder with a go.mod is a module of its own; tools has no code to test.
MODULES := . $(patsubst %/go.mod,%,$(wildcard */go.mod))
CODE := $(filter-out tools,$(MODULES))

# The race detector needs cgo and a C compiler.
RACE = $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null && echo -race)

TOOLS := bin/tools/.built

# Where the tests look for ClickHouse as a library (internal/engine/enginetest). As root they run it as other users.
ENGINE_CACHE = $(if $(filter 0,$(shell id -u)),/var/cache,$(or $(XDG_CACHE_HOME),$(HOME)/.cache))/gatehouse

# The console, which go build takes in. Without Node.js, go build ./cmd/gatehouse makes a Gatehouse that has none.
CONSOLE := web/dist/index.html
CONSOLE_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/coverage -prune -o -type f -print)
CONSOLE_PACKAGES := web/node_modules/.package-lock.json

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: build ## build and run Gatehouse with its data in data/ and its first key in data/admin.env
	@command -v clickhouse clickhouse-server >/dev/null || bin/gatehouse engine install --data data || echo 'make run: without services: no ClickHouse could be installed'
	bin/gatehouse serve --data data --init-key data/admin.env

.PHONY: build
build: $(CONSOLE) ## build the console and bin/gatehouse, which has it inside
	CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/gatehouse ./cmd/gatehouse

.PHONY: test
test: $(TOOLS) build ## run the tests of the console and of every module
	@install -d -m 0711 '$(ENGINE_CACHE)' && bin/gatehouse engine install --data '$(ENGINE_CACHE)' || { echo 'make test: without ClickHouse as a library'; [ -z "$${CI:-}" ]; }
	npm --prefix web test
	@$(if $(RACE),,echo 'make test: without -race, which needs cgo and a C compiler')
	@RACE=$(RACE) bin/tools/gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg \
		--raw-command -- tools/test-json.sh $(CODE)

.PHONY: check
check: $(TOOLS) $(CONSOLE) ## check formatting, lint, module files, generated files and known vulnerabilities
	@tools/check.sh $(MODULES)

.PHONY: fmt
fmt: $(TOOLS) ## format the code
	bin/tools/golangci-lint fmt

.PHONY: generate
generate: $(CONSOLE_PACKAGES) ## write the generated files again
	go run ./docs/gen
	npm --prefix web run --silent generate

.PHONY: pictures
pictures: build ## take the pictures of the README again
	cd e2e && CI=1 go test -count=1 -run '^TestPicture' .
	@mkdir -p docs/images
	cp e2e/out/readme-api-keys.png docs/images/api-keys.png

.PHONY: bench
bench: build ## compare HTTP throughput side by side, then measure the access decisions and the console
	cd bench && go run .
	go test -run '^$$' -bench . -benchmem ./internal/access
	cd e2e && CI=1 GATEHOUSE_BENCH=1 go test -count=1 -v -run '^TestTenThousandKeys' .

.PHONY: torture
torture: ## kill the server 2000 times while it writes, and look for what was lost
	GATEHOUSE_TORTURE_KILLS=2000 go test -run Torture -count 1 -timeout 2h ./cmd/gatehouse

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (1m)
	@tools/fuzz.sh $(FUZZTIME)

.PHONY: cover
cover: ## write bin/cover.html, the lines that the tests reach
	@mkdir -p bin
	go test -coverpkg ./... -coverprofile bin/cover.out ./...
	go tool cover -html bin/cover.out -o bin/cover.html
	@go tool cover -func bin/cover.out | tail -n 1

.PHONY: clean
clean: ## delete what was built; data/ stays
	rm -rf bin e2e/out web/node_modules
	git clean -fdXq web/dist

$(CONSOLE): $(CONSOLE_PACKAGES) $(CONSOLE_SOURCES)
	npm --prefix web run --silent build
	@touch $@

# Without warnings: click-ui asks for a newer Node.js than it takes to build with it.
$(CONSOLE_PACKAGES): web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo 'the console is built with Node.js 20.19 or newer, which is not here; for a Gatehouse without it: go build ./cmd/gatehouse'; exit 1; }
	npm --prefix web ci --no-audit --no-fund --loglevel error
	@touch $@

# The tools, at the versions that tools/go.mod pins.
$(TOOLS): tools/go.mod tools/go.sum
	@echo 'building the tools, a minute or two the first time'
	CGO_ENABLED=0 go build -C tools -trimpath -o $(CURDIR)/bin/tools/ tool
	@touch $@
