"""
The one place where commands write: data to stdout, everything for the person to stderr.

Data is UTF-8 whatever the locale says. List content is hostile text: what goes to stderr passes
`terminal`, and on a terminal stdout loses what would steer it.
"""

import re
import sys
from collections.abc import Iterable
from typing import Final

from pipeline.formats.escape import terminal

LINE_LIMIT: Final = 600
"""Characters of a line on stderr."""
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")


def say(line: str, limit: int = LINE_LIMIT) -> None:
    """Write a line to stderr; white space is joined, but for an indent."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    sys.stderr.write(f"{indent}{terminal(line, limit)}\n")


def warn(text: str) -> None:
    """Write something that the person should know."""
    say(f"warning: {text}")


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout."""
    _print(f"{line}\n".encode("utf-8", "replace") for line in lines)


def print_text(text: str) -> None:
    """Write text to stdout."""
    print_bytes(text.encode("utf-8", "replace"))


def print_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are, but for what would steer a terminal."""
    _print([data])


def _print(parts: Iterable[bytes]) -> None:
    sys.stdout.flush()
    terminal_encoding = sys.stdout.encoding if sys.stdout.isatty() else None
    for part in parts:
        shown = part
        if terminal_encoding:
            plain = _CONTROLS.sub(b"?", part).decode("utf-8", "replace")
            shown = plain.encode(terminal_encoding, "replace")
        sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()
