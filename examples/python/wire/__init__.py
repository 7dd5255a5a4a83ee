"""What the examples need besides Python's standard library: a WebSocket, and MessagePack."""
