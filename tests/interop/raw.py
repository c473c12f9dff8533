# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages as bytes, and peers that send what they like."""

import socket
import struct

CONNECT, CONNECTOK, CONNECTFAIL, INVOKE, RESULT, PING = range(1, 7)
EXCEPTION, COMPRESSED = 1, 2
SERPENT, MARSHAL, JSON, MSGPACK = 1, 2, 3, 4
HEADER = "!4sHBBHHII16sHH"
HEADER_SIZE = 40
HELLO = b"{'handshake': 'hello', 'object': 'test.echoserver'}"


def frame(kind, payload=b"", serializer=SERPENT, flags=0, seq=1, annotations=b"", tag=b"PYRO",
          version=502, magic=0x4dc5, size=None, annotations_size=None):
    return struct.pack(HEADER, tag, version, kind, serializer, flags, seq,
                       len(payload) if size is None else size,
                       len(annotations) if annotations_size is None else annotations_size,
                       b"\0" * 16, 0, magic) + annotations + payload


class Peer:
    """A raw connection to a server"""

    def __init__(self, server):
        host, port = server.uri.split("@")[1].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return data

    def message(self):
        """(type, flags, payload) of the next message, or None at the end of the connection"""
        try:
            header = self.receive(HEADER_SIZE)
            if header is None:
                return None
            _, _, kind, _, flags, _, size, annotations, _, _, _ = struct.unpack(HEADER, header)
            self.receive(annotations)
            return kind, flags, self.receive(size)
        except ConnectionResetError:
            return None

    def shake_hands(self, hello=HELLO):
        self.send(frame(CONNECT, hello))
        assert self.message()[0] == CONNECTOK
