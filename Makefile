# Recado: `make help` lists what there is to make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_VERSION := v2.15.0
GOFUMPT_VERSION  := v0.12.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED ?= 0
RACE_PKGS ?= ./...

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## build: bin/recado, back office inside
build: web/dist/index.html
	go build -trimpath -ldflags "-s -w -X recado/internal/app.Version=$(VERSION)" -o bin/recado ./cmd/recado

## run: build everything and serve on :8080
run: build
	./bin/recado serve

## demo: the same with a simulated WhatsApp, a demo shop and a virtual phone
demo: build
	./bin/recado demo

## test: every test, on real servers; installs what it needs. The flow engine is fuzzed beside the panel's tests
test: setup web/dist/index.html
	log=$$(mktemp); FUZZ_PARALLEL=1 nice ./test/fuzz.sh 60s FuzzStep >"$$log" 2>&1 & fuzz=$$!; \
	failed=0; make web-test || failed=1; \
	wait $$fuzz || failed=1; cat "$$log"; rm -f "$$log"; exit $$failed
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 20m $(RACE_PKGS)

## lint: golangci-lint, gofumpt, tidy, vet of the web
lint: .tools/golangci-lint-$(GOLANGCI_VERSION)
	.tools/golangci-lint-$(GOLANGCI_VERSION) run
	go mod tidy -diff

## check: lint and test, what CI runs
check: lint test

## bench: speed and memory, printed as a table
bench: setup
	CGO_ENABLED=0 go run ./test/bench

## fuzz: every fuzz target for 60 s
fuzz:
	./test/fuzz.sh 60s

## setup: servers and browsers that the tests start (Debian packages, when root)
setup:
	./test/setup.sh

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/scripts web/index.html web/vite.config.ts web/package.json internal/i18n/*.json -type f 2>/dev/null)
	cd web && npm run build

web-test: web/dist/index.html
	cd web && npm run lint && npm run typecheck && npm run types:check && npm test && npm run test:browser

.tools/golangci-lint-$(GOLANGCI_VERSION):
	mkdir -p .tools
	GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .tools/golangci-lint $@

## clean: what was built
clean:
	rm -rf bin web/dist

.PHONY: help build run demo test lint check bench fuzz setup web-test clean
