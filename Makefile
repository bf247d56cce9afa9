# SPDX-License-Identifier: Apache-2.0
# The front door; the build itself is meson.build. `make help` says what there is.
BUILD ?= build
ASAN ?= build-asan
FUZZ ?= build-fuzz
SECONDS ?= 30
PREFIX ?= /usr/local
CLANG ?= clang
IMAGE ?= /
IMAGES ?= build-images
PLIMSOLL = $(BUILD)/src/plimsoll
sanitize = -Db_sanitize=address,undefined -Doptimization=1 -Ddebug=true -Db_lundef=false

all: build

help:
	@sed -n 's/^#: //p' Makefile

#: make                          build the program (release) into build/
#: make scan [IMAGE=X] [FEEDS=DIR]  build it, then scan an image, archive or directory; / if none
#: make test                     build, run all tests, name the skipped ones and why
#: make lint                     layers, clang-format, cppcheck, clang-tidy, gcc and clang
#: make asan                     unit tests and fuzz inputs under ASan and UBSan
#: make fuzz [SECONDS=30]        libFuzzer, that long on each target
#: make fuzz-cel [SECONDS=30] [SEED=1]   our expressions beside @bufbuild/cel (needs node and npm)
#: make bench [IMAGES=DIR] [ONLY=NAMES] [TRIVY=PATH] [FEEDS=DIR]   build the images, measure
#:                                 (tests/bench); with FEEDS matching and versions too
#: make bench-lint [HADOLINT=PATH]  lint of 1,000 Dockerfiles and 1,000 Kubernetes objects
#: make bench-secrets [TRIVY=PATH] [GITLEAKS=PATH]  how right scans of secrets are
#: make bench-malware [FILES="FILE..."]  MB/s of YARA rules and lists of hashes
#: make bench-verify             how long a Sigstore bundle and signed images take to verify
#: make bench-secret-speed [IMAGES=DIR] [CORPUS=FILE]  what secrets add to a scan; MB/s on a text
#: make bench-needs TREES="FILE..."   what real programs open beside what plimsoll needs names; root
#: make bench-needs-speed [IMAGES=DIR]  what the closure of a large image costs
#: make bench-expr               how fast expressions are compiled and evaluated
#: make conformance SUITES=DIR [FEEDS=DIR]   the outside test suites, a score for each; with FEEDS
#:                                 what a scan finds against the feeds' own ranges
#: make install [DESTDIR=] [PREFIX=/usr/local]   program, man pages, completions
#: make docs                     docs/rules from rules/packs; lint says when they are stale
#: make format, update-golden, clean

setup-build:
	@tools/setup.sh build

setup-test:
	@tools/setup.sh build test engines

setup-conformance:
	@tools/setup.sh build test $(if $(FEEDS),matching)

setup-bench:
	@tools/setup.sh build bench

setup-lint:
	@tools/setup.sh build test lint

# Only the program: the tests need packages of their own.
build: setup-build
	@tools/configure.sh $(BUILD) --buildtype=release
	ninja -C $(BUILD) --quiet src/plimsoll

build-tests: setup-test
	@tools/configure.sh $(BUILD) --buildtype=release -Dtests=enabled
	ninja -C $(BUILD) --quiet

# FEEDS is a mirror of advisories: a database is made of it beside the build. Without it the
# database of this user is asked, and where there is none the report says NOT ASSESSED.
scan: build
	$(if $(FEEDS),$(PLIMSOLL) db build --quiet --feeds $(FEEDS) --out $(BUILD)/db)
	$(PLIMSOLL) scan $(if $(FEEDS),--db $(BUILD)/db) $(if $(IMAGE),$(IMAGE),/)

test: build-tests
	@tools/cel-peer.sh $(BUILD)
	@tools/sigstore-peer.sh $(BUILD)
	@tools/run-tests.sh $(BUILD)

lint: setup-lint
	@tools/lint.sh

asan: setup-test
	@tools/configure.sh $(ASAN) $(sanitize) -Dtests=enabled
	ninja -C $(ASAN) --quiet
	@tools/run-tests.sh $(ASAN) --suite unit --suite fuzz

fuzz: setup-lint
	@CC=$(CLANG) tools/configure.sh $(FUZZ) $(sanitize) -Dtests=enabled \
		-Dc_args=-fsanitize=fuzzer-no-link
	ninja -C $(FUZZ) --quiet
	@tools/fuzz.sh $(FUZZ) $(SECONDS)

fuzz-cel: build
	@tools/cel-peer.sh $(BUILD)
	tests/cel/compare.py --plimsoll $(PLIMSOLL) --peer $(BUILD)/cel-peer --seconds $(SECONDS) \
		--seed $(or $(SEED),1)

# Building the images needs root, 15 GB and 10 to 20 minutes; what is there is not built again.
bench: setup-bench build
	tests/bench/make_images.py --out $(IMAGES) $(if $(ONLY),--only $(ONLY))
	tests/bench/run.py --plimsoll $(PLIMSOLL) --images $(IMAGES) $(if $(ONLY),--only $(ONLY)) \
		$(if $(TRIVY),--trivy $(TRIVY))
	$(MAKE) --no-print-directory bench-lint
	$(MAKE) --no-print-directory bench-secrets
	$(MAKE) --no-print-directory bench-secret-speed
	$(MAKE) --no-print-directory bench-needs-speed
	$(MAKE) --no-print-directory bench-malware
	$(MAKE) --no-print-directory bench-verify
	$(if $(FEEDS),$(MAKE) --no-print-directory build-tests && \
		ninja -C $(BUILD) --quiet tests/match_bench tests/version_bench && \
		tests/bench/match.sh $(BUILD) $(FEEDS) && $(BUILD)/tests/version_bench)

bench-lint: setup-bench build
	@[ -d $(BUILD)/bench-files ] || tests/bench/make_build_files.py --out $(BUILD)/bench-files
	tests/bench/lint_bench.py --plimsoll $(PLIMSOLL) --files $(BUILD)/bench-files \
		$(if $(HADOLINT),--hadolint $(HADOLINT))

bench-secrets: build
	tests/bench/secrets/generate.py --out $(BUILD)/bench-secrets
	tests/bench/secrets/score.py --plimsoll $(PLIMSOLL) --set $(BUILD)/bench-secrets \
		$(if $(TRIVY),--trivy $(TRIVY)) $(if $(GITLEAKS),--gitleaks $(GITLEAKS))

bench-secret-speed: setup-bench build
	@[ -d $(IMAGES)/multi1500 ] || tests/bench/make_images.py --out $(IMAGES) --only multi1500
	tests/bench/secret_scan.py --plimsoll $(PLIMSOLL) oci:$(IMAGES)/multi1500/oci
	$(if $(CORPUS),$(MAKE) --no-print-directory build-tests && \
		ninja -C $(BUILD) --quiet tests/secret_bench && $(BUILD)/tests/secret_bench $(CORPUS))

bench-malware: build-tests
	@ninja -C $(BUILD) --quiet tests/malware_bench
	$(BUILD)/tests/malware_bench $(if $(FILES),$(FILES),$(PLIMSOLL))

bench-verify: build-tests
	@ninja -C $(BUILD) --quiet tests/verify_bench tests/notation_bench tests/image_signature_bench
	$(BUILD)/tests/verify_bench
	$(BUILD)/tests/notation_bench
	$(BUILD)/tests/image_signature_bench

bench-needs: setup-bench build
	tests/bench/needs.py --plimsoll $(PLIMSOLL) --work $(BUILD)/bench-needs $(or $(TREES),$(error say TREES=FILES))

bench-needs-speed: setup-bench build
	@[ -d $(IMAGES)/multi1500 ] || tests/bench/make_images.py --out $(IMAGES) --only multi1500
	tests/bench/needs_speed.py --plimsoll $(PLIMSOLL) oci:$(IMAGES)/multi1500/oci

bench-expr: build-tests
	@ninja -C $(BUILD) --quiet tests/expr_bench
	$(BUILD)/tests/expr_bench

conformance: setup-conformance build
	@tools/conformance.py $(PLIMSOLL) $(or $(SUITES),$(error say SUITES=DIR)) \
		$(BUILD)/conformance $(FEEDS)
	$(if $(FEEDS),tests/conformance/matching.py --plimsoll $(PLIMSOLL) --feeds $(FEEDS) \
		--db $(BUILD)/conformance/db \
		$(addprefix --images ,$(wildcard $(SUITES)/../images)))

install: build
	tools/install.sh $(PLIMSOLL) "$(DESTDIR)$(PREFIX)"

format:
	git ls-files 'src/*.[ch]' 'src/*.cc' 'tests/*.[ch]' | xargs clang-format -i

docs:
	tools/rules-docs.py

update-golden: build-tests
	tools/update-golden.sh

clean:
	rm -rf $(BUILD) $(ASAN) $(FUZZ) build-lint

.PHONY: all help setup-build setup-test setup-lint setup-bench setup-conformance build build-tests scan test lint asan fuzz fuzz-cel bench bench-lint bench-needs bench-needs-speed bench-secrets bench-secret-speed bench-malware bench-verify bench-expr conformance \
	install docs format update-golden clean
