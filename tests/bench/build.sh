# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Sourced by run and soak: builds the benchmarks below _build/bench as pyrog is built for use, and fetches
# the real Pyro5.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH=/usr/bin:/bin:$PATH
export PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH

mkdir -p _build
PYRO5_PATH=$(tests/pyro5-fetch _build)
export PYRO5_PATH
# shellcheck source=tests/packages.sh
. tests/packages.sh
configure_build _build/bench --buildtype=release -Db_lto=true -Dintrospection=disabled \
  -Dvapi=disabled -Dbench_peers=auto
ninja -C _build/bench bench tests/interop/pyrog-test-target >&2
