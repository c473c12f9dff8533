# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import GLib, Pyrog, connect, serve, unpack


def publish(invocation, args):
    """The data stays as it is"""
    blob = invocation.get_blob()
    held = invocation.hold()

    def published(proxy, result):
        held.return_value(proxy.call_blob_finish(result))
    proxy = connect(daemon.uri_for(unpack(blob.get_info())).to_string())
    proxy.call_blob("process", blob, None, None, None, published)


def make_listener():
    received = []

    def process(invocation, args):
        data = unpack(invocation.get_blob().deserialize(None))
        received.append("%s %d" % (data["title"], sum(data["numbers"])))
        invocation.return_value(GLib.Variant("x", len(received)))
    listener = Pyrog.Servant()
    listener.add_method("process", None, None, process)
    listener.add_attribute("received", "as", lambda name: GLib.Variant("as", received))
    return listener


daemon = Pyrog.Daemon.new(None)
dispatcher = Pyrog.Servant()
dispatcher.add_method("publish", None, None, publish)
serve({"dispatcher": dispatcher, "sports": make_listener(), "news": make_listener()}, daemon)
