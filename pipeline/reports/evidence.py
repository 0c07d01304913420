"""The evidence behind a work and behind a link's verdict, as lines safe for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, Final

import jinja2

from pipeline.codes import ABSENT, CODES, NEVER_DEAD, in_words
from pipeline.formats.escape import plain, safe_url, terminal
from pipeline.formats.places import with_files
from pipeline.formats.report_json import Diagnostic, Location
from pipeline.links.verdicts import Patience
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, LinkHistory
from pipeline.urls import names_user, request_key
from pipeline.works.decisions import Decisions, decision_on
from pipeline.works.forges import FORGE_NAMES
from pipeline.works.identifiers import Identifier, canonical_url, identify, of_key

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
    """Name of each list by its file, in every spelling."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Each list's file by its name, as people are shown it; a remote list has none."""
    told: Sequence[Diagnostic] = ()
    """What the last run has reported."""

    def place(self, name: str, *numbers: int) -> str:
        """Return a place as people read it: the list's file, or the name of a remote list."""
        return ":".join((self.paths.get(name, name), *map(str, numbers)))

    def named(self, text: str) -> str:
        """Return words in which the places are as people read them."""
        return with_files(text, self.paths)

    @cached_property
    def health(self) -> dict[str, LinkHealth]:
        """Links by their URL as written."""
        return {link.url: link for link in self.links}


def work_of(text: str) -> Identifier | None:
    """Return the work of a key (any spelling) or address, without its version; None for no work."""
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


def of_paper(paper: Paper, known: Known, now: datetime) -> list[str]:
    """Return the evidence behind a work of the catalog."""
    pairs = ((entry, decision_on(known.decisions, entry)) for entry in paper.mentions)
    decided = [(entry, said) for entry, said in pairs if said is not None]
    change = _change_of_work(paper.resolution)
    return _lines("work", paper=paper, known=known, now=now, decided=decided, change=change)


def of_link(link: LinkHealth, known: Known, now: datetime) -> list[str]:
    """Return the evidence behind a link's verdict."""
    past = known.history.get(request_key(link.url))
    found = [one for paper in known.papers for one in paper.findings if one.url == link.url]
    reasons = (one for one in CODES if one.kind == "link reason" and one.name == link.reason_code)
    todo = next((one.to_do for one in reasons), "")
    change = change_of_verdict(link, past)
    return _lines(
        "link",
        link=link,
        known=known,
        past=past,
        now=now,
        findings=found,
        todo=todo,
        change=change,
    )


def of_reported(found: Sequence[tuple[Location, Diagnostic]], known: Known) -> list[str]:
    """Return what the last run has reported of places."""
    return _lines("reported", found=found, known=known)


def _lines(template: str, **values: Any) -> list[str]:
    """Return the lines of a template that say something, each with its indent."""
    text = _environment().get_template(f"{template}.txt.j2").render(values)
    shown = ((line, terminal(line, 2 * URL_SHOWN)) for line in text.split("\n"))
    return [line[: len(line) - len(line.lstrip(" "))] + said for line, said in shown if said]


@cache
def _environment() -> jinja2.Environment:
    """
    Return the environment of the templates, where a value is on one line and steers no terminal.

    `cut` is `terminal`, for what is shown in part; every line passes it once more.
    """
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.reports"),
        autoescape=False,  # noqa: S701  # these are lines for a terminal, no HTML
        finalize=lambda value: plain(str(value), URL_SHOWN),
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {
        "cut": terminal,
        "url": lambda url: shown_url(url) if url else "",
        "more": lambda items: more(len(items) - MOST_SHOWN),
        "minute": lambda time: f"{time:%Y-%m-%d %H:%M}",
    }
    made.globals |= {
        "age": _age,
        "days_since": _days_since,
        "in_words": in_words,
        "kinds": _EVIDENCE,
        "methods": _METHODS,
        "most": MOST_SHOWN,
        "outcomes": _OUTCOMES,
        "work_url": work_url,
    }
    return made


_METHODS: Final = {
    "link": "by an identifier of its own",
    "list": "by an entry of the same title",
    "title": "by its title",
}
_OUTCOMES: Final = {
    "found": "Identified",
    "review": "A person must decide",
    "missing": "Not found in any source",
    "failed": "Unknown: a source was not available",
    "skipped": "Not identified: nothing was searched",
}
_EVIDENCE: Final = {
    "http": "from the page itself",
    "arxiv": "from arXiv's API",
    **{service: f"from {name}'s API" for service, name in FORGE_NAMES.items()},
    "doi": "from the DOI registry",
    "history": "from an earlier run",
    "none": "none",
}


def _age(as_of: datetime | None, now: datetime, *, stale: bool) -> str:
    """Say how old a value is: only what could not be asked anew has an age in the catalog."""
    if as_of is None:
        return "an older answer" if stale else ""
    return f"as of {as_of:%Y-%m-%d}, {_days_since(as_of, now)} old"


def _days_since(time: datetime, now: datetime) -> str:
    days = max((now - time).days, 0)
    return f"{days} day{'' if days == 1 else 's'}"


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
    since = f" since {past.lost_since:%Y-%m-%d}" if past and past.lost_since else ""
    rule = f"dead when it has failed in {patience.runs} runs over {days} days"
    return f"{alive}; {rule} (so far in {lost}{since}), unless its host is known to refuse robots."


def more(number: int) -> str:
    """Say how many things are not shown; nothing where all are."""
    return f"and {number:,} more" if number > 0 else ""


def shown_url(url: str) -> str:
    """Return a URL as it is written, but for what deceives: look-alike letters, user names."""
    deceives = not url.isascii() or names_user(url)
    return terminal((safe_url(url) if deceives else None) or url, URL_SHOWN)
