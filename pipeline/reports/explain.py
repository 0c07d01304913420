"""From a key, place, URL, code or title to what is known, as lines safe for a terminal. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from rapidfuzz import fuzz, process

from pipeline.codes import CODES, Code, meanings
from pipeline.errors import ConfigurationError
from pipeline.formats.escape import plain, terminal
from pipeline.reports.evidence import MOST_SHOWN, Known, more, of_link, of_paper, shown_url, work_of
from pipeline.urls import request_key
from pipeline.works.identifiers import identify
from pipeline.works.titles import title_key

CLOSEST: Final = 3
CLOSE_ENOUGH: Final = 60.0


def explain(target: str, known: Known, now: datetime) -> list[str]:
    """
    Return what is known about a target, as lines that a terminal may show.

    A target is a catalog key, a place (`list:123` or `FILE:123`), a URL of the lists, a code, or a
    whole title. `now` dates stale values. Raises `ConfigurationError` with the closest matches
    for anything else.
    """
    wanted = target.strip()
    for find in (_by_key, _by_place, _by_url, _by_code, _by_title):
        lines = find(wanted, known, now) if wanted else []
        if lines:
            return lines
    raise ConfigurationError(_unknown(wanted, known))


def _by_key(target: str, known: Known, now: datetime) -> list[str]:
    if "://" in target:
        return []
    named = work_of(target) or work_of(f"arxiv:{target}")
    keys = {target, target.lower(), named.key if named else target}
    for paper in known.papers:
        if paper.key in keys:
            return of_paper(paper, known, now)
    for paper in known.papers:
        if keys.intersection(paper.former_keys):
            return [terminal(f"{target} is now {paper.key}."), *of_paper(paper, known, now)]
    return []


def _by_place(target: str, known: Known, now: datetime) -> list[str]:
    name, _, number = target.rpartition(":")
    if not name or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return []
    line, name = int(number), known.files.get(name.removeprefix("./"), name)
    sections = [
        of_paper(paper, known, now)
        for paper in known.papers
        if any(
            entry.list == name and entry.line <= line <= entry.end_line for entry in paper.mentions
        )
    ]
    sections += [
        of_link(link, known, now)
        for link in known.links
        if any(
            (place.list, place.line, place.paper) == (name, line, None)
            for place in link.occurrences
        )
    ]
    return [line for section in sections for line in ("", *section)][1:]


def _by_url(target: str, known: Known, now: datetime) -> list[str]:
    if target in known.health:
        return of_link(known.health[target], known, now)
    if "://" not in target:
        return []
    key = request_key(target)
    for link in known.links:
        if request_key(link.url) == key:
            return of_link(link, known, now)
    named = identify(target)
    return _by_key(named.key, known, now) if named else []


def _by_title(target: str, known: Known, now: datetime) -> list[str]:
    key = title_key(target)
    for paper in known.papers:
        titles = (paper.title, *(entry.title for entry in paper.mentions))
        if key and any(title_key(title) == key for title in titles):
            return of_paper(paper, known, now)
    return []


def _unknown(target: str, known: Known) -> str:
    """Say in one sentence that nothing is known of a target, and what was perhaps meant."""
    kinds = "a key of the catalog, a place (list:123), a link, a code or a title"
    if not target:
        return f"nothing to explain was named: give {kinds}"
    near = ", ".join(map(shown_url, closest(target, _names(target, known))))
    hint = f"; close to it: {near}" if near else ""
    return f"{plain(target)}: is not {kinds}{hint}"


def _names(target: str, known: Known) -> Iterator[str]:
    """Yield everything that a mistyped target may have meant, one kind where its form tells."""
    if "://" in target:
        yield from known.health
        return
    list_name, colon, number = target.rpartition(":")
    if colon and number.isdigit():
        yield from _nearest_places(list_name, int(number[:9]), known)
    yield from (code.name for code in CODES)
    for paper in known.papers:
        yield paper.key
        yield paper.title


def _nearest_places(name: str, line: int, known: Known) -> list[str]:
    """Return the places of a list's entries that are nearest to a line; of all lists if unknown."""
    places = [(entry.list, entry.line) for paper in known.papers for entry in paper.mentions]
    names = sorted({place[0] for place in places})
    meant = name if name in names else next(iter(closest(name, names)), None)
    own = sorted((place for place in places if place[0] == meant), key=lambda one: one[1])
    own.sort(key=lambda place: abs(place[1] - line))
    return [f"{place[0]}:{place[1]}" for place in own[:CLOSEST]]


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
        yield f"  {terminal(f'{name}:{line}: ')} {text}"
    if len(places) > MOST_SHOWN:
        yield more(len(places) - MOST_SHOWN)


def _with_code(code: Code, known: Known) -> Iterator[tuple[str, int, str]]:
    match code.kind:
        case "finding":
            for finding in (one for paper in known.papers for one in paper.findings):
                if finding.code == code.name:
                    yield finding.list, finding.line, terminal(finding.message)
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
