"""
Which lines belong together: items and the lines below them, paragraphs that hold several works.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.markdown.blocks import Heading, Item, Paragraph
from pipeline.markdown.fields import MAX_TEXT, read_text
from pipeline.markdown.links import is_web, repaired
from pipeline.markdown.marks import BOLD, BOLD_END, HARD, LINK, LINK_END, Piece, plain
from pipeline.markdown.phrases import date_year, is_authors, is_person, is_venue
from pipeline.markdown.roles import host_is_paper, is_label
from pipeline.markdown.vocabulary import DETAIL_LEADS

LINK_TEXT = re.compile(rf"{LINK}([^{LINK_END}]*){LINK_END}")
LABELLED = re.compile(rf"[\[(]{{0,4}}{LINK}([^{LINK_END}]*){LINK_END}[\])]{{0,4}}")
LINE_BREAK = re.compile(r"[\n\r]")
_STARTS_ENTRY = re.compile(
    rf"\s*(?:[\[(]\d{{1,4}}[\])]|\d{{1,4}}[.)])?\s*(?:{BOLD}(?P<bold>[^\ue003]*)|{LINK}(?P<link>[^{LINK_END}]*))"
)
TYPED_HEADING = re.compile(r"(?P<marks>#{1,6})(?=[\w*\U0001f000-\U0001faff][^#\n\r]{1,120}$)")
"""`#Heading` without the space that CommonMark wants (section 4.2): a heading for people."""
_NUMBERED = re.compile(rf"\s*{BOLD}?(?:[\[(]\d{{1,4}}[\])]|\d{{1,4}}[.)]\s)")
_LETTERS_ONLY = re.compile(r"[^\w\s.;-]+")


def outside_labels(text: str) -> str:
    """Return plain text without the links that only say what they are."""
    head = text[:MAX_TEXT]
    return plain(LABELLED.sub(lambda m: "" if is_label(plain(m[1])) else f" {m[1]} ", head))


def is_linked_title(heading: Heading) -> bool:
    """Say whether a heading is the linked title of a paper."""
    link = LINK_TEXT.search(heading.text)
    if link is None or any(c.isalpha() for c in plain(heading.text[: link.start()])):
        return False
    words = plain(link[1])
    return len(words.split()) >= 3 and not is_label(words) and host_is_paper(heading.anchors[0].url)


def stands_alone(paragraph: Paragraph) -> bool:
    """Say whether a paragraph is one bold line: a title whose links follow."""
    text = paragraph.text.strip()
    return (
        text.startswith(BOLD)
        and text.endswith(BOLD_END)
        and text.count(BOLD) == 1
        and len(plain(text).split()) >= 3
    )


def is_category(item: Item) -> bool:
    """Say whether an item with nested items is a heading for them."""
    if any(is_web(repaired(anchor.url)) for anchor in item.anchors):
        return False
    reading = read_text(item.text)
    if reading.venue or reading.authors or reading.year:
        return False
    linked = sum(1 for c in item.children if any(is_web(a.url) for a in c.anchors))
    titled = sum(1 for c in item.children if _has_own_title(c))
    return linked > 0 and titled * 2 > len(item.children)


def _has_own_title(item: Item) -> bool:
    if is_detail(item):
        return False
    words = outside_labels(item.text).split()
    return len(words) >= 2


def is_detail(item: Item) -> bool:
    """Say whether a nested item tells of the item above it, and presents nothing itself."""
    text = item.text[:MAX_TEXT]
    words = plain(text)
    head, colon, _ = words.replace("：", ":").partition(":")
    if colon and _LETTERS_ONLY.sub("", head).strip().lower() in DETAIL_LEADS:
        return True
    outside = outside_labels(text)
    if not any(c.isalpha() for c in outside):
        return bool(item.anchors)
    first = re.split(r"(?<=[\w)*])\.\s+(?=[A-Z\d])", outside)[0]
    if is_authors(first) or is_venue(outside) or date_year(outside) is not None:
        return True
    before_venue = re.split(r"[\ue004\ue002(]", text)[0]
    return is_authors(plain(before_venue)) or (is_person(first) and not item.anchors)


def flattened(item: Item) -> Iterator[Item]:
    """Yield an item and all items below it, without recursion."""
    pending = [item]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(current.children)


def split_lines(paragraph: Paragraph) -> list[Piece]:
    """Split a paragraph whose lines present works of their own."""
    lines = LINE_BREAK.split(paragraph.text)
    if len(lines) < 2:
        return [paragraph]
    starts = [0]
    seen_link = LINK in lines[0]
    numbered = _NUMBERED.match(lines[0]) is not None
    for index, line in enumerate(lines[1:], 1):
        opening = _STARTS_ENTRY.match(line)
        titled = opening is not None and _opens_title(opening)
        if seen_link and (titled or (numbered and _NUMBERED.match(line))):
            starts.append(index)
            seen_link = False
        seen_link = seen_link or LINK in line
    if len(starts) == 1:
        return [paragraph]
    return _pieces_of_lines(paragraph, lines, starts)


def _opens_title(opening: re.Match[str]) -> bool:
    text = plain(opening["bold"] if opening["bold"] is not None else opening["link"] or "")
    return len(text.split()) >= 3 and not text.startswith("(") and not is_label(text)


def _pieces_of_lines(paragraph: Paragraph, lines: list[str], starts: list[int]) -> list[Piece]:
    pieces: list[Piece] = []
    used = 0
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = HARD.join(lines[begin:end])
        anchors = paragraph.anchors[used : used + text.count(LINK)]
        used += len(anchors)
        start = anchors[0].start if anchors and begin else paragraph.start
        pieces.append(Piece(text, anchors, start, anchors[-1].end if anchors else paragraph.end))
    if pieces:
        pieces[-1].end = paragraph.end
    return pieces


def split_several(piece: Piece) -> list[Piece]:
    """Split a piece that presents several works, each by a linked title."""
    if len(piece.anchors) < 2:
        return [piece]
    cuts: list[int] = []
    for index, link in enumerate(LINK_TEXT.finditer(piece.text)):
        words = plain(link[1])
        if (
            index < len(piece.anchors)
            and len(words.split()) >= 4
            and not is_label(words)
            and host_is_paper(piece.anchors[index].url)
        ):
            cuts.append(link.start())
    if len(cuts) < 2 or any(c.isalpha() for c in plain(piece.text[: cuts[0]])):
        return [piece]
    between = [plain(LABELLED.sub("", piece.text[a:b])) for a, b in pairwise(cuts)]
    if any(len(re.sub(r"\([^()]*\)", "", text).split()) > 6 for text in between):
        return [piece]
    pieces: list[Piece] = []
    used = 0
    for begin, end in zip([0, *cuts[1:]], [*cuts[1:], len(piece.text)], strict=True):
        text = piece.text[begin:end]
        anchors = piece.anchors[used : used + text.count(LINK)]
        used += len(anchors)
        start = anchors[0].start if anchors and begin else piece.start
        pieces.append(Piece(text, anchors, start, anchors[-1].end if anchors else piece.end))
    return pieces
