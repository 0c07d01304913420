"""
The one place where commands write: data to stdout as UTF-8, words for the person to stderr.

List content is hostile: stderr passes `terminal`, and a terminal's stdout loses what steers it.
"""

import io
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from pipeline.errors import UNREAD
from pipeline.formats.escape import terminal

LINE_LIMIT: Final = 600
"""Characters of a line on stderr."""
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")


def prepare_streams() -> None:
    """Make stdout and stderr take every text: a stream may be closed, or know few characters."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  until the end
            setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if name == "stdout" else "backslashreplace")


def flush() -> None:
    """Bring out what was written, so that a fault of the stream shows now and not at the exit."""
    sys.stdout.flush()
    sys.stderr.flush()


def discard() -> None:
    """Send what is left for stdout nowhere: nobody reads it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str, limit: int = LINE_LIMIT) -> None:
    """Write a line to stderr; white space is joined, but for an indent."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    sys.stderr.write(f"{indent}{terminal(line, limit)}\n")


def warn(text: str) -> None:
    """Write something that the person should know."""
    say(f"warning: {text}")


def some(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout."""
    _print(f"{line}\n".encode("utf-8", "replace") for line in lines)


def print_text(text: str) -> None:
    """Write text to stdout."""
    print_bytes(text.encode("utf-8", "replace"))


def print_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are, but for what would steer a terminal."""
    _print([data])


def print_patch(patch: bytes) -> None:
    """Write a patch to stdout, so that the log of a workflow obeys no line of it."""
    from secrets import token_hex

    from pipeline.repair.patch import unobeyed_patch
    from pipeline.settings.environment import in_workflow

    print_bytes(unobeyed_patch(patch, token_hex(16)) if in_workflow() else patch)


def _print(parts: Iterable[bytes]) -> None:
    try:
        _write(parts)
    except BrokenPipeError:  # nobody reads on: no reason for a word
        discard()
        sys.exit(UNREAD)


def _write(parts: Iterable[bytes]) -> None:
    sys.stdout.flush()
    terminal_encoding = sys.stdout.encoding if sys.stdout.isatty() else None
    for part in parts:
        shown = part
        if terminal_encoding:
            plain = _CONTROLS.sub(b"?", part).decode("utf-8", "replace")
            shown = plain.encode(terminal_encoding, "replace")
        sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()
