"""Pieces that present several works: paragraphs of several lines, lines of several titles."""

import re
from functools import lru_cache
from itertools import pairwise

from pipeline.markdown.blocks import Paragraph
from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    HARD,
    ITALIC,
    LABELLED,
    LINK,
    LINK_END,
    Anchor,
    Piece,
    plain,
)
from pipeline.markdown.phrases import has_known_venue, is_authors, is_venue, year_in
from pipeline.markdown.roles import is_label, is_paper

LINK_TEXT = re.compile(rf"{LINK}([^{LINK_END}]*){LINK_END}")
LINE_BREAK = re.compile(r"[\n\r]")
_BREAK = re.compile(
    rf"[\n\r]|(?<={LINK_END})[\])]{{0,3}}\s{{0,3}}(?:[;；/&]|,\s{{0,3}}and\b|,|and\b)\s{{0,3}}"
)
"""Where another work may begin: on a new line, or after a link in an enumeration."""
_BOLD_START = re.compile(
    rf"\s*(?:[\[(【][\w '’.,/-]{{1,40}}[\])】]|\d{{1,4}}[.)])?\s*{BOLD}([^{BOLD_END}]*)"
)
_TAG_START = re.compile(
    rf"\s*{BOLD}?(?:[\[(【]{{1,2}}{LINK}?[^\[\]{LINK_END}]*{LINK_END}?[\])】]{{1,2}}|\d{{1,4}}[.)])"
)
NUMBERED = re.compile(rf"\s*{BOLD}?(?:[\[(]\d{{1,4}}[\])]|\d{{1,4}}[.)]\s)")
_STUCK = re.compile(rf"\s*(?:[-+*]|\d{{1,4}}[.)])(?=[\[{LINK}{BOLD}{ITALIC}A-Z])")
"""A marker without the blank that makes an item of it (CommonMark 5.2): an item for people."""
_NAMED = re.compile(
    rf"\s*{BOLD}[^{BOLD_END}\s]+(?: [^{BOLD_END}\s]+)?{BOLD_END}\s+[|–—-]\s+"
    rf"(?P<title>[^|\n\r{LINK}{BOLD}]+)"
)
"""`**Name** | Title`, also with a dash."""
_MIN_TITLE = 3
_MAX_OPENING = 600
_MAX_BEFORE = 3


@lru_cache(maxsize=1024)
def outside_labels(text: str) -> str:
    """Return plain text without the links that only say what they are."""
    head = text[:MAX_TEXT]
    if LINK not in head:
        return plain(head)
    return plain(LABELLED.sub(lambda m: "" if is_label(plain(m[1])) else f" {m[1]} ", head))


def _is_title(words: str) -> bool:
    """Say whether a text may be the title of a work of its own."""
    return len(words.split()) >= _MIN_TITLE and not is_label(words) and not is_authors(words)


def opens_title(text: str, anchors: list[Anchor]) -> bool:
    """Say whether a line has a title of its own: in bold type at its start, or linked."""
    bold = _NAMED.match(text) or _BOLD_START.match(text)
    return (bold is not None and _is_title(plain(bold[1]))) or any(
        _is_title(plain(link[1])) and is_paper(anchor) and not _is_dated_venue(plain(link[1]))
        for link, anchor in zip(LINK_TEXT.finditer(text), anchors, strict=False)
    )


def _is_dated_venue(words: str) -> bool:
    """Say whether a text is a known venue with its year: "Nature 620, 1089–1100 (2023)"."""
    dated = year_in(words) is not None and " - " not in words
    return dated and has_known_venue(words) and is_venue(words)


def split_works(piece: Piece, source: bytes, *, lines: bool = False) -> list[Piece]:
    """
    Split a piece of `source` where it has several works.

    `lines`: plain text may begin a title on each line.
    """
    text = piece.text[:MAX_TEXT]
    if "\n" not in text and "\r" not in text and sum(map(is_paper, piece.anchors)) < 2:
        return [piece]
    links = [*zip(LINK_TEXT.finditer(text), piece.anchors, strict=False)]
    numbered = lines and NUMBERED.match(text) is not None
    cuts, known, count = [0], dict[str, bool](), 0
    for place in _BREAK.finditer(text):
        while count < len(links) and links[count][0].start() < place.start():
            url = links[count][1].url
            known[url] = is_paper(links[count][1])
            count += 1
        if known and count < len(links) and links[count][1].url not in known:
            begin, by_line = place.end(), place.group() in "\n\r"
            of_paper = is_paper(links[count][1])
            stuck = _STUCK.match(text, begin) if by_line and of_paper else None
            if stuck and _opens_work(text[stuck.end() :][:_MAX_OPENING]):
                cuts.append(stuck.end())
                known.clear()
                continue
            another = (
                any(known.values())
                and of_paper
                and (not by_line or lines or _BOLD_START.match(text, begin) is not None)
                and _opens_work(text[cuts[-1] : place.start()][:_MAX_OPENING])
                and _opens_work(text[begin : begin + _MAX_OPENING])
            )
            if another or (by_line and numbered and NUMBERED.match(text, begin)):
                cuts.append(begin)
                known.clear()
    return _cut_pieces(piece, source, cuts[1:] or _linked_titles(piece))


def split_references(paragraph: Paragraph, source: bytes) -> list[Paragraph]:
    """Split a paragraph without links whose lines begin with numbers: `[2] Title, 1964`."""
    lines = LINE_BREAK.split(paragraph.text)
    firsts = [number for number, line in enumerate(lines) if NUMBERED.match(line)]
    if len(firsts) < 2 or firsts[0] > 0:
        return [paragraph]
    text = source[paragraph.start : paragraph.end]
    starts = [paragraph.start + one.start() for one in re.finditer(rb"(?m)^", text)]
    ends = [*starts, *[paragraph.end] * len(lines)]  # where HTML breaks lines there are fewer
    return [
        Paragraph(HARD.join(lines[a:b]), [], ends[a], ends[b], quoted=paragraph.quoted)
        for a, b in pairwise([*firsts, len(lines)])
    ]


def _opens_work(text: str) -> bool:
    """Say whether a text begins with a title: linked, in bold type, or before a label."""
    bold = _NAMED.match(text) or _BOLD_START.match(text)
    if bold:
        return _is_title(plain(bold[1]))
    tag = _TAG_START.match(text)
    begin = tag.end() if tag else 0
    link = LINK_TEXT.search(text, begin)
    line = LINE_BREAK.split(text[begin : link.start() if link else len(text)].lstrip())[0]
    before, words = plain(line).strip(" ,;/[(:"), plain(link[1]) if link else ""
    if not words or is_label(words):
        return _is_title(before) and not before[0].islower() and not is_venue(before)
    return len(before.split()) <= _MAX_BEFORE and _is_title(words) and not is_venue(words)


def _linked_titles(piece: Piece) -> list[int]:
    """Return where later titles begin in a line of linked titles with little between them."""
    starts = [
        link.start()
        for link, anchor in zip(LINK_TEXT.finditer(piece.text), piece.anchors, strict=False)
        if len(plain(link[1]).split()) > _MIN_TITLE
        and not is_label(plain(link[1]))
        and is_paper(anchor)
    ]
    if len(starts) < 2 or any(map(str.isalpha, plain(piece.text[: starts[0]]))):
        return []
    between = [plain(LABELLED.sub("", piece.text[a:b])) for a, b in pairwise(starts)]
    loose = any(len(re.sub(r"\([^()]*\)", "", text).split()) > 6 for text in between)
    return [] if loose else starts[1:]


def _cut_pieces(piece: Piece, source: bytes, cuts: list[int]) -> list[Piece]:
    """Cut a piece at places of its text, each part with its anchors."""
    pieces: list[Piece] = []
    used = 0
    for begin, end in pairwise([0, *cuts, len(piece.text)]):
        text = piece.text[begin:end]
        anchors = piece.anchors[used : used + text.count(LINK)]
        used += len(anchors)
        start = piece.start
        if anchors and begin:
            start = _begin(text, anchors[0].start, source, pieces[-1].end)
        pieces.append(Piece(text, anchors, start, anchors[-1].end if anchors else piece.end))
    pieces[-1].end = piece.end
    return pieces


def _begin(text: str, start: int, source: bytes, before: int) -> int:
    """Return where a part begins whose first link starts at `start`: as many lines above it."""
    above = len(LINE_BREAK.findall(text.lstrip().partition(LINK)[0]))
    begin = start
    for _ in range(above):
        begin = source.rfind(b"\n", before, begin)
        if begin < 0:
            return start
    return source.rfind(b"\n", before, begin) + 1 if above else start
