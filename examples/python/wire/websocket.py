"""A WebSocket client (RFC 6455), as small as it can be: no extensions, one thread."""
import base64
import os
import socket
import struct
from urllib.parse import urlsplit


class WebSocket:
    def __init__(self, url, protocols, key=None):
        """`key`: the API key. It goes among the subprotocols, as in browsers, which cannot set headers."""
        parts = urlsplit(url)
        if key is not None:
            encoded = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
            protocols = [*protocols, f"tokenmill.bearer.{encoded}"]
        self._socket = socket.create_connection((parts.hostname, parts.port))
        self._socket.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {', '.join(protocols)}\r\n\r\n".encode()
        )
        self._input = self._socket.makefile("rb")
        status = self._input.readline().decode().strip()
        headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(self._input.readline, b"\r\n"))
        if " 101 " not in status:
            body = self._input.read(int(headers.get("content-length", 0))).decode()
            raise ConnectionError(f"{status}: {body}")
        self.protocol = headers["sec-websocket-protocol"]

    def send(self, message):
        """Text of a str, binary of bytes."""
        self._frame(*((0x1, message.encode()) if isinstance(message, str) else (0x2, message)))

    def receive(self):
        """The next message, str or bytes; None: the server has closed."""
        kind, message = None, b""
        while True:
            first, second = self._input.read(2)
            opcode, length = first & 0x0F, second & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self._input.read(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._input.read(8))
            payload = self._input.read(length)
            if opcode == 0x9:
                self._frame(0xA, payload)
            elif opcode == 0x8:
                self._frame(0x8, payload)
                return None
            elif opcode != 0xA:
                kind = opcode or kind
                message += payload
                if first & 0x80:
                    return message.decode() if kind == 0x1 else message

    def close(self):
        self._frame(0x8, struct.pack(">H", 1000))
        self._input.close()
        self._socket.close()

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, size)
        whole = int.from_bytes((mask * (size // 4 + 1))[:size], "big") ^ int.from_bytes(payload, "big")
        self._socket.sendall(head + mask + whole.to_bytes(size, "big"))
