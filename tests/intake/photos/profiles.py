"""Colour profiles as cameras write them (ICC.1:2010, matrix and one curve)."""

import struct

# sRGB's primaries as ICC has them, for a white of D50 (IEC 61966-2-1, annex F).
RED, GREEN, BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139)
WHITE = (0.9642, 1.0, 0.8249)

Colour = tuple[float, float, float]


def rgb_profile(*, gamma: float, red: Colour = RED, blue: Colour = BLUE) -> bytes:
    """Return a display profile; `red` and `blue` say which light the channels are."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    described = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {
        b"desc": described,
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(WHITE),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(GREEN),
        b"bXYZ": _xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _profile(tags)


def _profile(tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    starts_at = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", starts_at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = bytearray(128)
    struct.pack_into(">I", head, 0, starts_at + len(body))
    head[8:12], head[12:24], head[36:40] = b"\x02\x10\0\0", b"mntrRGB XYZ ", b"acsp"
    head[68:80] = b"".join(map(_fixed, WHITE))
    return bytes(head) + table + body


def _xyz(colour: Colour) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, colour))


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))
