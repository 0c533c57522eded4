#!/usr/bin/env bash
# Every check there is, in order; the first that fails ends it. Needs git and rustup's cargo, and Debian or Ubuntu for the
# rest: what else is missing is installed with apt (as root, or through sudo) and npm.
# The network is used for apt, crates.io and npm only. CHROMIUM names the browser; else it is chromium-headless-shell, which is Chromium
# without what only a screen needs and takes a fifth less of the machine, or the chromium that is there already.
set -euo pipefail
cd "$(dirname "$0")"

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=/usr/bin/chromium-headless-shell
    [ -x "$CHROMIUM" ] || [ ! -x /usr/bin/chromium ] || CHROMIUM=/usr/bin/chromium
fi
export CHROMIUM

step_name=
finish() {
    local code=$?
    if [ "$code" -ne 0 ] && [ -n "$step_name" ]; then
        echo "==> FAILED: $step_name (exit code $code), after $SECONDS s in all" >&2
    fi
    exit "$code"
}
trap finish EXIT

# step WORDS COMMAND...: runs the command, and says what it is and how long it took.
step() {
    step_name=$1
    shift
    echo "==> $step_name"
    local began=$SECONDS
    "$@"
    echo "==> ok, $((SECONDS - began)) s: $step_name"
    step_name=
}

install_tools() {
    local missing=()
    command -v git >/dev/null || missing+=(git)
    command -v cc >/dev/null || missing+=(build-essential)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    [ -x "$CHROMIUM" ] || missing+=(chromium-headless-shell)
    # The languages of docs/receivers.
    command -v python3 >/dev/null || missing+=(python3)
    command -v go >/dev/null || missing+=(golang-go)
    command -v php >/dev/null || missing+=(php-cli)
    command -v ruby >/dev/null || missing+=(ruby)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
    if [ "${#missing[@]}" -eq 0 ]; then
        echo "nothing to install"
        return
    fi
    echo "installing: ${missing[*]}"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

show_tools() {
    cargo --version
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        console.log(`node ${process.version}`);
        if (major < 18 || (major === 18 && minor < 19)) { console.error("node 18.19 or later is needed"); process.exit(1); }'
    "$CHROMIUM" --version 2>/dev/null
    python3 -c 'import sys
print("python", sys.version.split()[0])
if sys.version_info < (3, 11): sys.exit("python 3.11 or later is needed")'
    go version
    php --version | head -n 1
    ruby --version
}

# The packages that tests use: every folder under tests/ with a lock file.
install_packages() {
    local lock
    while IFS= read -r lock; do
        echo "${lock%/package-lock.json}"
        npm ci --prefix "${lock%/package-lock.json}" --no-audit --no-fund </dev/null
    done < <(find tests -name package-lock.json -not -path '*/node_modules/*' | sort)
}

# browser_tests FOLDER: needs the server that the tests before have built.
browser_tests() {
    local target
    target=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    # With the pages as release builds carry them; without HOOKSWITCH_BUNDLE a debug build serves their sources.
    HOOKSWITCH_BUNDLE=1 HOOKSWITCH_BIN="$target/debug/hookswitch" npm test --prefix "$1"
}

step "tools" install_tools
step "versions" show_tools
step "format" cargo fmt --check
step "lints" cargo clippy --locked --all-targets -- -D warnings
step "npm packages of the tests" install_packages
step "tests" cargo test --locked
step "documentation" env RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps
if cargo deny --version >/dev/null 2>&1; then
    step "licences and advisories" cargo deny --locked check
else
    echo "==> skipped: licences and advisories (cargo-deny is not installed)"
fi
step "browser tests" browser_tests tests/browser
step "Verto client libraries" browser_tests tests/verto-browser
echo "==> all steps passed in $SECONDS s"
