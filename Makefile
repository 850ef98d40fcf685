# The front door. `make help` tells what there is.
JOBS ?= $(shell nproc)
RELEASE = cmake --preset release -DHEADGATE_TESTS=OFF

.PHONY: help deps build demo test test-cluster asan tsan bench bench-scale format tidy docs clean

help:
	@echo "make demo     see it work: pods, Headgate, requests by host and path, a live change (three minutes)"
	@echo "make test     build and run every test"
	@echo "make build    the release binary: build/release/headgate"
	@echo "make test-cluster   test against a real Kubernetes API server (needs Go; minutes the first time)"
	@echo "make asan     the tests with AddressSanitizer and UndefinedBehaviorSanitizer (tsan: ThreadSanitizer)"
	@echo "make bench    measure against nginx, HAProxy and the kernel; writes docs/performance.md"
	@echo "make bench-scale  10,000 Ingresses from an API server: time to ready, memory, CPU and p99 under changes"
	@echo "make deps     install the Debian packages that are missing (the others call it)"
	@echo "make format   clang-format; make tidy: clang-tidy; make docs: docs printed from the code"
	@echo "make clean    remove build/"
	@echo
	@echo "Variables: JOBS=$(JOBS); for demo PORT=8080 and ONCE=1 (end after the show)"

deps:
	@tools/deps build test demo

build:
	@tools/deps build
	@$(RELEASE) -DHEADGATE_BENCH=OFF >/dev/null
	@cmake --build --preset release --target headgate -j $(JOBS)

demo: build
	@tools/deps demo
	@tools/demo build/release/headgate

test:
	@tools/deps build test demo
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)
	@ctest --test-dir build/dev -j $(JOBS) --output-on-failure

test-cluster:
	@tools/deps build test demo
	@cmake --preset dev >/dev/null
	@tests/cluster/build build/cluster
	@cmake --build --preset dev -j $(JOBS) --target headgate cluster_test
	@ctest --test-dir build/dev -C cluster -L cluster --output-on-failure

# Programs that test the binary from outside are those of the dev build.
asan tsan:
	@tools/deps build test demo
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)
	@cmake --preset $@ >/dev/null
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --test-dir build/$@ -j $(JOBS) --output-on-failure

bench:
	@tools/deps build bench
	@$(RELEASE) -DHEADGATE_BENCH=ON >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@bench/run --write

bench-scale: build
	@tools/deps test bench
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS) --target fakeapi
	@bench/scale

format:
	@tools/deps style
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

# clang 14 cannot read Asio's coroutines: the files that have some are left out.
tidy:
	@tools/deps build test style
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)
	@git ls-files 'src/*.cpp' | grep -v -e admin_server -e webhook_server -e http_service -e app/echo.cpp | xargs -P $(JOBS) -n 4 clang-tidy -quiet -p build/dev

docs: build
	@build/release/headgate help --markdown > docs/flags.md
	@build/release/headgate help --annotations > docs/annotations.md
	@build/release/headgate help --configmap > docs/configmap.md

clean:
	@rm -rf build
