# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, Pyrog, arguments, connect, servant

daemon = Pyrog.Daemon.new(None)
chat = connect(sys.argv[1])
loop = GLib.MainLoop()


def listen(owner):
    def hear(room, name, words):
        print("%s hears %s in %s: %s" % (owner, name, room, words))
    listener = servant(hear)
    daemon.register(owner, listener)
    return daemon.proxy_for(listener, None)


ada, bob = listen("ada"), listen("bob")
daemon.start()
todo = [("join", "hall", "ada", ada), ("say", "hall", "ada", "anybody there?"),
        ("join", "hall", "bob", bob), ("join", "hall", "bob", ada),
        ("say", "hall", "bob", "it is me"), ("leave", "hall", "ada"),
        ("say", "hall", "bob", "still there?")]


def go_on():
    if todo:
        method, *values = todo.pop(0)
        chat.call(method, arguments(*values), None, None, answered)
    else:
        loop.quit()


def answered(proxy, result):
    try:
        answer = proxy.call_finish(result).unpack()
        if answer is not None:
            print(",".join(answer))
    except GLib.Error as error:
        print(error.message)
    go_on()


go_on()
loop.run()
