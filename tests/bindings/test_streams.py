#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Item streams made and read in each language"""

import subprocess

import languages  # first: it knows where the next ones are
import tap

PROGRAMS = languages.programs("streams")
SERVERS = languages.servers(PROGRAMS)

for _server in SERVERS:
    for _client in PROGRAMS:
        @tap.case(_server, _client)
        def test_server_and_client(server, client):
            command = "read-attributes" if client == "C" else "read"
            with languages.serving(SERVERS[server] + ["serve"]) as uri:
                subprocess.run(PROGRAMS[client] + [command, uri], check=True, timeout=60)


tap.run()
