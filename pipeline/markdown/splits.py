"""Pieces that present several works: paragraphs of several lines, lines of several titles."""

import re
from itertools import pairwise

from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import BOLD, HARD, LINK, LINK_END, Anchor, Piece, plain
from pipeline.markdown.phrases import is_authors, is_venue
from pipeline.markdown.roles import host_is_paper, is_label

LINK_TEXT = re.compile(rf"{LINK}([^{LINK_END}]*){LINK_END}")
LABELLED = re.compile(rf"[\[(]{{0,4}}{LINK}([^{LINK_END}]*){LINK_END}[\])]{{0,4}}")
LINE_BREAK = re.compile(r"[\n\r]")
_STARTS_ENTRY = re.compile(
    rf"\s*(?:[\[(]\d{{1,4}}[\])]|\d{{1,4}}[.)]"
    rf"|[\[(【][\w '’.,/-]{{2,40}}[\])】])?\s*"
    rf"(?:{BOLD}(?P<bold>[^\ue003]*)|{LINK}(?P<link>[^{LINK_END}]*))"
)
_BOLD_START = re.compile(rf"\s*{BOLD}([^\ue003]*)")
_LINKED_VENUE = re.compile(rf"\s*{BOLD}?\[{{1,2}}{LINK}([^{LINK_END}]{{2,60}}){LINK_END}\]{{1,2}}")
_NUMBERED = re.compile(rf"\s*{BOLD}?(?:[\[(]\d{{1,4}}[\])]|\d{{1,4}}[.)]\s)")
_IDENTITY = re.compile(r"(?<=/)\d{4}\.\d{4,5}|(?<=/)10\.\d{4,9}/[^\s?#]{1,200}")
_LISTED = re.compile(r"[\])]{0,3}\s{0,3}(?:[;；]|/|,\s{0,3}and\b|,|\band\b|&)\s{0,3}")
_MIN_TITLE = 3
_MAX_BEFORE = 3


def outside_labels(text: str) -> str:
    """Return plain text without the links that only say what they are."""
    head = text[:MAX_TEXT]
    return plain(LABELLED.sub(lambda m: "" if is_label(plain(m[1])) else f" {m[1]} ", head))


def opens_title(text: str, anchors: list[Anchor]) -> bool:
    """Say whether a line has a title of its own: in bold type at its start, or linked."""
    bold = _BOLD_START.match(text)
    if bold and len(plain(bold[1]).split()) >= _MIN_TITLE and not is_authors(plain(bold[1])):
        return True
    return any(
        len(plain(link[1]).split()) >= _MIN_TITLE
        and not is_label(plain(link[1]))
        and not is_authors(plain(link[1]))
        and host_is_paper(anchor.url)
        for link, anchor in zip(LINK_TEXT.finditer(text), anchors, strict=False)
    )


def split_lines(paragraph: Piece) -> list[Piece]:
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
        if not seen_link:
            pass
        elif (
            titled
            or _opens_venue(line)
            or (numbered and _NUMBERED.match(line))
            or (
                index + 1 < len(lines) and _is_title_line(line) and _is_label_line(lines[index + 1])
            )
        ):
            starts.append(index)
            seen_link = False
        seen_link = seen_link or LINK in line
    if len(starts) == 1:
        return [paragraph]
    return _pieces_of_lines(paragraph, lines, starts)


def _is_title_line(line: str) -> bool:
    """Say whether a line without links can be a title."""
    words = plain(line)
    return (
        LINK not in line
        and len(words.split()) >= _MIN_TITLE
        and not words[0].islower()
        and not is_authors(words)
        and not is_venue(words)
    )


def _is_label_line(line: str) -> bool:
    """Say whether a line holds links and nothing else than what they are."""
    return LINK in line and len(outside_labels(line).split()) <= 1


def _opens_venue(line: str) -> bool:
    """Say whether a line begins with a linked venue in brackets, and a title follows."""
    venue = _LINKED_VENUE.match(line)
    if venue is None or len(plain(line[venue.end() :]).split()) < _MIN_TITLE:
        return False
    return is_venue(plain(venue[1])) or is_label(plain(venue[1]))


def split_item(item: Piece) -> list[Piece]:
    """Split an item whose lines each have a title in bold type and a paper of its own."""
    if LINE_BREAK.search(item.text) is None or item.text.count(BOLD) < 2:
        return [item]
    parts = split_lines(item)
    for part in parts:
        opening = _STARTS_ENTRY.match(part.text)
        if opening is None or opening["bold"] is None or not _opens_title(opening):
            return [item]
    papers = [next(filter(None, (_identity(a.url) for a in part.anchors)), None) for part in parts]
    return parts if None not in papers and len(set(papers)) == len(papers) else [item]


def _opens_title(opening: re.Match[str]) -> bool:
    text = plain(opening["bold"] if opening["bold"] is not None else opening["link"] or "")
    return len(text.split()) >= 3 and not text.startswith("(") and not is_label(text)


def _pieces_of_lines(paragraph: Piece, lines: list[str], starts: list[int]) -> list[Piece]:
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
    listed = _listed_works(piece)
    if listed:
        return _cut_pieces(piece, listed)
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
    return _cut_pieces(piece, cuts[1:])


def _cut_pieces(piece: Piece, cuts: list[int]) -> list[Piece]:
    """Cut a piece at places of its text, each part with its anchors."""
    pieces: list[Piece] = []
    used = 0
    for begin, end in zip([0, *cuts], [*cuts, len(piece.text)], strict=True):
        text = piece.text[begin:end]
        anchors = piece.anchors[used : used + text.count(LINK)]
        used += len(anchors)
        start = anchors[0].start if anchors and begin else piece.start
        pieces.append(Piece(text, anchors, start, anchors[-1].end if anchors else piece.end))
    return pieces


def _listed_works(piece: Piece) -> list[int]:
    """
    Return where a second work and later ones begin in a line; nothing where there is but one.

    Every part between `;`, `/`, "and" or a comma must have a paper's link of its own, with an
    identifier of its own, and a title of its own: linked, or before a label.
    """
    if len({_identity(anchor.url) for anchor in piece.anchors} - {None}) < 2:
        return []
    text = piece.text[:MAX_TEXT]
    links = list(LINK_TEXT.finditer(text))
    cuts: list[int] = []
    begin, known = 0, set[str]()
    for link, following, anchor in zip(links, links[1:], piece.anchors, strict=False):
        identity = _identity(anchor.url)
        known |= {identity} if identity else set()
        break_off = _LISTED.match(text, link.end())
        if break_off is None:
            continue
        rest = text[break_off.end() :]
        if _is_work(text[begin : link.end()]) and _is_work(rest[: _first_link_end(rest)]):
            follower = _identity_at(piece, links, following)
            if known and follower is not None and follower not in known:
                cuts.append(break_off.end())
                begin = break_off.end()
    return cuts


def _first_link_end(text: str) -> int:
    return text.find(LINK_END) + 1 or len(text)


def _identity_at(piece: Piece, links: list[re.Match[str]], link: re.Match[str]) -> str | None:
    index = links.index(link)
    return _identity(piece.anchors[index].url) if index < len(piece.anchors) else None


def _is_work(text: str) -> bool:
    """Say whether a part has a title: linked words, or words before a label; no persons."""
    first = LINK_TEXT.search(text)
    if first is None:
        return False
    words, before = plain(first[1]), plain(text[: first.start()]).strip(" ,;/[(")
    title = before if is_label(words) else words
    if not is_label(words) and len(before.split()) > _MAX_BEFORE:
        return False
    return (
        len(title.split()) >= _MIN_TITLE
        and title[:1].isupper()
        and not is_authors(title)
        and not is_venue(title)
    )


def _identity(url: str) -> str | None:
    found = _IDENTITY.search(url)
    return found.group().lower() if found else None
