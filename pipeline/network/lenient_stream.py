"""
The head of an answer as browsers read it, in the form in which h11 takes it.

h11 refuses a whole answer for one odd line. Where no status line is, nothing is changed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import httpcore

MOST: Final = 100 * 1024
"""Bytes of a head, as httpcore has it; browsers take two and a half times as much."""
HEAD_TOO_LARGE: Final = "the headers are too large"

_END: Final = re.compile(rb"\r?\n\r?\n")
_LINE: Final = re.compile(rb"\r?\n")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_STATUS: Final = re.compile(
    rb"\s*(?:HTTP/?([0-9])?(?:\.([0-9]))?|ICY)[ \t]+([1-9][0-9]{2})(?![0-9])[ \t]*([^\r\n]*)",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class HeadTooLargeError(httpcore.RemoteProtocolError):
    """An answer in HTTP whose head has no end in sight."""


class LenientStream(httpcore.AsyncNetworkStream):
    """A stream whose answers' heads are put right. Every write begins a new question."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head: bytes | None = b""
        """What has come of a head; None while a body is read."""
        self._ready = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See `httpcore.AsyncNetworkStream.read`; an end before any answer is no odd HTTP."""
        while not self._ready:
            data = await self._inner.read(max_bytes, timeout)
            if self._head is None:
                return data
            if not data and not self._head:
                raise httpcore.ReadError("closed without an answer")
            self._take(data)
            if not data:
                break
        data, self._ready = self._ready[:max_bytes], self._ready[max_bytes:]
        return data

    def _take(self, data: bytes) -> None:
        """Take in a piece of a head; nothing is its end."""
        head = (self._head or b"") + data
        while (end := _END.search(head)) is not None:
            if end.start() > MOST and _STATUS.match(head):
                raise HeadTooLargeError(HEAD_TOO_LARGE)
            status, lines = put_right(head[: end.start()])
            self._ready += lines
            head = head[end.end() :]
            if status // 100 != 1:
                break
        else:
            if len(head) > MOST and _STATUS.match(head):
                raise HeadTooLargeError(HEAD_TOO_LARGE)
            if data and len(head) <= MOST:
                self._head = head
                return
        self._ready += head
        self._head = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See `httpcore.AsyncNetworkStream.write`."""
        self._head = b""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """See `httpcore.AsyncNetworkStream.aclose`."""
        await self._inner.aclose()

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """See `httpcore.AsyncNetworkStream.start_tls`."""
        return LenientStream(await self._inner.start_tls(*args, **options))

    def get_extra_info(self, info: str) -> Any:
        """See `httpcore.AsyncNetworkStream.get_extra_info`."""
        return self._inner.get_extra_info(info)


def put_right(head: bytes) -> tuple[int, bytes]:
    """Return a head's status and the head as h11 takes it; 0 and the same without a status line."""
    first, *rest = _LINE.split(head.lstrip(b"\r\n"), maxsplit=1)
    match = _STATUS.fullmatch(first)
    if match is None:
        return 0, head + b"\r\n\r\n"
    version = b"1.0" if (match[1], match[2]) == (b"1", b"0") else b"1.1"
    reason = _CONTROL.sub(b" ", match[4])
    fields = _framed(_fields(b"".join(rest)))
    written = [b"HTTP/%s %s %s" % (version, match[3], reason), *(b"%s:%s" % one for one in fields)]
    return int(match[3]), b"\r\n".join(written) + b"\r\n\r\n"


def _fields(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the header fields, folded lines put together (RFC 9112 5.2), without what is none."""
    for line in _LINE.split(_FOLD.sub(b"\v", text)):  # in a value, a control becomes a blank
        if match := _FIELD.fullmatch(line):
            yield match[1], _CONTROL.sub(b" ", match[2])


def _framed(fields: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the fields with one clear word on where the body ends; without one, at the end."""
    said: dict[bytes, list[bytes]] = {b"content-length": [], b"transfer-encoding": []}
    for name, value in fields:
        if (parts := said.get(name.lower())) is not None:
            parts += (part.strip() for part in value.split(b","))
        else:
            yield name, value
    lengths, codings = said.values()
    if codings and codings[-1].lower() == b"chunked":
        yield b"Transfer-Encoding", b" chunked"
    elif len(set(lengths)) == 1 and (length := lengths[0]).isdigit() and len(length) <= 20:
        yield b"Content-Length", b" " + length
