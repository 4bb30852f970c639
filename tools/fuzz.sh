#!/usr/bin/env bash
# Runs every fuzz target of the root module, one after another, for the time given as argument.
# It runs all of them even when one finds something, and then fails.
set -euo pipefail

time=${1:?usage: fuzz.sh TIME}
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)

# Without a bound, go test spends most of the time on making interesting inputs smaller.
status=0
for package in $packages; do
  targets=$(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
  for target in $targets; do
    echo "fuzz: $package $target for $time"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x "$package" || status=1
  done
done
exit "$status"
