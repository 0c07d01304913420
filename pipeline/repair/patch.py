"""
Unified diffs as git writes them, from bytes to bytes.

Pure. Lines end in LF, as for git; a CR before it, or any other byte, is part of the line, so a
patch says exactly what changes whatever the encoding is. Sources: git-diff(1), "Generating patch
text with -p"; git's own quoting of names is `quote_c_style` (git-config(1), `core.quotePath`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

CONTEXT: Final = 3
"""Lines around a change, as `git diff` has them."""
_NO_NEWLINE: Final = b"\\ No newline at end of file\n"
_ESCAPED: Final = dict(zip(b'\a\b\t\n\v\f\r"\\', b'abtnvfr"\\', strict=True))


class _Change(NamedTuple):
    """Lines `start` to `end` of the old text that become those of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def unified_diff(old: bytes, new: bytes, path: str) -> bytes:
    """Return a patch for `git apply` or `patch -p1`, empty for equal texts; `path` is relative."""
    if old == new:
        return b""
    before, after = _lines(old), _lines(new)
    parts = [_header(path)]
    for hunk in _hunks(_changes(before, after)):
        parts.extend(_hunk(before, after, hunk))
    return b"".join(parts)


def _lines(text: bytes) -> list[bytes]:
    """Split behind every LF, and nowhere else (`bytes.splitlines` splits at a lone CR too)."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _changes(before: Sequence[bytes], after: Sequence[bytes]) -> list[_Change]:
    """Return the runs of lines that differ; one long run where lines come or go: never wrong."""
    if len(before) != len(after):
        shorter = min(len(before), len(after))
        head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
        rest = shorter - head
        tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
        return [_Change(head, len(before) - tail, head, len(after) - tail)]
    changes: list[_Change] = []
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        if one == other:
            continue
        start = index
        if changes and changes[-1].end == index:
            start = changes.pop().start
        changes.append(_Change(start, index + 1, start, index + 1))
    return changes


def _hunks(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Group changes whose context would touch or overlap."""
    group: list[_Change] = []
    for change in changes:
        if group and change.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(
    before: Sequence[bytes], after: Sequence[bytes], changes: Sequence[_Change]
) -> Iterator[bytes]:
    first, last = changes[0], changes[-1]
    start = max(0, first.start - CONTEXT)
    end = min(len(before), last.end + CONTEXT)
    new_start = first.new_start - (first.start - start)
    new_end = last.new_end + (end - last.end)
    yield b"@@ -%b +%b @@\n" % (_range(start, end), _range(new_start, new_end))
    position = start
    for change in changes:
        yield from _marked(b" ", before[position : change.start])
        yield from _marked(b"-", before[change.start : change.end])
        yield from _marked(b"+", after[change.new_start : change.new_end])
        position = change.end
    yield from _marked(b" ", before[position:end])


def _range(start: int, end: int) -> bytes:
    """Return `first,count` as diffs have it: an empty range names the line before it."""
    count = end - start
    first = start + 1 if count else start
    return b"%d" % first if count == 1 else b"%d,%d" % (first, count)


def _marked(mark: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line if line.endswith(b"\n") else mark + line + b"\n" + _NO_NEWLINE


# --- names ------------------------------------------------------------------------------------


def _header(path: str) -> bytes:
    old, new = quoted(f"a/{path}"), quoted(f"b/{path}")
    # A tab ends a name with spaces, or `patch` would take the first word for all of it.
    tab = b"\t" if " " in path else b""
    return b"diff --git %b %b\n--- %b%b\n+++ %b%b\n" % (old, new, old, tab, new, tab)


def quoted(path: str) -> bytes:
    """Return a name as git writes it: quoted, with octal escapes, where it is not plain ASCII."""
    name = path.encode("utf-8", "surrogateescape")
    if not any(byte < 32 or byte > 126 or byte in _ESCAPED for byte in name):
        return name
    return b'"' + b"".join(map(_escaped, name)) + b'"'


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPED:
        return b"\\%c" % _ESCAPED[byte]
    return bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte


_COMMAND: Final = re.compile(rb"::|##\[")


def unobeyed_patch(patch: bytes, token: str) -> bytes:
    """
    Return a patch of which the runner of a workflow obeys no line, though it is in the job's log.

    The runner obeys `::command` at the start of a line after blanks, and `##[command]` anywhere,
    until `::stop-commands::TOKEN` and again after `::TOKEN::` (docs.github.com, "Workflow
    commands"). `git apply` and `patch` pass over lines around a patch. `token` must not be known to
    whoever wrote the list.
    """
    if not _COMMAND.search(patch):
        return patch
    stop = token.encode("ascii")
    return b"::stop-commands::" + stop + b"\n" + patch + b"::" + stop + b"::\n"
