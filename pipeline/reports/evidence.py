"""
The evidence behind a work and behind the verdict of a link, as lines for people.

Pure: what a run has left goes in, lines come out, safe for a terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final, TypeVar

from pipeline.codes import ABSENT, CODES, NEVER_DEAD, Code, in_words
from pipeline.formats.escape import safe_url, terminal
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

T = TypeVar("T")

MOST_SHOWN: Final = 20
"""Places, links or examples of one kind that are shown."""

URL_SHOWN: Final = 2_000
"""Characters of a URL: people copy it, so it is cut only where no browser would take it."""


@dataclass(frozen=True)
class Known:
    """What the last run has left, and what people have decided."""

    papers: Sequence[Paper] = ()
    links: Sequence[LinkHealth] = ()
    history: Mapping[str, LinkHistory] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Name of each list by its file."""

    @cached_property
    def health(self) -> dict[str, LinkHealth]:
        """Links by their URL as written."""
        return {link.url: link for link in self.links}


def work_of(text: str) -> Identifier | None:
    """
    Return the work that a key (`arxiv:2305.00447`, any spelling) or an address means.

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


def of_paper(paper: Paper, known: Known, now: datetime) -> Iterator[str]:
    """Yield the evidence behind a work of the catalog."""
    yield terminal(f"{paper.key}: {paper.title}", 400)
    yield from _indented(_about(paper))
    yield from _section("How it was identified", _resolution(paper.resolution))
    yield from _section("Decisions by people", _decided(paper, known))
    yield from _section(
        "Places in the lists",
        [line for entry in paper.mentions[:MOST_SHOWN] for line in _mention(entry, known)]
        + _more(len(paper.mentions) - MOST_SHOWN),
    )
    yield from _section(
        "Sources", [_source(name, state, now) for name, state in paper.sources.items()]
    )
    yield from _section(
        "Repositories", [_repository(part, now) for part in paper.repositories[:MOST_SHOWN]]
    )
    yield from _section("Findings", list(some_lines(paper.findings, _finding)))
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
        yield shown_url(url)
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
        yield terminal(f"published as {', '.join(words)} (source: {version.source})")
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
    "review": "A person must decide",
    "missing": "Not found in any source",
    "failed": "Unknown: a source was not available",
    "skipped": "Not identified: nothing was searched",
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
    return f"{words} {shown_url(url)}" if url else words


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
        yield f"  {link.role}: {shown_url(link.url)}{terminal(verdict and ':' + verdict)}"
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
    return f"{words}; write: {shown_url(finding.replacement)}" if finding.replacement else words


def _change_of_work(resolution: Resolution) -> str:
    if resolution.reason_code == "HUMAN":
        return "Another decision, or removing the line from decisions.jsonl."
    match resolution.status:
        case "found":
            return "Another identifier in the entry's links, or a person's decision."
        case "review":
            return "A person's decision (`pipeline review`), or an identifier among its links."
        case "missing":
            return "An identifier among its links, or a title search that finds it later."
        case "failed":
            return "The next run, which searches again."
        case _:
            return "An identifier among its links, or a run with title search."


def of_link(link: LinkHealth, known: Known, now: datetime) -> Iterator[str]:
    """Yield the evidence behind a link's verdict."""
    past = known.history.get(request_key(link.url))
    yield shown_url(link.url)
    yield f"  {link.verdict}: {terminal(link.reason, 400)} ({terminal(link.reason_code)})"
    yield from _indented(_answer(link))
    yield from _section("What is remembered", _memory(past, now) if past else [])
    yield from _section("Places in the lists", list(some_lines(link.occurrences, _occurrence)))
    about = [one for paper in known.papers for one in paper.findings if one.url == link.url]
    yield from _section("Findings", list(some_lines(about, _finding)))
    todo = next((code.to_do for code in CODES if _is_reason(code, link.reason_code)), "")
    yield from _section("What to do", [todo] if todo else [])
    yield from _section("What would change it", [change_of_verdict(link, past)])


def _is_reason(code: Code, name: str) -> bool:
    return code.kind == "link reason" and code.name == name


_EVIDENCE: Final = {
    "http": "from the page itself",
    "arxiv": "from arXiv's API",
    "github": "from GitHub's API",
    "doi": "from the DOI registry",
    "history": "from an earlier run",
    "none": "none",
}


def _answer(link: LinkHealth) -> Iterator[str]:
    checked = f" on {_minute(link.checked_at)}" if link.checked_at else ""
    status = f"; status {link.status_code}" if link.status_code is not None else ""
    yield f"evidence: {_EVIDENCE[link.evidence]}{checked}{status}"
    if link.final_url:
        yield f"leads to {shown_url(link.final_url)}"
    if link.suggestion:
        yield f"use instead: {shown_url(link.suggestion)}"
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
        lines.append(f"reported as gone since {_minute(past.absent_since)}")
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
        "alive": "A failed check; the next one follows when the stored answer has expired.",
        "moved": "The new address in the list.",
        "dead": "One answer that the page is there; every run checks it.",
        "blocked": "An answer to an automated request; until then only a person can see the page.",
        "malformed": "A valid address in the list.",
        "skipped": "A run that checks it.",
        "unknown": "A run with a network that works.",
    }[link.verdict]


def _change_of_failing(link: LinkHealth, past: LinkHistory | None, patience: Patience) -> str:
    alive = "Alive as soon as the page answers"
    if link.reason_code in ABSENT:
        wait = int(patience.second_look_after.total_seconds())
        return f"{alive}; dead if a second check, {wait} seconds later or in another run, agrees."
    if link.reason_code in NEVER_DEAD:
        return f"{alive}; never dead automatically, because a person may still find the page."
    days = patience.span.days
    lost = past.lost_runs if past else 0
    since = f" since {_day(past.lost_since)}" if past and past.lost_since else ""
    rule = f"dead when it has failed in {patience.runs} runs over {days} days"
    return f"{alive}; {rule} (so far in {lost}{since}), unless its host is known to refuse robots."


def some_lines(items: Sequence[T], shown: Callable[[T], str]) -> Iterator[str]:
    """Yield a line for each item, and how many more there are."""
    yield from map(shown, islice(items, MOST_SHOWN))
    yield from _more(len(items) - MOST_SHOWN)


def _more(number: int) -> list[str]:
    return [f"and {number:,} more"] if number > 0 else []


def _place(thing: Entry | Finding | Occurrence) -> str:
    return f"{thing.list}:{thing.line}"


def shown_url(url: str) -> str:
    """Return a URL as it is written, but for what deceives: look-alike letters, user names."""
    deceives = not url.isascii() or names_user(url)
    return terminal((safe_url(url) if deceives else None) or url, URL_SHOWN)


def _some_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
