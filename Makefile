# The main targets are `make quickstart` and `make test`; both install missing system packages.

PACKAGES := libjpeg-dev libopenblas-dev libpng-dev libssl-dev libsvm-dev libyaml-dev zlib1g-dev

.PHONY: help quickstart test sanitize-thread sanitize-address bench docs format lint schemas packages

help:
	@echo "make quickstart   train, unlearn, attack and measure on a small built-in data set; prints the table"
	@echo "make test         run all tests"
	@echo "make sanitize-thread   search for data races in the engine's pool and the store"
	@echo "make sanitize-address  search for wrong addresses in the C kernels"
	@echo "make bench        time the engine; see Benchmarks/README.md"
	@echo "make docs         write the documentation of the modules for plugins to .build/docs"
	@echo "make format       format all Swift sources"
	@echo "make lint         check the format of all Swift sources"
	@echo "make schemas      regenerate schemas/"

quickstart: packages
	swift run -c release runner experiments/quickstart.yaml

test: packages
	swift test

# Builds of their own, some minutes each. Memory that is refused is a null pointer, as without a sanitizer; leaks are not
# searched for, since XCTest has some of its own.
sanitize-thread: packages
	TSAN_OPTIONS="allocator_may_return_null=1 suppressions=$(CURDIR)/Tests/thread-sanitizer.txt" \
	  swift test --sanitize=thread --scratch-path .build/sanitize-thread --filter 'EngineTests|ExperimentsTests.Store'

sanitize-address: packages
	ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0 \
	  swift test --sanitize=address --scratch-path .build/sanitize-address --filter EngineTests

bench: packages
	Benchmarks/compare/engine.sh

# The plugin is only a dependency of the documentation; see Package.swift.
docs: packages
	mkdir -p .build/docs
	for target in Unlearning Engine Data UnlearningTesting; do \
	  LACUNA_DOCS=1 swift package --allow-writing-to-directory .build/docs generate-documentation \
	    --target $$target --warnings-as-errors --output-path .build/docs/$$target || exit 1; done

format:
	swift format --in-place --recursive Package.swift Sources Plugins Tests Benchmarks Examples

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests Benchmarks Examples

schemas: packages
	swift run -c release runner schema experiment > schemas/experiment.schema.json
	swift run -c release runner schema audit > schemas/audit.schema.json
	swift run -c release runner schema results > schemas/results.schema.json

# Installs missing packages with apt-get, with sudo only if necessary; on other systems prints what to install.
packages:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then \
	  missing=$$(for package in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || echo "$$package"; done); \
	  [ -n "$$missing" ] || exit 0; \
	  echo "installing" $$missing >&2; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -q >&2 || true; \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >&2; \
	else \
	  for header in cblas.h jpeglib.h libsvm/svm.h openssl/sha.h png.h yaml.h zlib.h; do \
	    echo "#include <$$header>" | cc -E $$(pkg-config --cflags openblas 2>/dev/null) - >/dev/null 2>&1 \
	    || { echo "The header $$header is missing: install the development packages of OpenBLAS (pthread variant)," \
	           "libpng, libsvm, OpenSSL, libjpeg-turbo, libyaml and zlib; on Debian: $(PACKAGES)" >&2; exit 1; }; \
	  done; \
	fi
