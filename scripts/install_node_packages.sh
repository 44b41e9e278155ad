#!/usr/bin/env bash
# Install what the browser tests need from npm: an OpenID provider, and axe. They say what they
# leave out where there is no npm.
set -euo pipefail
folder=$(cd "$(dirname "$0")/../tests/browser/node" && pwd)
if ! command -v npm > /dev/null; then
    echo "No npm: signing in with a provider and accessibility are not tested." >&2
    exit 0
fi
installed="$folder/node_modules/.package-lock.json"
if [ ! -f "$installed" ] || [ "$folder/package-lock.json" -nt "$installed" ]; then
    npm ci --silent --prefix "$folder"
fi
