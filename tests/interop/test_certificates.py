#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`pyrog cert`: Python's ssl and openssl accept what it makes, and read what it says."""

import datetime
import hashlib
import ipaddress
import json
import os
import pathlib
import pty
import ssl
import stat
import subprocess
import tempfile
import termios

import certificates
import tap
from certificates import PASSWORD, WRONG_PASSWORD, pyrog_cert


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options).stdout


def show(path):
    return json.loads(pyrog_cert("show", "--json", path))


def decoded(path):
    """What Python's getpeercert() tells"""
    return ssl._ssl._test_decode_cert(str(path))


# ---- Handshakes in memory ----

def strict(context):
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def server_context(pair, ca=None, password=None):
    context = strict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.load_cert_chain(pair.cert, pair.key, password)
    if ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ca.cert)
    return context


def client_context(ca, pair=None, password=None):
    context = strict(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    context.load_verify_locations(ca.cert)
    if pair is not None:
        context.load_cert_chain(pair.cert, pair.key, password)
    return context


def shake_hands(server, client, host="localhost"):
    """Both ends' objects after a handshake; the client's verdict comes first"""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=host),
            server.wrap_bio(to_server, to_client, server_side=True)]
    waiting = list(ends)
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            return ends
    raise AssertionError("the handshake does not end")


def refuses(words, *arguments):
    try:
        shake_hands(*arguments)
    except ssl.SSLError as error:
        assert words in str(error), error
    else:
        raise AssertionError("the handshake went well")


for _host in ("localhost", "127.0.0.1", "::1"):
    @tap.case(_host)
    def test_python_accepts_server_and_client(certs, host):
        client, server = shake_hands(server_context(certs.server, certs.ca),
                                     client_context(certs.ca, certs.client), host)
        for end, pair in ((client, certs.server), (server, certs.client)):
            told = end.getpeercert()
            said = show(pair.cert)
            assert said["serialNumber"] == told["serialNumber"]
            assert (("commonName", said["commonName"]),) in told["subject"]
            assert said["fingerprint"] == hashlib.sha256(end.getpeercert(True)).hexdigest()


for _name, _words in {"wrong_host": "Hostname mismatch", "expired": "certificate has expired",
                      "not_yet_valid": "not yet valid", "self_signed": "self-signed certificate",
                      "stranger_server": "certificate verify failed",
                      "client": "certificate purpose"}.items():
    @tap.case(_name, _words)
    def test_python_refuses_server(certs, name, words):
        refuses(words, server_context(getattr(certs, name)), client_context(certs.ca))


for _name, _words in {"expired_client": "certificate has expired",
                      "not_yet_valid_client": "not yet valid",
                      "self_signed_client": "self-signed certificate",
                      "stranger": "certificate verify failed",
                      "server": "certificate purpose"}.items():
    @tap.case(_name, _words)
    def test_python_refuses_client(certs, name, words):
        refuses(words, server_context(certs.server, certs.ca),
                client_context(certs.ca, getattr(certs, name)))


@tap.case()
def test_self_signed_certificate_is_its_own_anchor(certs):
    shake_hands(server_context(certs.self_signed), client_context(certs.self_signed))


@tap.case()
def test_encrypted_keys(certs):
    shake_hands(server_context(certs.locked_server, certs.ca, PASSWORD),
                client_context(certs.ca, certs.locked_client, PASSWORD))
    for password in (WRONG_PASSWORD, ""):
        try:
            server_context(certs.locked_server, password=password)
        except ssl.SSLError:
            continue
        raise AssertionError("the password ‘%s’ was accepted" % password)


@tap.case()
def test_pkcs12(certs):
    for pair in (certs.locked_server, certs.locked_client):
        password = ["-passin", "pass:" + PASSWORD]
        inside = openssl("pkcs12", "-in", pair.p12, "-nodes", *password).decode()
        assert inside.count("BEGIN CERTIFICATE") == 2
        key = openssl("pkey", input=inside.encode())
        assert key == openssl("pkey", "-in", pair.key, *password)
        first = ssl.PEM_cert_to_DER_cert(
            inside[inside.index("-----BEGIN CERT"):inside.index("-----END CERT")]
            + "-----END CERTIFICATE-----")
        assert hashlib.sha256(first).hexdigest() == show(pair.cert)["fingerprint"]


# ---- What certificates say ----

KEYS = {
    "P-256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "P-384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "RSA": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "RSA-PSS": ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    "Ed25519": ["ED25519"],
}
# name -> subject, serial number, alternative names, key
FOREIGN = {
    "plain": ("/CN=localhost", "1", "", "P-256"),
    "top byte below 0x10": ("/CN=a", "0x0abc", "DNS:a", "P-384"),
    "top bit set": ("/CN=a", "0xff" + "ab" * 18, "DNS:a,IP:10.0.0.1", "RSA"),
    "twenty bytes": ("/CN=a", "0x01" + "00" * 19, "IP:fe80::1,DNS:*.b.example", "Ed25519"),
    "zero": ("/CN=a", "0", "email:a@b.example,URI:http://c.example", "RSA-PSS"),
    "negative": ("/CN=a", "-255", "", "P-256"),
    "many parts": ("/C=NL/O=Razorvine.net/OU=Pyro5/CN=localhost/emailAddress=irmen@razorvine.net",
                   "0xfd", "DNS:localhost,DNS:localhost", "RSA"),
    "special characters": ('/O= a,b; c /CN=#x+y "z"<w>=v\\\\', "2", "", "P-256"),
    "other scripts": ("/O=Ünï/CN=Ящик 箱", "3", "", "P-256"),
    "no subject": ("/", "4", "DNS:only.example", "P-256"),
    "two common names": ("/CN=a/CN=b", "5", "", "P-256"),
}


def make_foreign(folder, subject, serial, names, key):
    """A certificate of openssl's"""
    cert, private = folder / "cert.pem", folder / "key.pem"
    openssl("genpkey", "-algorithm", *KEYS[key], "-out", str(private))
    extensions = ["-addext", "subjectAltName=" + names] if names else []
    openssl("req", "-x509", "-new", "-utf8", "-key", str(private), "-out", str(cert),
            "-subj", subject, "-set_serial", serial, "-days", "30", *extensions)
    return cert


def check_names(said, told):
    common = [value for part in told["subject"] for key, value in part if key == "commonName"]
    assert said.get("commonName") == (common[0] if len(common) == 1 else None), said
    names = told.get("subjectAltName", ())
    assert said["dnsNames"] == [value for key, value in names if key == "DNS"], said
    addresses = [value.strip() for key, value in names if key == "IP Address"]
    assert said["ipAddresses"] == [str(ipaddress.ip_address(text)) for text in addresses], said


for _name in FOREIGN:
    @tap.case(_name)
    def test_says_what_python_and_openssl_say(certs, name):
        with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
            path = make_foreign(pathlib.Path(folder), *FOREIGN[name])
            said, told = show(str(path)), decoded(path)
            text = openssl("x509", "-in", str(path), "-noout", "-subject", "-issuer", "-nameopt",
                           "rfc2253,-esc_msb,utf8").decode().splitlines()
            public = openssl("x509", "-in", str(path), "-noout", "-pubkey")
            spki = openssl("pkey", "-pubin", "-outform", "DER", input=public)
            der = ssl.PEM_cert_to_DER_cert(path.read_text())
        assert said["serialNumber"] == told["serialNumber"], said
        # GnuTLS has another word for that attribute; RFC 4514 has none
        assert "subject=" + said["subject"].replace("EMAIL=", "emailAddress=") == text[0], said
        assert "issuer=" + said["issuer"].replace("EMAIL=", "emailAddress=") == text[1], said
        assert seconds(said["notBefore"]) == ssl.cert_time_to_seconds(told["notBefore"])
        assert seconds(said["notAfter"]) == ssl.cert_time_to_seconds(told["notAfter"])
        assert said["fingerprint"] == hashlib.sha256(der).hexdigest()
        assert said["keyFingerprint"] == hashlib.sha256(spki).hexdigest()
        check_names(said, told)


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@tap.case()
def test_show(certs):
    text = pyrog_cert("show", certs.server.cert)
    said = show(certs.server.cert)
    assert "Subject: CN=localhost\n" in text, text
    assert "Issuer: CN=Test CA\n" in text, text
    assert "DNS names: localhost\n" in text, text
    assert "IP addresses: 127.0.0.1, ::1\n" in text, text
    for key in ("serialNumber", "notBefore", "notAfter", "fingerprint", "keyFingerprint"):
        assert ": %s\n" % said[key] in text, text
    assert "Purposes: server\n" in text, text
    purposes = {"ca": ["ca"], "server": ["server"], "client": ["client"], "self_signed": ["server"]}
    for name, expected in purposes.items():
        assert show(getattr(certs, name).cert)["purposes"] == expected
    lines = pyrog_cert("show", "-j", certs.ca.cert, certs.client.cert).splitlines()
    assert [json.loads(line)["commonName"] for line in lines] == ["Test CA", "alice"]


@tap.case()
def test_show_der_and_chains(certs):
    der = certs.folder + "/server.der"
    openssl("x509", "-in", certs.server.cert, "-outform", "DER", "-out", der)
    assert show(der) == show(certs.server.cert)
    chain = certs.folder + "/chain.pem"
    pathlib.Path(chain).write_text("".join(pathlib.Path(path).read_text()
                                           for path in (certs.server.cert, certs.ca.cert)))
    lines = pyrog_cert("show", "--json", chain).splitlines()
    assert [json.loads(line)["commonName"] for line in lines] == ["localhost", "Test CA"]


@tap.case()
def test_show_escapes_foreign_text(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        path = make_foreign(pathlib.Path(folder), "/CN=a\033[31mb", "1", "", "P-256")
        assert "\033" not in pyrog_cert("show", str(path))
        assert "\033" not in pyrog_cert("show", "--json", str(path))


# ---- What it makes ----

def fails(words, *arguments, folder, status=1, **options):
    result = subprocess.run([os.environ["PROGRAM"], "cert", *arguments], cwd=folder, timeout=120,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                            **options)
    assert result.returncode == status, result
    assert words in result.stderr, result.stderr


def content(folder):
    return {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}


@tap.case()
def test_one_command(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        printed = pyrog_cert("server", folder=folder).split()
        assert printed == ["ca-cert.pem", "ca-key.pem", "server-cert.pem", "server-key.pem"]
        assert pyrog_cert("client", folder=folder).split() == ["client-cert.pem", "client-key.pem"]
        pairs = {name: certificates.paths(folder, name) for name in ("ca", "server", "client")}
        shake_hands(server_context(pairs["server"], pairs["ca"]),
                    client_context(pairs["ca"], pairs["client"]))
        for name, pair in pairs.items():
            assert stat.S_IMODE(os.stat(pair.key).st_mode) == 0o600, name
            days = seconds(show(pair.cert)["notAfter"]) - seconds(show(pair.cert)["notBefore"])
            assert days == (3650 if name == "ca" else 365) * 86400
        serials = {show(pair.cert)["serialNumber"] for pair in pairs.values()}
        assert len(serials) == 3


@tap.case()
def test_nothing_is_overwritten(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        os.mkdir(folder + "/sub")
        pyrog_cert("server", "-o", "sub/x", folder=folder)
        assert sorted(content(folder + "/sub")) == ["ca-cert.pem", "ca-key.pem", "x-cert.pem",
                                                    "x-key.pem"]
        before = content(folder + "/sub")
        fails("sub/x-cert.pem", "server", "-o", "sub/x", folder=folder)
        os.remove(folder + "/sub/x-cert.pem")
        fails("sub/x-key.pem", "server", "-o", "sub/x", folder=folder)
        assert "x-cert.pem" not in content(folder + "/sub")
        os.chmod(folder + "/sub/x-key.pem", 0o644)
        pyrog_cert("server", "-o", "sub/x", "--force", folder=folder)
        after = content(folder + "/sub")
        assert after.keys() == before.keys()
        assert after["ca-key.pem"] == before["ca-key.pem"]
        assert after["x-key.pem"] != before["x-key.pem"]
        assert stat.S_IMODE(os.stat(folder + "/sub/x-key.pem").st_mode) == 0o600
        fails("nosuch", "ca", "-o", "nosuch/ca", folder=folder)


@tap.case()
def test_links_are_not_followed(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        os.symlink("elsewhere", folder + "/ca-key.pem")
        fails("ca-key.pem", "ca", folder=folder)
        pyrog_cert("ca", "--force", folder=folder)
        assert not os.path.exists(folder + "/elsewhere")
        assert not os.path.islink(folder + "/ca-key.pem")


@tap.case()
def test_passwords(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        pathlib.Path(folder, "password").write_text("first line\nsecond line\n")
        pyrog_cert("ca", "--password-file", "password", folder=folder)
        assert "ENCRYPTED" in pathlib.Path(folder, "ca-key.pem").read_text()
        pyrog_cert("client", "--ca-password-file", "password", folder=folder)
        pyrog_cert("server", folder=folder, input="first line\n")
        pyrog_cert("server", "-o", "b", "--password", folder=folder,
                   input="first line\nnew one\n")
        openssl("pkey", "-in", folder + "/b-key.pem", "-passin", "pass:new one")
        for text in ("other\n", "second line\n"):
            fails("password", "server", "-o", "c", folder=folder, input=text)
        for text in ("", "\n", "x" * 1025):
            fails("empty or longer", "server", "-o", "c", folder=folder, input=text)
        fails("nosuch", "server", "-o", "c", "--ca-password-file", "nosuch", folder=folder)
        fails("--pkcs12", "ca", "--pkcs12", folder=folder, status=2)
        fails("--password", "server", "-o", "c", "--pkcs12", "--self-signed", folder=folder,
              status=2)
        assert not [name for name in content(folder) if name.startswith("c-")]


def type_at_terminal(arguments, lines, folder):
    """Runs `pyrog cert` at a terminal where each question is answered with a line; returns the exit
    status and what was shown"""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execv(os.environ["PROGRAM"], ["pyrog", "cert", *arguments])
    shown = b""
    lines = list(lines)
    try:
        while True:
            shown += os.read(terminal, 1024)
            if lines and shown.endswith(b": "):
                assert not termios.tcgetattr(terminal)[3] & termios.ECHO
                os.write(terminal, lines.pop(0).encode() + b"\n")
    except OSError:
        pass  # the other end is closed
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    os.close(terminal)
    return status, shown.decode()


@tap.case()
def test_passwords_at_a_terminal(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        status, shown = type_at_terminal(["ca", "--password"], ["secret", "secret"], folder)
        assert status == 0 and "secret" not in shown, shown
        openssl("pkey", "-in", folder + "/ca-key.pem", "-passin", "pass:secret")
        status, shown = type_at_terminal(["client"], ["secret"], folder)
        assert status == 0 and "secret" not in shown, shown
        status, shown = type_at_terminal(["client", "-o", "b"], ["terces"], folder)
        assert status == 1 and "terces" not in shown and "ca-key.pem" in shown, shown
        status, shown = type_at_terminal(["client", "--self-signed", "-p", "-o", "b"],
                                         ["one", "two"], folder)
        assert status == 1 and "differ" in shown, shown
        assert "b-key.pem" not in content(folder)


@tap.case()
def test_wrong_ca(certs):
    folder = certs.folder
    fails("nosuch-cert.pem", "client", "-o", "x", "--ca", "nosuch", folder=folder)
    fails("not that of a CA", "client", "-o", "x", "--ca", "server", folder=folder)
    with tempfile.TemporaryDirectory(dir=folder) as other:
        for name, source in (("cert", certs.ca.cert), ("key", certs.other_ca.key)):
            pathlib.Path(other, "ca-%s.pem" % name).write_text(pathlib.Path(source).read_text())
        fails("does not belong", "client", folder=other)
        pathlib.Path(other, "ca-key.pem").write_text("nonsense")
        fails("ca-key.pem", "client", folder=other)
        os.remove(other + "/ca-key.pem")
        fails("ca-key.pem", "client", folder=other)
        pathlib.Path(other, "ca-cert.pem").write_text("nonsense")
        fails("ca-cert.pem", "client", folder=other)


@tap.case()
def test_dates(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        for begin, expected in (("2030-02-28", "2030-02-28T00:00:00Z"),
                                ("2030-02-28T12:00:00", "2030-02-28T12:00:00Z"),
                                ("2030-02-28T12:00:00+01:00", "2030-02-28T11:00:00Z"),
                                ("2060-01-01", "2060-01-01T00:00:00Z")):
            pyrog_cert("ca", "--force", "--from", begin, "--days", "2", folder=folder)
            said = show(folder + "/ca-cert.pem")
            assert said["notBefore"] == expected, said
            assert seconds(said["notAfter"]) - seconds(said["notBefore"]) == 2 * 86400
        for days in ("0", "-1", "36501"):
            fails(days, "ca", "--force", "--days", days, folder=folder, status=2)
        for begin in ("tomorrow", "2030-02-30", ""):
            fails(begin, "ca", "--force", "--from", begin, folder=folder, status=2)
        pyrog_cert("ca", "--force", "--days", "36500", folder=folder)


@tap.case()
def test_names(certs):
    with tempfile.TemporaryDirectory(dir=certs.folder) as folder:
        pyrog_cert("server", "-H", "Bücher.example", "-H", "*.a.example", "-H", "fe80::1",
                   "--name", "a, b+c", folder=folder)
        said = show(folder + "/server-cert.pem")
        assert said["dnsNames"] == ["xn--bcher-kva.example", "*.a.example"], said
        assert said["ipAddresses"] == ["fe80::1"], said
        assert said["commonName"] == "a, b+c" and said["subject"] == "CN=a\\, b\\+c", said
        pyrog_cert("client", "--name", "ü" * 64, folder=folder)
        for name in ("", "ü" * 65):
            fails("64", "client", "--force", "--name", name, folder=folder)
        for host in ("", "a b", "a..b", "-a", "a*b", "*", "a/b", "x" * 64, "a." * 127 + "a"):
            fails("neither", "server", "--force", "--host", host, "--name", "x", folder=folder)


@tap.case()
def test_usage(certs):
    folder = certs.folder
    for arguments in ([], ["nosuch"], ["ca", "file"], ["show"], ["ca", "--host", "a"],
                      ["show", "--days", "1"], ["client", "--json"]):
        fails("pyrog: ", *arguments, folder=folder, status=2)
    fails("nosuch.pem", "show", "nosuch.pem", folder=folder)
    fails("password", "show", "password", folder=folder)
    for arguments in ([], ["ca"], ["server"], ["client"], ["show"]):
        assert "cert" in pyrog_cert(*arguments, "--help")


with certificates.made() as _certs:
    tap.run(_certs)
