"""
What the page carries, as JSON: columns to search, sort and choose by; the rest a line a paper.

The browser reads the columns before it draws, and a paper's line when somebody opens the paper, so
that twenty thousand papers are there at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from pipeline.formats.escape import safe_url
from pipeline.formats.exports.bibtex import kind_of, title_of
from pipeline.formats.exports.csl import type_of as csl_type
from pipeline.formats.exports.names import Name
from pipeline.formats.exports.page.repairs import Lines, Repaired, new_lines, patches
from pipeline.formats.exports.ris import type_of as ris_type
from pipeline.formats.exports.text import clean
from pipeline.formats.exports.works import Work
from pipeline.formats.jsonl import safe_json
from pipeline.records.catalog import RepositoryPart
from pipeline.records.links import LinkHealth
from pipeline.urls import host_of

ABSTRACT_LIMIT: Final = 300
"""Characters of an abstract in the catalog; the paper's own page has all of it."""
VERDICTS: Final = (
    "dead", "malformed", "failing", "blocked", "moved", "unknown", "skipped", "alive",
)  # fmt: skip
"""The worst first: a paper is shown under the worst of its links."""
TO_DO: Final = frozenset({"dead", "malformed", "failing", "blocked", "moved"})
"""Verdicts that the view of the links lists."""
HOSTS_LIMIT: Final = 15


@dataclass(slots=True)
class Words:
    """The distinct words of a column, which the column names by their number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """Return the number of a word, the next one if it is new."""
        return self.numbers.setdefault(word, len(self.numbers))


@dataclass(slots=True)
class Catalog:
    """The papers as the page carries them; `add` each once, in the order of the catalog."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    abstracts: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, work: Work) -> None:
        """Add a paper."""
        code = main_repository(work)
        row = {
            "title": work.title,
            "authors": "\n".join(name.whole for name in work.authors),
            "year": work.year or 0,
            "venue": self._number("venue", work.venue),
            "added": work.added.isoformat() if work.added else "",
            "published": work.published.isoformat() if work.published else "",
            "stars": -1 if code is None or code.stars is None else code.stars,
            "pushed": (code.pushed_at or "")[:10] if code else "",
            "code": int(bool(work.repositories)),
            "language": self._number("language", clean(code.language) if code else ""),
            "licence": self._number("licence", clean(code.license) if code else ""),
            "list": [self._number("list", name) for name in work.lists],
            "section": [self._number("section", one) for one in sections_of(work)],
            "category": [self._number("category", one) for one in work.categories],
            "health": self._number("health", health_of(work)),
            "found": self._number("found", found_by(work)),
        }
        for name, value in row.items():
            self.columns.setdefault(name, []).append(value)
        self.abstracts.append(shortened(work.abstract))
        self.details.append(safe_json(self._detail(work)))

    def core(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the browser reads before it draws."""
        words = {name: list(one.numbers) for name, one in self.words.items()}
        return {"about": dict(about), "words": words, "columns": self.columns}

    def _number(self, column: str, word: str) -> int:
        return self.words.setdefault(column, Words()).number(word)

    def _detail(self, work: Work) -> dict[str, Any]:
        """Return what an opened paper shows, and what its citation is made of."""
        title = title_of(work.title)
        kinds = " ".join((kind_of(work), csl_type(work), ris_type(work)))
        fields: dict[str, Any] = {
            "key": work.key,
            "cite": work.cite,
            "kinds": self._number("kinds", kinds),
            "page": page_of(work.key),
            "url": work.url,
            "href": safe_url(work.url),
            "doi": work.doi,
            "arxiv": work.arxiv_id,
            "version": work.version,
            "primary": work.primary_category,
            "published": int(work.is_published),
            "withdrawn": int(work.withdrawn),
            "bib": title if title != work.title else "",
            "names": _odd_names(work.authors),
            "links": [
                [
                    link.url,
                    link.verdict,
                    link.reason,
                    link.role,
                    [f"{at.list}:{at.line}" for at in link.places],
                ]
                for link in work.links
            ],
            "places": [
                [f"{entry.list}:{entry.line}", " / ".join(entry.section)] for entry in work.mentions
            ],
            "findings": [[one.severity, one.message, f"{one.list}:{one.line}"]
                         for one in work.findings],
            "code": [
                [one.full_name, safe_url(one.url), one.stars, (one.pushed_at or "")[:10],
                 int(bool(one.archived))]
                for one in work.repositories
            ],
        }  # fmt: skip
        return {name: value for name, value in fields.items() if value not in (None, "", 0, [], {})
                or name == "kinds"}  # fmt: skip


def main_repository(work: Work) -> RepositoryPart | None:
    """Return the repository that stands for a paper's code: the one with the most stars."""
    return max(work.repositories, key=lambda one: one.stars or -1, default=None)


def sections_of(work: Work) -> tuple[str, ...]:
    """Return the headings that a paper stands below, the whole path of each, each once."""
    paths = (" / ".join(entry.section) for entry in work.mentions)
    return tuple(dict.fromkeys(path for path in paths if path))


def health_of(work: Work) -> str:
    """Return the worst verdict of a paper's links; without a link the empty text."""
    return min((link.verdict for link in work.links), key=VERDICTS.index, default="")


def found_by(work: Work) -> str:
    """Say how a paper was identified, or why not, in one word or two."""
    return f"by {work.method}" if work.status == "found" and work.method else work.status


def shortened(text: str) -> str:
    """Return the beginning of an abstract, cut between words."""
    if len(text) <= ABSTRACT_LIMIT:
        return text
    return text[:ABSTRACT_LIMIT].rsplit(" ", 1)[0] + "…"


def page_of(key: str) -> str:
    """
    Return the file of a paper's own page: letters, digits, `.` and `-`, one for each key.

    A digest tells apart what such a name cannot, letter case too: some systems do not.
    """
    source, _, rest = key.partition(":")
    plain = all(char in _PLAIN for char in rest) and source.isascii() and source.isalpha()
    if plain and rest:
        return f"{source}-{rest}.html"
    safe = "".join(char if char in _PLAIN else "-" for char in rest.lower())[:80].strip(".-")
    digest = sha256(key.encode("utf-8", "replace")).hexdigest()[:10]
    return f"{safe}-{digest}.html".lstrip(".-")


_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.")


def _odd_names(authors: Iterable[Name]) -> dict[str, list[str]]:
    """Return the authors whose family name is not the last word of the whole, by position."""
    return {
        str(number): [name.family, name.given, name.suffix]
        for number, name in enumerate(authors)
        if name.suffix or name.whole.rpartition(" ")[::2] != (name.given, name.family)
    }


def work_list(links: Iterable[LinkHealth], repaired: Sequence[Repaired] = ()) -> dict[str, Any]:
    """Return the links that want somebody's eyes, the worst first; verdicts by host; patches."""
    lines = new_lines(repaired)
    hosts: dict[str, dict[str, int]] = {}
    rows = []
    for link in links:
        host = host_of(link.url) or "(no host)"
        counts = hosts.setdefault(host, {})
        counts[link.verdict] = counts.get(link.verdict, 0) + 1
        if link.verdict in TO_DO:
            rows.append((VERDICTS.index(link.verdict), link.url, _link_row(link, host, lines)))
    rows.sort(key=lambda row: row[:2])
    most = sorted(hosts.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:HOSTS_LIMIT]
    return {"rows": [row for _, _, row in rows], "hosts": most, "patches": patches(repaired)}


def _link_row(link: LinkHealth, host: str, lines: Lines) -> dict[str, Any]:
    moved = link.final_url if link.verdict == "moved" else None
    instead = safe_url(link.suggestion or moved or "")
    fields = {
        "url": clean(link.url),
        "href": safe_url(link.url),
        "host": clean(host),
        "verdict": link.verdict,
        "reason": clean(link.reason),
        "since": link.first_failed_at.date().isoformat() if link.first_failed_at else "",
        "failures": link.consecutive_failures,
        "instead": instead,
        "places": [[clean(at.list), at.line, at.column] for at in link.occurrences],
        "lines": [
            [name, *lines[place]]
            for at in link.occurrences
            if (place := (name := clean(at.list), at.line, link.url)) in lines
        ],
    }
    return {name: value for name, value in fields.items() if value}
