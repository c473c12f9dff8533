# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# To be sourced by examples: starts servers, and stops them when the script ends.

servers=()

stop_servers ()
{
  local server
  for server in "${servers[@]}"; do
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  done
  servers=()
}
trap stop_servers EXIT

# start_server COMMAND...: returns when the server has said that it is ready, with its uri in $uri.
# Ours say "READY uri"; Pyro5's echo server tells its uri first.
# shellcheck disable=SC2034
start_server ()
{
  local output line
  exec {output}< <(exec "$@")
  servers+=($!)
  while read -r -u "$output" line; do
    case $line in
      "READY "*) uri=${line#READY }; return ;;
      "echo uri: "*) uri=${line#echo uri: } ;;
      "echoserver running"*) return ;;
    esac
  done
  echo "$1 has not started" >&2
  return 1
}
