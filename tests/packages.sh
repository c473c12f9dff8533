# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# To be sourced by tests/run, examples/run and tests that need a server. Debian packages of servers
# that only tests need are unpacked into the build tree: nothing is installed, and the system's own
# apt lists and caches are neither read nor changed.

# What the build and the examples need, and what only tests need, of Debian 12
# shellcheck disable=SC2034
build_packages=(
  gcc gettext gjs glib-networking gobject-introspection libc6-dev libgirepository1.0-dev
  libglib2.0-dev libgnutls28-dev meson ninja-build pkg-config python3 python3-gi valac
)
# shellcheck disable=SC2034
test_packages=(binutils clang-format openssl softhsm2)

# configure_build DIRECTORY OPTION...: sets a build up, or changes its options if they are others now
configure_build ()
{
  local directory=$1 verb=setup
  shift
  if [ -e "$directory/build.ninja" ]; then
    [ "$(cat "$directory/options" 2> /dev/null)" != "$*" ] || return 0
    verb=configure
  fi
  mkdir -p "$directory"
  if ! meson $verb "$directory" "$@" > "$directory/setup.log" 2>&1; then
    cat "$directory/setup.log" >&2
    return 1
  fi
  echo "$*" > "$directory/options"
}

# The machine's Debian archive, as its apt sources name it: the first source that has packages of
# the machine's own suite. Reads deb822 files (*.sources) and one-line files (*.list).
debian_archive ()
{
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  local files=()
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
              /etc/apt/sources.list.d/*.sources; do
    if [ -f "$file" ]; then files+=("$file"); fi
  done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v codename="$codename" '
    function found (uri) { print uri; exit }
    # one line: deb [options] URI SUITE COMPONENT...
    FILENAME ~ /\.list$/ {
      sub (/\[[^]]*\]/, "")
      if ($1 == "deb" && $3 == codename) found ($2)
      next
    }
    # deb822: paragraphs of fields
    FNR == 1 || /^[ \t]*$/ { uri = suites = "" }
    tolower ($1) == "uris:" { uri = $2 }
    tolower ($1) == "suites:" { $1 = ""; suites = $0 " " }
    uri != "" && index (suites, " " codename " ") { found (uri) }
  ' "${files[@]}"
}

# apt with lists, caches and sources of its own, below directory $1
private_apt ()
{
  local state=$1
  shift
  apt-get -qq \
    -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State="$state/state" -o Dir::State::status="$state/status" \
    -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# fetch_packages DIRECTORY SUITE PACKAGE...: unpacks the packages of that suite of the machine's
# archive into the directory. What is there already is left alone.
fetch_packages ()
{
  local directory=$1 suite=$2 package state archive debs
  shift 2
  local missing=()
  for package in "$@"; do
    if [ ! -e "$directory/.fetched/$package" ]; then missing+=("$package"); fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  for package in apt-get dpkg-deb; do
    if ! command -v "$package" > /dev/null; then
      echo "error: $package is not there: the packages ${missing[*]} can be fetched on Debian only" >&2
      return 1
    fi
  done
  archive=$(debian_archive)
  if [ -z "$archive" ]; then
    echo "error: no source of /etc/apt names a Debian archive with this machine's suite" >&2
    return 1
  fi

  echo "fetching ${missing[*]} of Debian $suite" >&2
  mkdir -p "$directory/.fetched"
  directory=$(cd "$directory" && pwd)
  state=$directory/.apt-$suite
  debs=$state/debs
  mkdir -p "$state/state/lists/partial" "$state/cache/archives/partial" "$debs"
  : > "$state/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" \
    > "$state/sources.list"
  if ! private_apt "$state" update; then
    echo "error: the package list of Debian $suite could not be fetched from $archive" >&2
    return 1
  fi
  for package in "${missing[@]}"; do
    rm -f "$debs"/*
    if ! (cd "$debs" && private_apt "$state" download "$package"); then
      echo "error: the package $package of Debian $suite could not be fetched from $archive" >&2
      return 1
    fi
    dpkg-deb -x "$debs"/*.deb "$directory" || return 1
    : > "$directory/.fetched/$package"
  done
  rm -rf "$state"
}

# fetch_source DIRECTORY PACKAGE: unpacks the source of a package of the machine's own suite
fetch_source ()
{
  local directory=$1 package=$2 archive state codename
  archive=$(debian_archive)
  if [ -z "$archive" ]; then
    echo "error: no source of /etc/apt names a Debian archive with this machine's suite" >&2
    return 1
  fi
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  mkdir -p "$directory"
  state=$(cd "$directory" && pwd)/.apt
  mkdir -p "$state/state/lists/partial" "$state/cache/archives/partial"
  : > "$state/status"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $codename main" \
    > "$state/sources.list"
  if ! private_apt "$state" update \
     || ! (cd "$directory" && private_apt "$state" source "$package"); then
    echo "error: the source of $package could not be fetched from $archive" >&2
    return 1
  fi
  rm -rf "$state"
}

# need_packages PACKAGE...: makes sure that the Debian packages are installed. On Debian 12 they are
# installed where they are missing, as root or with sudo. Elsewhere the checks of missing_tools
# decide.
need_packages ()
{
  local missing=() package as_root=()
  if [ "$(. /etc/os-release && echo "${ID:-}-${VERSION_ID:-}")" != debian-12 ]; then
    missing_tools
    return
  fi
  for package in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
      echo "error: these packages are missing, and installing them needs root or sudo:" \
        "${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get -qq update
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" \
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" > /dev/null
}

# On systems whose packages we don't know: names what is missing for the build and the tests
missing_tools ()
{
  local missing=() tool module
  for tool in cc clang-format g-ir-scanner gjs meson msgfmt ninja nm pkg-config python3 valac; do
    if ! command -v "$tool" > /dev/null; then missing+=("the program $tool"); fi
  done
  if command -v pkg-config > /dev/null; then
    for module in gio-2.0 gio-unix-2.0 gnutls gobject-introspection-1.0; do
      if ! pkg-config --exists "$module"; then missing+=("the development files of $module"); fi
    done
  fi
  if ! /usr/bin/python3 -c 'import gi' 2> /dev/null; then missing+=("PyGObject"); fi
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "error: this is not Debian 12, so nothing is installed. Missing:" >&2
  printf '  %s\n' "${missing[@]}" >&2
  return 1
}
