#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: access.py server QUESTION BEHAVIOUR | access.py client QUESTION BEHAVIOUR URI

Is asked about certificates, handshakes and calls, and decides as it is told"""

import gc
import sys
import weakref

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402

role, question, behaviour = sys.argv[1:4]
loop = GLib.MainLoop()
daemon = None
handler = 0
kept = []
owner = None


def say(*words):
    print(*words, flush=True)


def describe(request):
    """What a request says, in all languages alike"""
    if isinstance(request, Pyrog.CertificateRequest):
        certificate = request.get_certificate()
        return "%s %d" % (Pyrog.certificate_dup_common_name(certificate), request.get_errors())
    if isinstance(request, Pyrog.HandshakeRequest):
        return request.get_data().unpack()
    method = {Pyrog.Operation.CALL: request.get_member(), Pyrog.Operation.GET: "__getattr__",
              Pyrog.Operation.SET: "__setattr__"}[request.get_operation()]
    assert request.get_invocation().get_method_name() == method
    return "%s.%s %d" % (request.get_object_id(), request.get_member(), request.get_operation())


def refuse(request):
    request.refuse(GLib.Error.new_literal(Pyrog.error_quark(), "not today",
                                          Pyrog.Error.VALUE_ERROR))


def later(function, *arguments):
    def run():
        function(*arguments)
        return GLib.SOURCE_REMOVE
    GLib.timeout_add(20, run)


def stop(request):
    daemon.stop()
    request.accept()


def leave(asker):
    asker.disconnect(handler)
    kept.clear()


def wait(request):
    """Until the harness says that the daemon is gone"""
    sys.stdin.readline()
    request.accept()


def asked(asker, request):
    say("ASKED", describe(request))
    assert request.get_connection() == request.props.connection
    if behaviour == "throw":
        raise RuntimeError("thrown on purpose")
    if behaviour == "nothing":
        return None
    if behaviour == "accept":
        request.accept()
    elif behaviour == "answer":
        request.set_answer(GLib.Variant("s", "room 7"))
    elif behaviour == "refuse":
        refuse(request)
    elif behaviour == "refuse-silently":
        request.refuse(None)
    elif behaviour != "yes" and behaviour != "no":
        request.hold()
    if behaviour == "later-accept":
        later(request.accept)
    elif behaviour == "later-refuse":
        later(refuse, request)
    elif behaviour == "later-stop":
        later(stop, request)
    elif behaviour == "wait":
        later(wait, request)
    elif behaviour in ("keep", "leave"):
        kept.append(request)
    if behaviour == "leave":
        later(leave, asker)
    return behaviour != "no"


class Owner:
    """Has a handler that does not keep it alive, and is the only one who keeps the request"""

    def connect(self, asker):
        method = weakref.WeakMethod(self.asked)
        asker.connect(question, lambda *arguments: method() and method()(*arguments))

    def asked(self, _asker, request):
        say("ASKED", describe(request))
        request.hold()
        self.request = request
        later(let_owner_go)
        return True


def let_owner_go():
    global owner
    owner = None
    gc.collect()


def connect(asker):
    global handler, owner
    if behaviour.startswith("owner"):
        owner = Owner()
        owner.connect(asker)
        if behaviour == "owner-gone":
            let_owner_go()
        return
    handler = asker.connect(question, asked)
    if behaviour == "gone":
        asker.disconnect(handler)


def serve():
    global daemon
    servant = Pyrog.Servant()
    servant.add_method("echo", "s text", "s",
                       lambda invocation, args: invocation.return_value(args.get_child_value(0)))
    servant.add_attribute("level", "x", lambda name: GLib.Variant("x", 7))
    servant.add_setter("level", lambda name, value: True)
    daemon = Pyrog.Daemon.new(None)
    connect(daemon)
    uri = daemon.register("echo", servant)
    say("READY", uri.to_string())
    daemon.run(None)
    say("STOPPED")


def called(proxy, result):
    try:
        say("RESULT", proxy.call_finish(result).unpack())
    except GLib.Error as error:
        say("ERROR", error.message)
    loop.quit()


def call(uri):
    proxy = Pyrog.Proxy.new(uri, None)
    connect(proxy)
    proxy.call("echo", GLib.Variant("(s)", ("hello",)), "s", None, called)
    loop.run()


if role == "server":
    serve()
else:
    call(sys.argv[4])
