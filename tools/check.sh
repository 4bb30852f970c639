#!/usr/bin/env bash
# Checks everything that is no test in the modules named as arguments. It stops at the first thing that is wrong.
set -euo pipefail

root=$PWD
tools=$root/bin/tools

step() {
  echo "check: $*"
}

# govulncheck says "fetching vulnerabilities" only when it cannot get at its database.
# VULNDB names another database, for example a file:// mirror.
vulnerabilities() {
  local out status=0
  out=$("$tools/govulncheck" ${VULNDB:+-db "$VULNDB"} ./... 2>&1) || status=$?
  if [[ $status -ne 0 && $out == *"govulncheck: fetching vulnerabilities:"* ]]; then
    return 75
  fi
  if [[ $status -ne 0 ]]; then
    echo "$out"
  fi
  return "$status"
}

step formatting
"$tools/golangci-lint" fmt --diff

for module in "$@"; do
  cd "$root/$module"
  step "go.mod of $module"
  go mod tidy -diff
  if [[ $module == tools ]]; then
    continue # it has no code of its own
  fi
  step "code of $module"
  go vet ./...
  "$tools/golangci-lint" run
done

cd "$root"
step console
npm --prefix web run --silent check
npm --prefix web run --silent size

step generated files
go run ./docs/gen -check
npm --prefix web run --silent generate -- --check

step known vulnerabilities
for module in "$@"; do
  if [[ $module == tools ]]; then
    continue # it never runs outside a developer's machine
  fi
  cd "$root/$module"
  status=0
  vulnerabilities || status=$?
  if [[ $status -eq 75 ]]; then
    echo "govulncheck: skipped: the vulnerability database cannot be reached"
    break
  elif [[ $status -ne 0 ]]; then
    exit "$status"
  fi
done
