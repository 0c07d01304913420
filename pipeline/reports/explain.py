"""From a key, place, URL, code or title to what is known, as lines safe for a terminal. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from posixpath import normpath
from typing import Final

from rapidfuzz import fuzz, process

from pipeline.codes import NAMES, Code, meanings
from pipeline.errors import ConfigurationError
from pipeline.formats.escape import plain, terminal
from pipeline.formats.report_json import Diagnostic, Location
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.reports.evidence import (
    MOST_SHOWN,
    Known,
    more,
    of_link,
    of_paper,
    of_reported,
    shown_url,
    work_of,
)
from pipeline.urls import request_key
from pipeline.works.identifiers import SCHOLARLY, identify
from pipeline.works.titles import title_key

CLOSEST: Final = 3
CLOSE_ENOUGH: Final = 60.0
LONGEST_NAME: Final = 500
"""Characters; no identifier is longer."""
LONG_START: Final = 3
"""So many letters of a title are enough where one work alone begins with them."""


def explain(target: str, known: Known, now: datetime) -> list[str]:
    """
    Return what is known about a target, as lines that a terminal may show.

    A target is a place (`list:123`, `FILE:123`, `FILE:123:45`), an identifier in any form, a URL, a
    code, or a title or its beginning. `now` dates stale values. Raises `ConfigurationError` with
    the closest matches for anything else.
    """
    wanted = target.strip()
    for find in (_by_key, _by_place, _by_url, _by_code, _by_title):
        lines = find(wanted, known, now) if wanted else []
        if lines:
            return lines
    raise ConfigurationError(_unknown(wanted, known))


def _by_key(target: str, known: Known, now: datetime) -> list[str]:
    """Find works by what people write for an identifier: a key, an id, a DOI, an address."""
    if "://" in target:  # whoever names a link asks about the link first
        return []
    keys = names_of(target)
    for paper in known.papers:
        if paper.key in keys:
            return of_paper(paper, known, now)
    for paper in known.papers:
        if keys.intersection(paper.former_keys):
            return [terminal(f"{target} is now {paper.key}."), *of_paper(paper, known, now)]
    return _sections(of_paper(paper, known, now) for paper in _with_name(keys, known))


_DECORATED: Final = re.compile(r"(?:ar\s*xiv|doi|acl|openreview|github)\s*[:=]?\s+", re.IGNORECASE)


def names_of(text: str) -> set[str]:
    """Return every key that a text may mean: `2401.15884v2`, `doi: 10.1/x`, `arxiv.org/abs/…`."""
    if len(text) > LONGEST_NAME:
        return {text}
    bare = text.strip().strip("<>[]()\"'`.,;")
    parts = _DECORATED.match(bare)
    if parts is not None:
        scheme = re.sub(r"\W", "", parts[0]).lower()
        bare = f"{scheme}:{bare[parts.end() :]}"
    words = bare.split(" ")[0]
    forms = [text, bare, words, *(f"{scheme}:{words}" for scheme in (*SCHOLARLY, "github"))]
    if "://" not in words:
        forms.append(f"https://{words}")
    named = (work_of(form) for form in forms)
    return {text, text.lower(), *(one.key for one in named if one is not None)}


def _with_name(keys: set[str], known: Known) -> list[Paper]:
    """Return the few works that have one of these names besides their key."""
    found = [paper for paper in known.papers if not keys.isdisjoint(_names_of_paper(paper))]
    return found[:MOST_SHOWN]


def _names_of_paper(paper: Paper) -> Iterator[str]:
    if paper.arxiv is not None:
        yield f"arxiv:{paper.arxiv.id}"
    if paper.doi:
        yield f"doi:{paper.doi.lower()}"
    for repository in paper.repositories:
        yield f"{repository.service}:{repository.full_name.lower()}"
    for candidate in paper.resolution.candidates:  # `check` prints them
        yield candidate.key
    for link in (link for entry in paper.mentions for link in entry.links):
        named = identify(link.url)
        if named is not None:
            yield named.key


def _sections(parts: Iterable[list[str]]) -> list[str]:
    """Return sections one below the other, an empty line between them."""
    return [line for section in parts for line in ("", *section)][1:]


_PLACE: Final = re.compile(r"(?P<name>.+?):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?:?", re.ASCII)


def place_of(target: str, known: Known) -> tuple[str, int, int | None] | None:
    """Return list, line and column (or None) of `list:12`, `FILE:12` or `FILE:12:5`."""
    match = _PLACE.fullmatch(target)
    if match is None:
        return None
    name, column = match["name"], match["column"]
    name = known.files.get(name, known.files.get(normpath(name), name))
    return name, int(match["line"]), int(column) if column else None


def _by_place(target: str, known: Known, now: datetime) -> list[str]:
    """Find what stands in a line: with a column first the link there, then works and links."""
    place = place_of(target, known)
    if place is None:
        return []
    name, line, column = place
    links = [
        link
        for link in known.links
        for at in link.occurrences
        if (at.list, at.line) == (name, line)
        and (at.paper is None if column is None else _covers(at.column, link, column))
    ]
    papers = [
        paper
        for paper in known.papers
        if any(
            entry.list == name and entry.line <= line <= entry.end_line for entry in paper.mentions
        )
    ]
    codes = {finding.code for paper in papers for finding in paper.findings}
    verdicts = {(link.url, link.reason_code) for link in links}
    rest = [
        (at, one)
        for at, one in _reported_at(name, line, column, known)
        if one.code not in codes and (one.url, one.reason_code) not in verdicts
    ]
    here = [pair for pair in rest if column not in (None, 1) and pair[0].column]
    others = [pair for pair in rest if pair not in here]
    first, last = ([of_reported(told, known)] if told else [] for told in (here, others))
    of_links = [of_link(link, known, now) for link in dict.fromkeys(links)]
    of_papers = [of_paper(paper, known, now) for paper in papers]
    named = (*of_papers, *of_links) if column is None else (*of_links, *of_papers)
    return _sections((*first, *named, *last))


def _reported_at(
    name: str, line: int, column: int | None, known: Known
) -> Iterator[tuple[Location, Diagnostic]]:
    """Yield what the last run has reported of a line, or of one column of it."""
    for one in known.told:
        for at in one.locations:
            if (at.list, at.line) == (name, line):
                start, end = at.column or 1, (at.column or 1) + max(1, len(one.url or ""))
                # Column 1 is what editors say for the whole line.
                if column in (None, 1) or at.column is None or start <= column < end:
                    yield at, one


def _covers(start: int, link: LinkHealth, column: int) -> bool:
    return start <= column < start + max(1, len(link.url))


def _by_url(target: str, known: Known, now: datetime) -> list[str]:
    if target in known.health:
        return of_link(known.health[target], known, now)
    if "://" not in target:
        is_address = "/" in target and "." in target.partition("/")[0] and " " not in target
        return _by_url(f"https://{target}", known, now) if is_address else []
    key = request_key(target)
    for link in known.links:
        if request_key(link.url) == key:
            return of_link(link, known, now)
    named = identify(target)
    return _by_key(named.key, known, now) if named else []


def _by_title(target: str, known: Known, now: datetime) -> list[str]:
    whole, starting = _titled(target, known)
    found = whole or (starting if len(starting) == 1 else [])
    return of_paper(found[0], known, now) if found else []


def _titled(target: str, known: Known) -> tuple[list[Paper], list[Paper]]:
    """Return the works that have a title or name, and those of which it is the beginning."""
    key = title_key(target)
    whole: list[Paper] = []
    starting: list[Paper] = []
    for paper in known.papers if key else ():
        titles = {paper.title, *(entry.title for entry in paper.mentions)}
        names = {entry.name for entry in paper.mentions if entry.name}
        keys = {title_key(title) for title in (*titles, *names)}
        if key in keys:
            whole.append(paper)
        elif len(key) >= LONG_START and any(one.startswith(key) for one in keys):
            starting.append(paper)
    return whole, starting


def _unknown(target: str, known: Known) -> str:
    """Say in one sentence that nothing is known of a target, and what was perhaps meant."""
    kinds = "a key of the catalog, a place (list:123), a link, a code or a title"
    if not target:
        return f"nothing to explain was named: give {kinds}"
    if starting := _titled(target, known)[1]:
        titles = "; ".join(plain(paper.title) for paper in starting[:CLOSEST])
        return f"{plain(target)}: {len(starting):,} works begin with it: {titles}"
    near = ", ".join(map(shown_url, closest(target, _names(target, known))))
    hint = f"; close to it: {near}" if near else ""
    place = place_of(target, known)
    if place is not None and place[0] in known.files.values():
        nearest = ", ".join(map(plain, _nearest_places(place[0], place[1], known)))
        hint = f"; close to it: {nearest}" if nearest else ""
        return f"{plain(target)}: neither an entry nor a link of the last run is in this line{hint}"
    return f"{plain(target)}: is not {kinds}{hint}"


def _names(target: str, known: Known) -> Iterator[str]:
    """Yield everything that a mistyped target may have meant, one kind where its form tells."""
    if "://" in target:
        yield from known.health
        return
    place = place_of(target, known)
    if place is not None:
        yield from _nearest_places(place[0], place[1], known)
    yield from NAMES
    for paper in known.papers:
        yield paper.key
        yield paper.title


def _nearest_places(name: str, line: int, known: Known) -> list[str]:
    """Return the places of a list's entries that are nearest to a line; of all lists if unknown."""
    entries = (entry for paper in known.papers for entry in paper.mentions)
    places = list(dict.fromkeys((entry.list, entry.line) for entry in entries))
    names = sorted({place[0] for place in places})
    meant = name if name in names else next(iter(closest(name, names)), None)
    own = sorted((place for place in places if place[0] == meant), key=lambda one: one[1])
    own.sort(key=lambda place: abs(place[1] - line))
    return [known.place(*place) for place in own[:CLOSEST]]


def closest(target: str, names: Iterable[str]) -> list[str]:
    """Return the few names that are most like a mistyped one, ready to be shown."""
    choices = {name: name[:300].casefold() for name in names if name}
    found = process.extract(
        target[:300].casefold(),
        choices,
        scorer=fuzz.ratio,
        processor=None,
        limit=CLOSEST,
        score_cutoff=CLOSE_ENOUGH,
    )
    return [plain(name) for _, _, name in found]


def _by_code(target: str, known: Known, now: datetime) -> list[str]:
    del now  # a code means the same at any time
    lines: list[str] = []
    for code in meanings(target):
        lines += ["", f"{code.name} ({code.kind})", f"  {code.meaning}"]
        lines += [f"  What to do: {code.to_do}", *_where(code, known)]
    return lines[1:]


def _where(code: Code, known: Known) -> Iterator[str]:
    """Say how often a code occurs in the results of the last run, and where."""
    places = sorted(_with_code(code, known), key=lambda one: (one[0], one[1]))
    if places:
        yield f"In the last run: {len(places):,}"
    for name, line, text in places[:MOST_SHOWN]:
        yield f"  {terminal(f'{known.place(name, line)}: ')} {text}"
    if len(places) > MOST_SHOWN:
        yield more(len(places) - MOST_SHOWN)


def _with_code(code: Code, known: Known) -> Iterator[tuple[str, int, str]]:
    match code.kind:
        case "finding":
            for finding in (one for paper in known.papers for one in paper.findings):
                if finding.code == code.name:
                    yield finding.list, finding.line, terminal(known.named(finding.message))
        case "match":
            for paper in known.papers:
                if paper.resolution.reason_code == code.name:
                    first = paper.mentions[0]
                    yield first.list, first.line, terminal(f"{paper.key} “{paper.title}”", 400)
        case _:
            for link in known.links:
                if code.name in {link.reason_code, link.verdict} and link.occurrences:
                    place = link.occurrences[0]
                    yield place.list, place.line, shown_url(link.url)
