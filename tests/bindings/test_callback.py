#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects passed and called back in each language"""

import subprocess

import languages  # first: it knows where the next ones are
import tap

PROGRAMS = languages.programs("callback")
SERVERS = languages.servers(PROGRAMS)

for _server in SERVERS:
    # C's client needs C's server, which has more methods: tests/interop/test_callback.py has both
    for _client in (name for name in PROGRAMS if name != "C"):
        @tap.case(_server, _client)
        def test_server_and_client(server, client):
            with languages.serving(SERVERS[server] + ["serve"]) as uri:
                subprocess.run(PROGRAMS[client] + ["call", uri], check=True, timeout=60)


tap.run()
