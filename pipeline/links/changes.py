"""The lines that a unified diff adds, and the links on them, for checks of pull requests. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry, ParsedList

Added = frozenset[int] | None
"""Numbers of the lines that were added; None stands for all of a file that is new."""

_HUNK: Final = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED: Final = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))


def added_lines(diff: bytes | str) -> dict[str, frozenset[int]]:
    """
    Return the numbers of the lines that a unified diff adds, by the new path of the file.

    Paths have lost the `b/` of git; one in quotes is unquoted (git-diff, "quoted path names", and
    `core.quotePath` in git-config). Lines are those between line feeds, as git counts them. A
    deleted file is left out. The numbers in a hunk's head say where it ends, so a line that looks
    like a head is none.
    """
    lines = iter((diff.encode() if isinstance(diff, str) else diff).split(b"\n"))
    found: dict[str, set[int]] = {}
    numbers: set[int] | None = None
    for line in lines:
        if line.startswith(b"diff "):
            numbers = None
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
            numbers = found.setdefault(path, set()) if path is not None else None
        elif (hunk := _HUNK.match(line)) is not None:
            added = _read_hunk(lines, hunk)
            if numbers is not None:
                numbers.update(added)
    return {path: frozenset(numbers) for path, numbers in found.items()}


class Patch(NamedTuple):
    """What hunks say of the new file, by the numbers of its lines."""

    added: frozenset[int]
    """All lines that are added."""
    new: frozenset[int]
    """Those of them that are removed nowhere: others were moved, or end otherwise now."""
    shown: tuple[range, ...]
    """Runs of lines that the hunks show."""
    gone: str
    """The lines that are removed."""


def read_patch(patch: str) -> Patch:
    """
    Read hunks without a head: so GitHub gives what a pull request changes in one file.

    Only on lines that are shown there it takes a comment.
    """
    lines = patch.encode("utf-8", "replace").split(b"\n")
    rest = iter(lines)
    added: set[int] = set()
    shown: list[range] = []
    for line in rest:
        if (hunk := _HUNK.match(line)) is not None:
            start, count = int(hunk[2]), 1 if hunk[3] is None else int(hunk[3])
            shown.append(range(start, start + count))
            added.update(_read_hunk(rest, hunk))
    gone = [line[1:].rstrip(b"\r") for line in lines if line.startswith(b"-")]
    left = Counter(gone)
    texts = (line[1:].rstrip(b"\r") for line in lines if line.startswith(b"+"))
    new: set[int] = set()
    for number, text in zip(sorted(added), texts, strict=False):
        if left[text] > 0:
            left[text] -= 1
        else:
            new.add(number)
    removed = b"\n".join(gone).decode("utf-8", "replace")
    return Patch(frozenset(added), frozenset(new), tuple(shown), removed)


def lines_not_in(before: str, after: str) -> frozenset[int]:
    """
    Return the numbers of the lines of a text that another has not, or not so often.

    Lines end in LF, CRLF or CR, as in the parser. A line that was only moved, or ends otherwise,
    is none: linear in time, which a true difference of two large texts is not.
    """
    left = Counter(_LINE_END.split(before))
    found: set[int] = set()
    for number, line in enumerate(_LINE_END.split(after), start=1):
        if left[line] > 0:
            left[line] -= 1
        else:
            found.add(number)
    return frozenset(found)


def _read_hunk(lines: Iterator[bytes], hunk: re.Match[bytes]) -> list[int]:
    """Read the lines of a hunk; return the numbers of those that it adds."""
    old, new = (1 if hunk[group] is None else int(hunk[group]) for group in (1, 3))
    number = int(hunk[2])
    added: list[int] = []
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            break
        if line.startswith(b"+"):
            added.append(number)
        if line.startswith((b"+", b" ")):
            number, new = number + 1, new - 1
        if line.startswith((b"-", b" ")):
            old -= 1
    return added


def _path(written: bytes) -> str | None:
    """Return the path behind `+++`; None for `/dev/null`."""
    # A path with a space ends in a tab (git's diff.c), for GNU patch.
    path = written.rstrip(b"\r").removesuffix(b"\t")
    if path == b"/dev/null":
        return None
    if len(path) > 1 and path[:1] == path[-1:] == b'"':
        path = _ESCAPE.sub(_unescaped, path[1:-1])
    return path.removeprefix(b"b/").decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    octal = len(code) == 3
    return bytes([int(code, 8) & 0xFF if octal else _ESCAPED.get(code[0], code[0])])


# --- what lies on the lines -------------------------------------------------------------------


def restricted(parsed: ParsedList, added: Added) -> ParsedList:
    """Return a list with only the links on the lines; identify first, which may need the others."""
    if added is None:
        return parsed
    entries = (_entry(entry, added) for entry in parsed.entries)
    return parsed.model_copy(
        update={
            "entries": tuple(entry for entry in entries if entry.links),
            "other_links": tuple(link for link in parsed.other_links if link.line in added),
            "local": tuple(link for link in parsed.local if link.line in added),
            "lacking": tuple(one for one in parsed.lacking if one.line in added),
            "broken": tuple(link for link in parsed.broken if link.line in added),
            "torn": tuple(one for one in parsed.torn if one.line in added),
            "problems": tuple(one for one in parsed.problems if one.line in added),
        }
    )


def _entry(entry: Entry, added: frozenset[int]) -> Entry:
    kept = tuple(link for link in entry.links if link.line in added)
    return entry if len(kept) == len(entry.links) else replace(entry, links=kept)


def only_touched(papers: Iterable[Paper], added: Mapping[str, Added]) -> list[Paper]:
    """Return the papers, whole, that have a link on these lines of the lists."""
    return [
        paper
        for paper in papers
        if any(_is_on(one.list, link.line, added) for one in paper.mentions for link in one.links)
    ]


def restricted_papers(papers: Iterable[Paper], added: Mapping[str, Added]) -> list[Paper]:
    """Return the papers with a link on the lines, their mentions with only those links."""
    found = (_restricted_paper(paper, added) for paper in papers)
    return [paper for paper in found if paper.mentions]


def _restricted_paper(paper: Paper, added: Mapping[str, Added]) -> Paper:
    mentions = (
        entry if (lines := added[entry.list]) is None else _entry(entry, lines)
        for entry in paper.mentions
        if entry.list in added
    )
    findings = tuple(one for one in paper.findings if _is_on(one.list, one.line, added))
    return replace(paper, mentions=tuple(one for one in mentions if one.links), findings=findings)


def _is_on(list_name: str, line: int, added: Mapping[str, Added]) -> bool:
    lines = added.get(list_name, frozenset())
    return lines is None or line in lines
