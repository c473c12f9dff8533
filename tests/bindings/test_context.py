#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comes along with calls, set and seen in each language"""

import subprocess

import languages  # first: it knows where the next ones are
import tap

PROGRAMS = languages.programs("context")
SERVERS = languages.servers(PROGRAMS)
EXPECTED = "6ba7b810-9dad-11d1-80b4-00c04fd430c8 pyrog pyrog RESP=re: n SHRD=x\n"


for _server in SERVERS:
    for _client in PROGRAMS:
        @tap.case(_server, _client)
        def test_context(server, client):
            with languages.serving(SERVERS[server] + ["serve"]) as uri:
                result = subprocess.run(PROGRAMS[client] + ["call", uri], check=True, timeout=60,
                                        stdout=subprocess.PIPE, text=True)
            assert result.stdout == EXPECTED, result.stdout


tap.run()
