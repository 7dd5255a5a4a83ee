"""MessagePack (https://msgpack.org/spec) as tokenmill writes and reads it: no extensions."""
import struct


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        if 0 <= value < 128:
            return bytes([value])
        return struct.pack(">BQ", 0xCF, value) if value >= 0 else struct.pack(">Bq", 0xD3, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, str):
        data = value.encode()
        return struct.pack(">BI", 0xDB, len(data)) + data
    if isinstance(value, (list, tuple)):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        return struct.pack(">BI", 0xDF, len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())
    raise TypeError(f"cannot pack {type(value).__name__}")


def unpack(data):
    """The one value that the bytes hold."""
    value, end = _read(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes behind the value")
    return value


_numbers = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}
_lengths = {
    0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"), 0xD9: (">B", "str"), 0xDA: (">H", "str"),
    0xDB: (">I", "str"), 0xDC: (">H", "list"), 0xDD: (">I", "list"), 0xDE: (">H", "map"), 0xDF: (">I", "map"),
}


def _read(data, at):
    tag = data[at]
    at += 1
    if tag < 0x80:
        return tag, at
    if tag >= 0xE0:
        return tag - 256, at
    if tag < 0x90:
        return _items(data, at, "map", tag & 15)
    if tag < 0xA0:
        return _items(data, at, "list", tag & 15)
    if tag < 0xC0:
        return _items(data, at, "str", tag & 31)
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], at
    if tag in _numbers:
        form = _numbers[tag]
        return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    if tag in _lengths:
        form, kind = _lengths[tag]
        return _items(data, at + struct.calcsize(form), kind, struct.unpack_from(form, data, at)[0])
    raise ValueError(f"byte 0x{tag:02x} begins no value")


def _items(data, at, kind, count):
    if kind in ("str", "bin"):
        part = bytes(data[at : at + count])
        return (part.decode() if kind == "str" else part), at + count
    items = []
    for _ in range(count if kind == "list" else 2 * count):
        item, at = _read(data, at)
        items.append(item)
    return (items if kind == "list" else dict(zip(items[::2], items[1::2]))), at
