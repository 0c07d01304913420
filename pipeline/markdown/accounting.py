"""How well a list was read: where its links to papers ended up, and what has no link at all."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter

from pipeline.markdown.blocks import Row
from pipeline.markdown.marks import IMAGE, LINK, MARKS, unstyled
from pipeline.markdown.reading import Unit
from pipeline.markdown.roles import label_of, role_of_host, split_host
from pipeline.markdown.splits import LINK_TEXT
from pipeline.records.lists import Link, ParsedList, Problem
from pipeline.works.identifiers import SCHOLARLY, identify

BARE_LINE = "line without a link"
LINKED_TITLE = "title without an entry"
BARE_LABEL = "label without a link"
EXTRA_CELL = "cell beyond the header"

SHARE = 10
"""One in so many links to papers may be in no entry before the list counts as badly read."""
_FEWEST = 2
"""A short list may cite one paper in its introduction."""
_SHOWN = 3
_FAMILY = 3
"""So many entries make a family, and at least half of its lines are entries."""
_LABEL = re.compile(
    rf"\[(?<!\]\[)([^\[\]()\n\r{MARKS}]{{1,20}})\](?![\])]{{0,2}}\(|{LINK}|\[[^\[{LINK}])"
)
"""What a link may follow is torn Markdown, two in a row are a reference: both count as broken."""
_MAY_BE_BARE = re.compile(rf"\[[^\[\]()\n\r{LINK}{IMAGE}]")
_EXTRA = re.compile(rb"(?<!\\)\|")
_PLACE = attrgetter("line", "column")


def is_paper_link(url: str) -> bool:
    """Say whether a URL is the address of a paper: by its identifier, or a publisher's PDF."""
    named = identify(url)
    if named is not None:
        return named.scheme in SCHOLARLY
    host, path = split_host(url)
    return path.lower().endswith(".pdf") and role_of_host(host, "") == "paper"


def badly_read(parsed: ParsedList) -> Problem | None:
    """
    Return the problem of a list with more than a tenth of its links to papers in no entry.

    A linked title among entries that is none counts as such a link does.
    """
    places = [link.line for link in lost_links(parsed)]
    titles = [line for line in parsed.unread.get(LINKED_TITLE, ()) if line not in places]
    count = len(places) + len(titles)
    if count < _FEWEST or not parsed.entries:
        return None
    known = sum(1 for _ in _of_entries(parsed))
    total = count + (max(known, len(parsed.entries)) if titles else known)
    if count * SHARE <= total:
        return None
    lines = list(dict.fromkeys(sorted([*places, *titles])))
    what = "links to papers" if not titles else "links to papers and linked titles"
    first = ", ".join(map(str, lines[:_SHOWN]))
    where = f"line{'s' * (len(lines) > 1)} {first}"
    start = "" if len(lines) <= _SHOWN else "the first are in "
    message = (
        f"This list was read badly: {count} of {total} {what}"
        f" ({count / total:.0%}) are in no entry ({start}{where})."
    )
    return Problem(list=parsed.name, line=lines[0], code="badly-read", message=message)


def lost_links(parsed: ParsedList) -> list[Link]:
    """Return the links to papers that no entry has, in the order of their places."""
    others = [link for link in parsed.other_links if is_paper_link(link.url)]
    known = {link.url for entry in parsed.entries for link in entry.links} if others else set()
    return sorted(_distinct(link for link in others if link.url not in known), key=_PLACE)


# --- what has no link ---------------------------------------------------------------------------


def lost_lines(units: Iterable[Unit], entries: Collection[int]) -> list[Unit]:
    """
    Return the lines that stand among entries and are none.

    `entries`: the `id` of each unit that is one. What is below a line with links tells of that, and
    a line without links that has entries below it is their heading.
    """
    units = [unit for unit in units if unit.shape in {"item", "row"}]
    total = Counter((unit.place, unit.shape) for unit in units)
    read = Counter((unit.place, unit.shape) for unit in units if id(unit) in entries)
    families = {one for one, few in read.items() if few >= _FAMILY and 2 * few >= total[one]}
    return [
        unit
        for unit in units
        if (unit.place, unit.shape) in families
        and id(unit) not in entries
        and not (unit.nested or unit.category or any(id(one) in entries for one in unit.heads))
        and any(map(str.isalpha, unit.text))
    ]


def bare_labels(units: Iterable[Unit]) -> Iterator[tuple[Unit, str]]:
    """Yield what stands in brackets without a link, `[code]`, where most of its like have one."""
    units = list(units)
    linked = Counter(label_of(anchor).lower() for unit in units for anchor in unit.anchors)
    found = [
        (unit, label)
        for unit in units
        if _MAY_BE_BARE.search(unit.text)
        for label in _LABEL.findall(LINK_TEXT.sub(LINK, unstyled(unit.text)))
        if any(map(str.isalpha, label))
    ]
    bare = Counter(label.strip().lower() for _, label in found)
    for unit, label in found:
        words = label.strip().lower()
        if linked[words] >= max(_FAMILY, bare[words]):
            yield unit, label


def extra_cells(row: Row, source: bytes) -> int:
    """Count the cells of a row beyond those of its table's head, which are not shown (GFM 4.10)."""
    rest = source[row.cells[-1].end : row.end]
    if rest.count(b"|") <= 1 and not rest.strip(b"| \r\n\t"):
        return 0
    return sum(1 for cell in _EXTRA.split(rest) if cell.strip())


# --- links to papers ----------------------------------------------------------------------------


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
