# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# To be sourced. Debian packages of the peers that pyrog is compared with; each is left out where its
# packages are missing, so that the benchmarks need none of them. tests/run installs them, and so does, as
# root on Debian 12:
#
#     . tests/bench/packages.sh && apt-get install --no-install-recommends "${bench_packages[@]}"

# shellcheck disable=SC2034
bench_packages=(capnproto g++ libcapnp-dev libgrpc++-dev libnng-dev libprotobuf-dev
  libsystemd-dev libzeroc-ice-dev libzmq3-dev protobuf-compiler-grpc strace zeroc-ice-compilers)
