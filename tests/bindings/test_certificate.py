#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a certificate says, and policies, in each language"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import certificates  # noqa: E402
import tap  # noqa: E402

LANGUAGES = {
    "Vala": [os.environ["CERTIFICATE_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "certificate.js")],
    "Python": [sys.executable, os.path.join(HERE, "certificate.py")],
}
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
