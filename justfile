# `just` lists what there is.
default:
    @just --list --unsorted

# Format the code
fmt:
    cargo fmt

# Check the form, and every lint
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# Run the Rust tests, or those whose name has WORD in it
test *WORD:
    cargo test --locked {{WORD}}

# Explore every state that the machines can get into, deeper than the tests do: minutes, and some gigabytes
model:
    HOOKSWITCH_MODEL_DEEP=1 cargo test --locked --release --test core model:: -- --nocapture

# Run the simulation with a seed of your own
sim SEED:
    HOOKSWITCH_SIM_SEED={{SEED}} cargo test --locked --test core simulation:: -- --nocapture

# Run the browser tests
browser:
    cargo build --locked
    npm ci --prefix tests/browser --no-audit --no-fund
    npm test --prefix tests/browser

# Mangle what comes from outside, SECONDS for each parser
fuzz SECONDS="60":
    HOOKSWITCH_FUZZ_SECONDS={{SECONDS}} cargo test --release --locked --lib survives_anything -- --nocapture

# Build the documentation of the code; warnings are errors
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps

# Run the server: `just run serve --config hookswitch.toml`
run *ARGS:
    cargo run --release -- {{ARGS}}

# Run the server in development mode: open the page that it prints
demo:
    cargo run --release -- serve --dev

# Build the container image
docker:
    docker build -f docker/Dockerfile -t hookswitch .

# Measure the store with a million calls on file
bench-store:
    cargo bench --bench store

# Measure the media workers with the simulated SDK
bench-cloudvoip:
    cargo bench --locked --bench cloudvoip

# Compare hookswitch with the floor: `just bench --growth 1000000`
bench *ARGS:
    cargo bench --locked --bench floor -- {{ARGS}}

# Serve the floor alone, for `hookswitch bench --url http://127.0.0.1:8090`
floor ADDRESS="127.0.0.1:8090":
    cargo bench --locked --bench floor -- --serve {{ADDRESS}}

# Everything that CI runs
ci:
    ./test.sh
