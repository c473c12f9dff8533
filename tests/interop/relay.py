# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands between a client and a server, and keeps what they say."""

import collections
import socket
import struct
import threading

CONNECT, CONNECTOK, CONNECTFAIL, INVOKE, RESULT, PING = range(1, 7)
EXCEPTION, COMPRESSED, ONEWAY, BATCH, STREAM, KEEPSERIALIZED, CORRELATION = (
    1 << bit for bit in range(7))
HEADER = struct.Struct("!4sHBBHHII16sHH")

Frame = collections.namedtuple("Frame", "type serializer flags seq correlation reserved annotations "
                                        "payload")


def split(data):
    """The messages in some bytes"""
    frames = []
    while data:
        (tag, version, kind, serializer, flags, seq, size, annotations_size, correlation, reserved,
         magic) = HEADER.unpack_from(data)
        assert tag == b"PYRO" and version == 502 and magic == 0x4dc5
        data = data[HEADER.size:]
        assert len(data) >= annotations_size + size
        annotations, rest = [], data[:annotations_size]
        while rest:
            name, length = struct.unpack_from("!4sI", rest)
            annotations.append((name.decode("ascii"), rest[8:8 + length]))
            rest = rest[8 + length:]
        frames.append(Frame(kind, serializer, flags, seq, correlation, reserved, annotations,
                            data[annotations_size:annotations_size + size]))
        data = data[annotations_size + size:]
    return frames


class Relay:
    """uri leads to the server of another uri; as a context it ends at the end of the block"""

    def __init__(self, uri):
        name, _, address = uri.rpartition("@")
        host, _, port = address.rpartition(":")
        self.target = (host, int(port))
        self.listener = socket.create_server(("localhost", 0))
        self.uri = "%s@localhost:%d" % (name, self.listener.getsockname()[1])
        self.connections = []  # pairs of what the client and what the server said
        self.lock = threading.Lock()
        self.threads = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            said = (bytearray(), bytearray())
            with self.lock:
                self.connections.append(said)
                for ends in ((client, server, said[0]), (server, client, said[1])):
                    thread = threading.Thread(target=self.copy, args=ends, daemon=True)
                    self.threads.append(thread)
                    thread.start()

    def copy(self, source, sink, said):
        try:
            while True:
                data = source.recv(65536)
                said += data
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def frames(self):
        """All that clients and all that servers said; their connections have ended"""
        with self.lock:
            for thread in self.threads:
                thread.join(20)
                assert not thread.is_alive()
            return ([frame for said in self.connections for frame in split(bytes(said[0]))],
                    [frame for said in self.connections for frame in split(bytes(said[1]))])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
