#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a certificate says, and policies, in each language"""

import json
import subprocess

import languages  # first: it knows where the next ones are
import certificates
import tap

LANGUAGES = languages.programs("certificate")
# Of the language's own certificate and of another one: see the programs
VERDICTS = [True, "refused", True, "refused", "refused", "refused", "refused", True]

for _language in LANGUAGES:
    @tap.case(_language)
    def test_language(certs, language):
        result = subprocess.run(LANGUAGES[language] + [certs.server.cert, certs.client.cert],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                timeout=60, check=False)
        assert result.returncode == 0, result.stderr
        told = json.loads(result.stdout)
        assert told.pop("verdicts") == VERDICTS, result.stdout
        assert told.pop("words"), result.stdout
        shown = json.loads(certificates.pyrog_cert("show", "--json", certs.server.cert))
        assert shown.pop("purposes") == ["server"]
        assert told == shown


with certificates.made() as _certs:
    tap.run(_certs)
