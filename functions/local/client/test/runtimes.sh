#!/usr/bin/env bash
# The tests that need no service, on every Node.js that is supported; and a call from Bun and Deno.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build/runtimes
mkdir -p "$folder" && [ -f "$folder/package.json" ] || echo '{}' >"$folder/package.json"
npm install --silent --prefix "$folder" n18@npm:node@18 n20@npm:node@20 n22@npm:node@22 n24@npm:node@24 bun deno
for node in n18 n20 n22 n24; do
  runtime="$folder/node_modules/$node/bin/node"
  echo "Node.js $("$runtime" --version)"
  timeout 120 "$runtime" --test --test-reporter=tap build/test/{methods,resilience,signing}.test.js | grep -E '^# (pass|fail)'
done
for runtime in "bun" "deno run --allow-all"; do
  # shellcheck disable=SC2086 - a command and its arguments
  timeout 30 "$folder/node_modules/.bin/"$runtime build/test/one-call.js
done
