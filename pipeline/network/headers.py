"""
The header lines of an answer → one value for each name. Pure.

A name that comes twice means a list, joined by commas (RFC 9110 5.3), but for those that have one
value only: there the first counts, as in curl; two addresses glued together are nobody's.
"""

from collections.abc import Iterable
from typing import Final

_SINGLE: Final = frozenset(
    """
    content-encoding content-length content-location content-range content-type date etag expires
    last-modified location refresh retry-after server
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_ADDRESSES: Final = frozenset({"location", "refresh"})


def headers_of(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """
    Return the values by name in lower case.

    Odd bytes of an address are escaped, as browsers do; `Set-Cookie`: one a line (RFC 6265 3), a
    character for each byte, so that it can be sent back.
    """
    found: dict[str, str] = {}
    for raw_name, raw in lines:
        name = raw_name.decode("latin-1").lower()
        value = _decoded(raw)
        if name in _ADDRESSES:
            value = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)
        if name == "set-cookie":
            value = raw.decode("latin-1")
        if name not in found:
            found[name] = value
        elif name not in _SINGLE:
            found[name] += f"\n{value}" if name == "set-cookie" else f", {value}"
    return found


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
