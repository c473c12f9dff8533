# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, Pyrog, arguments, connect, servant


def progress(text):
    print(text)


daemon = Pyrog.Daemon.new(None)
listener = servant(progress)
daemon.register(None, listener)
daemon.start()
worker = connect(sys.argv[1])
loop = GLib.MainLoop()
todo = [3, 1]


def work():
    if not todo:
        loop.quit()
        return
    values = arguments(todo.pop(0), daemon.proxy_for(listener, None))
    worker.call("work", values, "s", None, worked)


def worked(proxy, result):
    print(proxy.call_finish(result).unpack())
    work()


work()
loop.run()
