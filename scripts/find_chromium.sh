#!/bin/sh
# Print the path of a Chromium on standard output and say on standard error how it was found or installed.
set -u
say() { printf '%s\n' "$*" >&2; }
for name in "${HALFTIME_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && path=$(command -v "$name" 2>/dev/null); then
        say "Chromium: found $path"
        printf '%s\n' "$path"
        exit 0
    fi
done
root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && { [ -z "$root" ] || $root true 2>/dev/null; }; then
    say "Chromium: not found; installing the Debian package …"
    log=$(mktemp)
    if { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y chromium; } >"$log" 2>&1 &&
        path=$(command -v chromium); then
        rm -f "$log"
        say "Chromium: installed $path"
        printf '%s\n' "$path"
        exit 0
    fi
    say "Chromium: the package could not be installed:"
    tail -n 5 "$log" >&2
    rm -f "$log"
fi
say "Chromium: none found and none could be installed. Install one and name it: HALFTIME_CHROMIUM=/path/to/chromium make test"
exit 1
