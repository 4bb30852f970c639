#!/usr/bin/env bash
# Runs the tests of the modules named as arguments and prints go test's events as JSON, so that gotestsum makes
# one summary of all of them. RACE is -race or empty; it is for the root module, the others drive its binary.
set -euo pipefail

status=0
for module in "$@"; do
  flags=(-json -timeout 15m)
  if [[ $module == . && -n ${RACE-} ]]; then
    # SQLite is C that was translated: the detector makes it several times slower and has nothing to find in it.
    flags+=("$RACE" -gcflags=modernc.org/sqlite/lib=-race=false)
  fi
  go test -C "$module" "${flags[@]}" ./... || status=1
done
exit "$status"
