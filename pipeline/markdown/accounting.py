"""How well a list was read, by where its links to papers ended up."""

from collections.abc import Iterable, Iterator

from pipeline.markdown.roles import role_of_host, split_host
from pipeline.records.lists import Link, ParsedList, Problem
from pipeline.works.identifiers import SCHOLARLY, identify

SHARE = 10
"""One in so many links to papers may be in no entry before the list counts as badly read."""
_FEWEST = 2
"""A short list may cite one paper in its introduction."""
_SHOWN = 3


def is_paper_link(url: str) -> bool:
    """Say whether a URL is the address of a paper: by its identifier, or a publisher's PDF."""
    named = identify(url)
    if named is not None:
        return named.scheme in SCHOLARLY
    host, path = split_host(url)
    return path.lower().endswith(".pdf") and role_of_host(host, "") == "paper"


def badly_read(parsed: ParsedList) -> Problem | None:
    """Return the problem of a list with more than a tenth of its links to papers in no entry."""
    lost = lost_links(parsed)
    if len(lost) < _FEWEST or not parsed.entries:
        return None
    total = len(lost) + sum(1 for _ in _of_entries(parsed))
    if len(lost) * SHARE <= total:
        return None
    lines = list(dict.fromkeys(link.line for link in lost))
    first = ", ".join(map(str, lines[:_SHOWN]))
    where = f"line{'s' * (len(lines) > 1)} {first}"
    start = "" if len(lines) <= _SHOWN else "the first are in "
    message = (
        f"This list was read badly: {len(lost)} of {total} links to papers"
        f" ({len(lost) / total:.0%}) are in no entry ({start}{where})."
    )
    return Problem(list=parsed.name, line=lines[0], code="badly-read", message=message)


def lost_links(parsed: ParsedList) -> list[Link]:
    """Return the links to papers that no entry has, in the order of their places."""
    others = [link for link in parsed.other_links if is_paper_link(link.url)]
    known = {link.url for entry in parsed.entries for link in entry.links} if others else set()
    return sorted(_distinct(link for link in others if link.url not in known), key=_place)


def _of_entries(parsed: ParsedList) -> Iterator[Link]:
    links = (link for entry in parsed.entries for link in entry.links)
    return _distinct(link for link in links if is_paper_link(link.url))


def _distinct(links: Iterable[Link]) -> Iterator[Link]:
    """Yield links by the line that they stand in: a paper and its PDF count twice, not a repeat."""
    seen: set[tuple[int, str]] = set()
    for link in links:
        if (link.line, link.url) not in seen:
            seen.add((link.line, link.url))
            yield link


def _place(link: Link) -> tuple[int, int]:
    return link.line, link.column
