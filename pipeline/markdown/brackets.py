"""
What is missing in the Markdown of a link or an item, so that it is none. Pure.

Markdown makes a link of `[label](address)` alone (CommonMark 6.3); where one of the four brackets
is forgotten, the text looks nearly right and the reader of the page sees brackets.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.records.lists import Link, ParsedList, Problem, Torn

LONGEST: Final = 2_000
"""Characters before and behind an address that are looked at."""
SHOWN: Final = 60

_LABEL: Final = r"\[(?P<label>[^\[\]()]{1,200})"
_NO_CLOSER: Final = re.compile(rf"{_LABEL}\(\Z")
_NO_MIDDLE: Final = re.compile(rf"{_LABEL}[ :,]\Z")
_NO_OPENER: Final = re.compile(r"\[(?P<label>[^\[\]]{1,200})\]\Z")
_DOUBLE: Final = re.compile(r"(?<!\\)\[\[(?P<label>[^\[\]]{1,200})\]\(<?\Z")
_LINK_HEAD: Final = re.compile(r"\]\(<?\Z")
_LINK_TAIL: Final = re.compile(r">?\s*(?:\"[^\"]*\"|'[^']*'|\([^()]*\))?\s*\)")
_OTHERS: Final = re.compile(r"[^()\[\]]+")
_ESCAPED: Final = re.compile(r"\\.")
_TITLE: Final = re.compile(r">?\s+[\"'(]")
_SPACED: Final = re.compile(r"[^\s\[\]()|]*[ \t]+[^\s\[\]()|]+\)")


_BEGINS: Final = re.compile(r"\s*(?:[-*+]\s|[0-9]{1,9}[.)]\s|#|\||>)")
"""A line that no label of the line above goes on in: an item, a heading, a row, a quotation."""
_STUCK: Final = re.compile(
    r"[ \t]{0,3}(?:(?:[-+]|(?P<number>[0-9]{1,9}[.)]))(?=[*_]{0,3}(?:\[|[^\W\d_]))"
    r"|\*(?=\[)(?!.*\*))"
)
"""
A marker at the start of a line without the blank that makes an item of it (CommonMark 5.2).

A star may be that of italics, which another one closes.
"""
_HARD_BREAK: Final = re.compile(r"(?:\A\s*|<br\s*/?>\s*|\\|  )\Z", re.IGNORECASE)
_BLANK: Final = "The address has a blank in it, so that this is no link."


def missing_brackets(parsed: ParsedList, text: str) -> Iterator[Torn]:
    """Yield each link of a list that lacks a bracket, or is none for a blank; `text` is its own."""
    lines = _lines(text)
    known = {(link.line, link.url) for link in parsed.broken}
    entries = [(entry.line, entry.end_line) for entry in parsed.entries]
    ends = {line: end for start, end in entries for line in range(start, end)}
    seen: set[tuple[int, int]] = set()
    for link in parsed.all_links():
        if link.line > len(lines):
            continue
        line = lines[link.line - 1]
        start = link.column - 1
        end = start + len(link.written or link.url)
        place = link.line, link.column
        if _is_plain(line, start, end) or place in seen or (link.line, link.url) in known:
            continue
        seen.add(place)
        if not line.startswith(link.written or link.url, start):
            # Else the address is written otherwise: with entities, or in HTML.
            if line[:start].endswith("](") and line.startswith(_with_blanks(link), start):
                yield _torn(link, _BLANK)
            continue
        below = "\n".join(_lines_below(lines, link.line, ends.get(link.line, link.line)))
        above = "\n".join(_paragraph_above(lines, link.line))
        words = _fault(line, start, end, above, below)
        if words is not None:
            yield _torn(link, words)


def missing_blanks(parsed: ParsedList, text: str) -> Iterator[Problem]:
    """
    Yield a problem for each entry of a list that is no item, for a blank behind its marker.

    A number may be meant so in a line of its own: some lists number their paragraphs.
    """
    lines = ["", *_lines(text)]
    for entry in parsed.entries:
        match = _STUCK.match(lines[entry.line]) if entry.line < len(lines) else None
        if match and not (match["number"] and _HARD_BREAK.search(lines[entry.line - 1])):
            message = f"There is no blank after “{match[0].strip()}”, so that it begins no item."
            yield Problem(list=parsed.name, line=entry.line, code="no-item", message=message)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _is_plain(line: str, start: int, end: int) -> bool:
    """Say at once that nothing is missing: `[label](address)`, `[[label]](address)`."""
    opening = line.rfind("[", 0, start)
    closing = line.find("]", opening, start)
    if opening > 0 and line[opening - 1] == "[" and line.startswith("]](", closing):
        opening, closing = opening - 1, closing + 1
    nested = opening > 0 and line[opening - 1] in "[\\"
    return (
        0 <= opening < closing == start - 2
        and not nested
        and line[start - 1 : end + 1] == (f"({line[start:end]})")
    )


def _with_blanks(link: Link) -> str:
    return link.url.replace("%20", " ")


def _torn(link: Link, words: str) -> Torn:
    return Torn(message=words, line=link.line, column=link.column, url=link.written or link.url)


def _lines_below(lines: list[str], number: int, end: int) -> list[str]:
    """Return the lines below line `number` of the same entry, or the one that goes on with it."""
    if end == number and number < len(lines) and not _BEGINS.match(lines[number]):
        end += 1
    return lines[number:end]


def _paragraph_above(lines: list[str], number: int) -> list[str]:
    """Return the lines just above line `number` that a label may have begun in."""
    above: list[str] = []
    for index in range(number - 1, max(0, number - 4), -1):
        if _BEGINS.match(lines[index]) or not lines[index - 1].strip():
            break
        above.insert(0, lines[index - 1])
    return above


def _fault(line: str, start: int, end: int, above: str, below: str) -> str | None:
    """Return which bracket is missing around the address from `start` to `end` of a line."""
    head, tail = _cell(line, start, end)
    if (match := _NO_CLOSER.search(head)) and tail.startswith(")"):
        if not _closes(f"{tail[1:]}\n{below}"):
            return f"“]” is missing between “{_short(match['label'])}” and “(”."
    elif _LINK_HEAD.search(head):
        return _fault_of_link(head, tail, above, below)
    elif tail.startswith(")") and not _is_open(head, "(", ")"):
        if match := _NO_OPENER.search(head):
            return f"“(” is missing between “[{_short(match['label'])}]” and the address."
        if (match := _NO_MIDDLE.search(head)) and not _closes(f"{tail[1:]}\n{below}"):
            return f"“](” is missing between “{_short(match['label'])}” and the address."
    return None


def _fault_of_link(head: str, tail: str, above: str, below: str) -> str | None:
    """Return what is missing where `](` stands before the address."""
    tail = tail if tail.strip() else f"{tail}\n{below}"
    if not _LINK_TAIL.match(tail):
        if _TITLE.match(tail):  # its end is further on
            return None
        spaced = _SPACED.match(tail) is not None
        return _BLANK if spaced else "“)” is missing after the address."
    label = head[: head.rindex("](")]
    if not _is_open(label, "[", "]"):
        if _is_open(above, "[", "]"):  # the label has begun in a line above
            return None
        return f"“[” is missing before “{_short(label)}](”."
    if (match := _DOUBLE.search(head)) and not _closes(f"{tail}\n{below}"):
        return (
            f"“]” is missing: “[[{_short(match['label'])}](…)” opens two brackets and closes one."
        )
    return None


def _cell(line: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and behind an address, within its cell in a row of a table."""
    head, tail = line[max(0, start - LONGEST) : start], line[end : end + LONGEST]
    if line.lstrip().startswith("|"):
        return head.rpartition("|")[2], tail.partition("|")[0]
    return head, tail


def _is_open(text: str, opener: str, closer: str) -> bool:
    """Say whether a bracket of a text is opened and not closed."""
    depth = 0
    for char in _OTHERS.sub("", _ESCAPED.sub("", text)) if opener in text else "":
        depth += char == opener
        depth -= char == closer and depth > 0
    return depth > 0


def _closes(text: str) -> bool:
    """Say whether a text closes a square bracket that it has not opened."""
    depth = 0
    for char in _ESCAPED.sub("", text):
        depth += (char == "[") - (char == "]")
        if depth < 0:
            return True
    return False


def _short(label: str) -> str:
    words = _BEGINS.sub("", label, count=1).strip(" #")
    return words if len(words) <= SHOWN else f"…{words[-SHOWN:]}"
