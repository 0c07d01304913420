"""
Why a work was taken for what it is, why a link got its verdict, what a code means: text for people.

Pure: what a run has left goes in, lines come out, safe for a terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from pipeline.codes import ABSENT, CODES, NEVER_DEAD, Code, in_words, meanings
from pipeline.errors import ConfigurationError
from pipeline.formats.escape import plain, safe_url, terminal
from pipeline.links.verdicts import Patience
from pipeline.records.catalog import (
    Candidate,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.links import LinkHealth, LinkHistory, Occurrence
from pipeline.records.lists import Entry
from pipeline.urls import names_user, request_key
from pipeline.works.decisions import Decisions, decision_on
from pipeline.works.identifiers import Identifier, canonical_url, identify, of_key
from pipeline.works.titles import title_key

T = TypeVar("T")

MOST_SHOWN: Final = 20
"""Places, links or examples of one kind that are shown."""
URL_SHOWN: Final = 2_000
"""Characters of a URL: people copy it, so it is cut only where no browser would take it."""
CLOSEST: Final = 3
CLOSE_ENOUGH: Final = 60.0


# --- what is known ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What the last run has left, and what people have decided."""

    papers: Sequence[Paper] = ()
    links: Sequence[LinkHealth] = ()
    history: Mapping[str, LinkHistory] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=dict)

    @cached_property
    def health(self) -> dict[str, LinkHealth]:
        """Links by their URL as written."""
        return {link.url: link for link in self.links}


def work_of(text: str) -> Identifier | None:
    """
    Return the work that a key (`arxiv:2305.00447`, any spelling) or an address stands for.

    Versions are dropped, and an arXiv DOI is the arXiv paper; None for what names no work.
    """
    scheme, _, value = text.strip().partition(":")
    if value.startswith("//"):
        return identify(text.strip())
    named = of_key(f"{scheme.lower()}:{value.strip()}")
    if named is None:
        return None
    found = identify(canonical_url(named))
    # An arXiv DOI is the one name whose scheme changes on the way.
    return found if found is not None and named.scheme in {found.scheme, "doi"} else None


def work_url(key: str) -> str | None:
    """Return the address of a catalog key; None where it has none (`title:…`)."""
    identifier = of_key(key)
    return safe_url(canonical_url(identifier)) if identifier else None


def explain(target: str, known: Known, now: datetime) -> list[str]:
    """
    Return what is known about a target, as lines that a terminal may show.

    A target is a catalog key, a place (`list:123`), a URL of the lists, a code, or a whole title.
    `now` tells how old a stale value is. Raises `ConfigurationError` with the closest matches where
    it is none of these.
    """
    wanted = target.strip()
    for find in (_by_key, _by_place, _by_url, _by_code, _by_title):
        lines = list(find(wanted, known, now)) if wanted else []
        if lines:
            return lines
    raise ConfigurationError(_unknown(wanted, known))


def _by_key(target: str, known: Known, now: datetime) -> Iterator[str]:
    if "://" in target:
        return
    named = work_of(target) or work_of(f"arxiv:{target}")
    keys = {target, target.lower(), named.key if named else target}
    for paper in known.papers:
        if paper.key in keys:
            yield from of_paper(paper, known, now)
            return
    for paper in known.papers:
        if keys.intersection(paper.former_keys):
            yield terminal(f"{target} is now {paper.key}.")
            yield from of_paper(paper, known, now)
            return


def _by_place(target: str, known: Known, now: datetime) -> Iterator[str]:
    name, _, number = target.rpartition(":")
    if not name or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return
    line = int(number)
    sections = [
        list(of_paper(paper, known, now))
        for paper in known.papers
        if any(
            entry.list == name and entry.line <= line <= entry.end_line for entry in paper.mentions
        )
    ]
    sections += [
        list(of_link(link, known, now))
        for link in known.links
        if any(
            (place.list, place.line, place.paper) == (name, line, None)
            for place in link.occurrences
        )
    ]
    for number_of, section in enumerate(sections):
        if number_of:
            yield ""
        yield from section


def _by_url(target: str, known: Known, now: datetime) -> Iterator[str]:
    if target in known.health:
        yield from of_link(known.health[target], known, now)
        return
    if "://" not in target:
        return
    key = request_key(target)
    for link in known.links:
        if request_key(link.url) == key:
            yield from of_link(link, known, now)
            return
    named = identify(target)
    if named is not None:
        yield from _by_key(named.key, known, now)


def _by_title(target: str, known: Known, now: datetime) -> Iterator[str]:
    key = title_key(target)
    for paper in known.papers:
        titles = (paper.title, *(entry.title for entry in paper.mentions))
        if key and any(title_key(title) == key for title in titles):
            yield from of_paper(paper, known, now)
            return


def _unknown(target: str, known: Known) -> str:
    """Say in one sentence that nothing is known of a target, and what was perhaps meant."""
    kinds = "a key of the catalog, a place (list:123), a link, a code or a title"
    if not target:
        return f"nothing to explain was named: give {kinds}"
    near = ", ".join(map(_url, closest(target, _names(target, known))))
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


# --- a code -----------------------------------------------------------------------------------


def _by_code(target: str, known: Known, now: datetime) -> Iterator[str]:
    del now  # a code means the same at any time
    for number, code in enumerate(meanings(target)):
        if number:
            yield ""
        yield f"{code.name} ({code.kind})"
        yield f"  {code.meaning}"
        yield f"  What to do: {code.to_do}"
        yield from _where(code, known)


def _where(code: Code, known: Known) -> Iterator[str]:
    """Say how often a code stands in the results of the last run, and where."""
    places = _examples(code, known)
    if not places:
        return
    yield f"In the last run: {len(places):,}"
    yield from _some(places, lambda place: f"  {place}")


def _examples(code: Code, known: Known) -> list[str]:
    """Return the places that a code stands at, in the order of the lists."""
    found = sorted(_with_code(code, known), key=lambda one: (one[0], one[1]))
    return [terminal(f"{name}:{line}: ") + f" {text}" for name, line, text in found]


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
                    yield place.list, place.line, _url(link.url)


# --- a work -----------------------------------------------------------------------------------


def of_paper(paper: Paper, known: Known, now: datetime) -> Iterator[str]:
    """Yield the evidence behind a work of the catalog."""
    yield terminal(f"{paper.key}: {paper.title}", 400)
    yield from _indented(_about(paper))
    yield from _section("How it was identified", _resolution(paper.resolution))
    yield from _section("What people have decided", _decided(paper, known))
    yield from _section(
        "Where it stands",
        [line for entry in paper.mentions[:MOST_SHOWN] for line in _mention(entry, known)]
        + _more(len(paper.mentions) - MOST_SHOWN),
    )
    yield from _section(
        "Sources", [_source(name, state, now) for name, state in paper.sources.items()]
    )
    yield from _section(
        "Repositories", [_repository(part, now) for part in paper.repositories[:MOST_SHOWN]]
    )
    yield from _section("Findings", list(_some(paper.findings, _finding)))
    yield from _section("What would change it", [_change_of_work(paper.resolution)])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from _indented(lines)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _about(paper: Paper) -> Iterator[str]:
    url = work_url(paper.key)
    if url:
        yield _url(url)
    if paper.authors:
        names = ", ".join(paper.authors[:3])
        others = len(paper.authors) - 3
        yield terminal(names + (f" and {others} more" if others > 0 else ""))
    dates = [f"published {paper.published}"] if paper.published else []
    dates += [f"updated {paper.updated}"] if paper.updated else []
    dates += [f"{paper.citations:,} citations"] if paper.citations is not None else []
    if dates:
        yield terminal(", ".join(dates))
    if paper.published_as is not None:
        version = paper.published_as
        words = filter(None, (version.venue, str(version.year or ""), version.doi))
        yield terminal(f"published as {', '.join(words)} (says {version.source})")
    if paper.former_keys:
        yield terminal(f"formerly {', '.join(paper.former_keys)}")


_METHODS: Final = {
    "link": "by an identifier of its own",
    "list": "by an entry of the same title",
    "title": "by its title",
    None: "",
}
_OUTCOMES: Final = {
    "found": "Identified",
    "review": "To be reviewed by a person",
    "missing": "Not found: every source was asked",
    "failed": "Unknown: a source could not be asked",
    "skipped": "Not identified: nothing was asked",
}


def _resolution(resolution: Resolution) -> list[str]:
    method = _METHODS[resolution.method] if resolution.status == "found" else ""
    sure = f", confidence {resolution.confidence:.3g}" if resolution.confidence else ""
    lines = [" ".join(filter(None, (_OUTCOMES[resolution.status], method))) + sure + "."]
    code = resolution.reason_code
    if code:
        lines.append(terminal(f"{code}: {in_words(code)}"))
    lines += [terminal(f"evidence: {line}", 600) for line in resolution.evidence]
    lines += [f"candidate: {_candidate(one)}" for one in resolution.candidates]
    return lines


def _candidate(candidate: Candidate) -> str:
    url = work_url(candidate.key)
    words = terminal(f"{candidate.score:.2f} {candidate.key} “{candidate.title}”", 400)
    return f"{words} {_url(url)}" if url else words


def _decided(paper: Paper, known: Known) -> list[str]:
    lines: list[str] = []
    for entry in paper.mentions:
        said = decision_on(known.decisions, entry)
        if said is None:
            continue
        words = [f"{said.accepted} is meant"] if said.accepted else []
        words += ["no paper is meant"] if said.no_paper else []
        words += [f"{', '.join(said.rejected)} is not meant"] if said.rejected else []
        lines.append(terminal(f"{_place(entry)}: {'; '.join(words) or 'nothing'}", 400))
    return lines


def _mention(entry: Entry, known: Known) -> Iterator[str]:
    last = f" to {entry.end_line}" if entry.end_line > entry.line else ""
    yield terminal(f"{_place(entry)}{last} “{entry.title or entry.name or ''}”", 400)
    facts = (
        entry.name and entry.name != entry.title and f"name {entry.name}",
        entry.authors,
        entry.venue,
        entry.year and str(entry.year),
        entry.section and " > ".join(entry.section),
        entry.stale and "the list could not be read in the last run",
    )
    words = "; ".join(terminal(fact) for fact in facts if isinstance(fact, str))
    if words:
        yield f"  {words}"
    for link in entry.links[:MOST_SHOWN]:
        health = known.health.get(link.url)
        verdict = f" {health.verdict} ({health.reason_code})" if health else ""
        yield f"  {link.role}: {_url(link.url)}{terminal(verdict and ':' + verdict)}"
    yield from _indented(_more(len(entry.links) - MOST_SHOWN))


def _source(name: str, state: SourceState, now: datetime) -> str:
    words = [str(state.status)]
    words += [f"gives {', '.join(state.fields)}"] if state.fields else []
    words += _age(state.as_of, now, stale=state.stale)
    words += [state.reason] if state.reason else []
    return terminal(f"{name}: {'; '.join(words)}", 400)


def _age(as_of: datetime | None, now: datetime, *, stale: bool) -> list[str]:
    """Say how old a value is: only what could not be asked anew has an age in the catalog."""
    if as_of is None:
        return ["an older answer"] if stale else []
    return [f"as of {_day(as_of)}, {_some_days(max((now - as_of).days, 0))} old"]


def _repository(part: RepositoryPart, now: datetime) -> str:
    facts = [str(part.status)]
    facts += [f"{part.stars:,} stars"] if part.stars is not None else []
    facts += [part.license] if part.license else []
    facts += [f"last push {part.pushed_at[:10]}"] if part.pushed_at else []
    facts += ["archived"] if part.archived else []
    facts += [f"renamed from {part.renamed_from}"] if part.renamed_from else []
    facts += _age(part.as_of, now, stale=part.stale)
    facts += [part.reason] if part.reason else []
    return f"{terminal(part.full_name)}: {terminal(', '.join(facts), 400)}"


def _finding(finding: Finding) -> str:
    words = terminal(f"{_place(finding)}: {finding.severity}: {finding.message} ({finding.code})")
    return f"{words}; write: {_url(finding.replacement)}" if finding.replacement else words


def _change_of_work(resolution: Resolution) -> str:
    if resolution.reason_code == "HUMAN":
        return "Another decision, or the line of decisions.jsonl taken out."
    match resolution.status:
        case "found":
            return "Another identifier in the entry's links, or a person's decision."
        case "review":
            return "A person's decision (`pipeline review`), or an identifier among its links."
        case "missing":
            return "An identifier among its links, or a title search that finds it later."
        case "failed":
            return "The next run, which asks the source again."
        case _:
            return "An identifier among its links, or a run with title search."


# --- a link -----------------------------------------------------------------------------------


def of_link(link: LinkHealth, known: Known, now: datetime) -> Iterator[str]:
    """Yield the evidence behind a link's verdict."""
    past = known.history.get(request_key(link.url))
    yield _url(link.url)
    yield f"  {link.verdict}: {terminal(link.reason, 400)} ({terminal(link.reason_code)})"
    yield from _indented(_answer(link))
    yield from _section("What is remembered", _memory(past, now) if past else [])
    yield from _section("Where it stands", list(_some(link.occurrences, _occurrence)))
    about = [one for paper in known.papers for one in paper.findings if one.url == link.url]
    yield from _section("Findings", list(_some(about, _finding)))
    todo = next((code.to_do for code in CODES if _is_reason(code, link.reason_code)), "")
    yield from _section("What to do", [todo] if todo else [])
    yield from _section("What would change it", [change_of_verdict(link, past)])


def _is_reason(code: Code, name: str) -> bool:
    return code.kind == "link reason" and code.name == name


_EVIDENCE: Final = {
    "http": "the page itself was asked",
    "arxiv": "arXiv's API was asked",
    "github": "GitHub's API was asked",
    "doi": "the DOI registry was asked",
    "history": "remembered from an earlier run",
    "none": "nothing was asked",
}


def _answer(link: LinkHealth) -> Iterator[str]:
    checked = f" on {_minute(link.checked_at)}" if link.checked_at else ""
    status = f"; status {link.status_code}" if link.status_code is not None else ""
    yield f"evidence: {_EVIDENCE[link.evidence]}{checked}{status}"
    if link.final_url:
        yield f"leads to {_url(link.final_url)}"
    if link.suggestion:
        yield f"use instead: {_url(link.suggestion)}"
    if link.first_failed_at:
        count = link.consecutive_failures
        times = f"{count} check{'' if count == 1 else 's'}"
        yield f"failing since {_minute(link.first_failed_at)}, in {times} that counted"


def _memory(past: LinkHistory, now: datetime) -> list[str]:
    days = max((now - past.first_failed_at).days, 0)
    lines = [
        f"last verdict {past.last_verdict} ({terminal(past.reason_code)})",
        f"first failed {_minute(past.first_failed_at)}, {_some_days(days)} ago",
        f"last counted {_minute(past.last_failed_at)}, {past.consecutive_failures} in all",
    ]
    if past.absent_since:
        lines.append(f"said to be gone since {_minute(past.absent_since)}")
    if past.lost_since:
        lines.append(f"lost since {_minute(past.lost_since)}, in {past.lost_runs} of the checks")
    if past.last_alive_at:
        lines.append(f"last seen alive {_minute(past.last_alive_at)}")
    return lines


def _occurrence(place: Occurrence) -> str:
    of = f"of {place.paper}" if place.paper else "of no entry"
    return terminal(f"{place.list}:{place.line}:{place.column}: {place.role} link {of}")


def change_of_verdict(link: LinkHealth, past: LinkHistory | None = None) -> str:
    """Say in a sentence what would give a link another verdict (rules: `links.verdicts`)."""
    if link.verdict == "failing":
        return _change_of_failing(link, past, Patience())
    return {
        "alive": "A check that fails; it is asked again when its answer is old enough.",
        "moved": "The new address in the list.",
        "dead": "One answer that it is there; it is asked in every run.",
        "blocked": "An answer that lets robots in; only a person can see what is there now.",
        "malformed": "An address in the list that can be asked.",
        "skipped": "A run that asks it.",
        "unknown": "A run with a network that works.",
    }[link.verdict]


def _change_of_failing(link: LinkHealth, past: LinkHistory | None, patience: Patience) -> str:
    alive = "Alive as soon as it answers"
    if link.reason_code in ABSENT:
        wait = int(patience.second_look_after.total_seconds())
        return f"{alive}; dead when a second look, {wait} seconds later or in another run, agrees."
    if link.reason_code in NEVER_DEAD:
        return f"{alive}; never dead by itself, for a person may still find the thing there."
    days = patience.span.days
    lost = past.lost_runs if past else 0
    since = f" since {_day(past.lost_since)}" if past and past.lost_since else ""
    rule = f"dead when it has failed in {patience.runs} runs over {days} days"
    return f"{alive}; {rule} (so far in {lost}{since}), unless its host is known to refuse robots."


# --- words ------------------------------------------------------------------------------------


def _some(items: Sequence[T], shown: Callable[[T], str]) -> Iterator[str]:
    yield from map(shown, islice(items, MOST_SHOWN))
    yield from _more(len(items) - MOST_SHOWN)


def _more(number: int) -> list[str]:
    return [f"and {number:,} more"] if number > 0 else []


def _place(thing: Entry | Finding | Occurrence) -> str:
    return f"{thing.list}:{thing.line}"


def _url(url: str) -> str:
    """Return a URL as it is written, but for what deceives: look-alike letters, user names."""
    deceives = not url.isascii() or names_user(url)
    return terminal((safe_url(url) if deceives else None) or url, URL_SHOWN)


def _some_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
