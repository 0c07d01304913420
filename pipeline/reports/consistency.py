"""
Whether the linked paper is the one that the title names, and the code is its own.

Pure. Every mention with an identifier is compared with the title that the paper has upstream. Two
to six links in a thousand lead to another paper and answer 200 all the same; but of the titles that
differ nearly all are retitled or shortened (30 pairs in 555, one wrong). So `wrong-paper` takes one
of three proofs, and nothing that speaks against it:

- `shared`: another entry with the id has its title. This alone was wrong for four alerts in seven,
  so all the titles that the paper has had must be other ones, and the abstract must be about
  something else;
- `elsewhere`: the title is exactly that of a paper with another id of the same scheme;
- `authors`: the entry names authors, none of them is the paper's, and the titles are not alike.

`shared` and `authors` compare words, so they say nothing of a title in another script: a Chinese
list translates its titles. A venue in a title's place ("KDD 2019") is no title and proves nothing.

The title of version 1 is the proof of the contrary: what a paper was once called is no mistake.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from pipeline.markdown.phrases import is_venue, year_in
from pipeline.records.catalog import Finding, Paper, Severity
from pipeline.records.lists import Entry, Kind, Link
from pipeline.works.arxiv_links import Fussy, arxiv_link
from pipeline.works.authors import Author, author_keys, shared_authors
from pipeline.works.identifiers import Identifier, canonical_url, identify
from pipeline.works.matching import (
    MIN_WORDS,
    REVIEW_RATIO,
    CandidateWork,
    Query,
    Score,
    is_front_matter,
    score,
    search_key,
)
from pipeline.works.repositories import Repository, repository
from pipeline.works.titles import normalise, title_key, version_tokens, word_count

CODES: Final = frozenset(
    {
        "wrong-paper",
        "retitled",
        "shortened",
        "version-pinned",
        "pdf-link",
        "placeholder-link",
        "foreign-code-link",
    }
)

UNLIKE: Final = 75.0
"""Below this similarity other authors mean another paper."""
ABOUT: Final = 0.5
"""
Share of a title's words that the paper's title and abstract have. Of 138 papers on recommendation
1 % have less of their own title in their abstract and 46 % of another one's; of papers on computer
science in general 1 % and 89 %.
"""
LEAST_ABSTRACT: Final = 25
"""Words; a shorter abstract tells nothing."""
TRUSTED: Final = 0.9
"""A list's authors are believed where they agree for so many of its entries of equal title."""
LEAST_TRUSTED: Final = 5
"""Entries of equal title and with authors; fewer tell nothing of what a list calls authors."""

FirstTitles = Mapping[str, str]
"""Title of version 1 by arXiv id."""
Proof = Literal["shared", "elsewhere", "authors"]


# --- rows -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One mention of a paper whose upstream title is known."""

    paper: Paper
    entry: Entry
    link: Link | None
    """The entry's link with the paper's id; None where it was joined by its title or its words."""
    score: Score
    """Against the upstream title."""

    @property
    def place(self) -> tuple[str, int]:
        return self.entry.list, self.entry.line

    @property
    def official(self) -> str:
        return self.paper.title

    @property
    def agrees(self) -> bool:
        return self.score.exact

    @property
    def key(self) -> str:
        return title_key(self.entry.title)


def upstream_title(paper: Paper) -> str | None:
    """Return a paper's title where a source gave it, None where it is a list's."""
    given = any("title" in state.fields for state in paper.sources.values())
    asked = paper.arxiv is not None and paper.arxiv.metadata_source is not None
    return paper.title if (asked or given) and paper.title else None


def _rows(papers: Iterable[Paper]) -> list[_Row]:
    return [row for paper in papers if upstream_title(paper) for row in _rows_of(paper)]


def _rows_of(paper: Paper) -> Iterator[_Row]:
    """Yield the mentions that are presented as papers; a data set has a name, not a title."""
    work = _work(paper)
    for entry in paper.mentions:
        if entry.kind == "paper" and title_key(entry.title):
            yield _Row(paper, entry, _own_link(paper, entry), score(_query(entry), work))


def _work(paper: Paper, title: str | None = None) -> CandidateWork:
    return CandidateWork(
        key=paper.key,
        title=title or paper.title,
        authors=paper.authors,
        published=paper.published,
    )


def _query(entry: Entry) -> Query:
    return Query(entry.title, entry.authors, entry.year, entry.name)


def _own_link(paper: Paper, entry: Entry) -> Link | None:
    """Return the entry's link that names the paper's id, one in the paper's place first."""
    key = f"arxiv:{paper.arxiv.id}" if paper.arxiv is not None else paper.key
    own = [link for link in entry.links if (found := identify(link.url)) and found.key == key]
    return next((link for link in own if link.role == "paper"), own[0] if own else None)


# --- what is asked ----------------------------------------------------------------------------


def ids_to_ask(papers: Iterable[Paper]) -> tuple[str, ...]:
    """Return the arXiv ids whose first title may explain a difference, as first seen."""
    ids = (
        row.paper.arxiv.id
        for row in _rows(papers)
        if row.paper.arxiv is not None and row.paper.arxiv.version != 1 and not row.agrees
    )
    return tuple(dict.fromkeys(ids))


def titles_to_search(papers: Sequence[Paper], first: FirstTitles) -> tuple[str, ...]:
    """Return the titles (`matching.search_key`) that may be those of other papers."""
    view = _View(papers, first, ())
    titles = (search_key(row.entry.title) for row in view.rows if view.is_suspect(row))
    return tuple(dict.fromkeys(titles))


# --- wrong, retitled or shortened -------------------------------------------------------------


class _View:
    """All rows of a run, and what they say of one another."""

    def __init__(
        self, papers: Sequence[Paper], first: FirstTitles, works: Iterable[CandidateWork]
    ) -> None:
        self.papers = papers
        self.first = first
        self.rows = _rows(papers)
        self.agreeing = _agreeing(self.rows)
        self.works = _by_title(papers, works)
        self.trusted = _trusted_lists(self.rows)

    def first_title(self, paper: Paper) -> str | None:
        """Return what a paper was called at first; None where that is not known."""
        if paper.arxiv is None:
            return None
        alone = paper.title if paper.arxiv.version == 1 else None
        return self.first.get(paper.arxiv.id, alone)

    def was_called_so(self, row: _Row) -> bool:
        """Say whether version 1 had the title that the list has."""
        first = self.first_title(row.paper)
        if first is None or row.paper.arxiv is None or row.paper.arxiv.version == 1:
            return False
        found = score(_query(row.entry), _work(row.paper, first))
        return found.exact or (found.ratio >= REVIEW_RATIO and found.same_versions)

    def is_suspect(self, row: _Row) -> bool:
        """Say whether a row's title may be that of another paper."""
        return (
            row.link is not None
            and not row.agrees
            and row.paper.resolution.reason_code != "HUMAN"
            and not (is_venue(row.entry.title) and year_in(row.entry.title))
            and not _is_shortened(row.entry.title, row.official)
            and not self.was_called_so(row)
        )

    def proof(self, row: _Row) -> Proof | None:
        """Return what proves that a row's link leads to another paper than its title names."""
        if not self.is_suspect(row):
            return None
        if self.elsewhere(row) is not None:
            return "elsewhere"
        if row.score.ratio >= UNLIKE or row.score.part or row.score.same_name:
            return None
        if _scripts(row.entry.title) != _scripts(row.official):
            return None
        if self._has_other_authors(row):
            return "authors"
        return "shared" if self._is_shared(row) else None

    def elsewhere(self, row: _Row) -> CandidateWork | None:
        """Return the one other work of the same scheme that is called what the list says."""
        title = row.entry.title
        if word_count(title) < MIN_WORDS or is_front_matter(title):
            return None
        scheme = row.paper.key.partition(":")[0]
        if scheme not in ("arxiv", "doi"):
            return None
        works = {
            work.key: work
            for work in self.works.get(title_key(title), ())
            if work.key != row.paper.key and work.key.partition(":")[0] == scheme
        }
        other = next(iter(works.values())) if len(works) == 1 else None
        if other is None or (row.score.shared_authors and not _shares_authors(row, other)):
            return None
        return other

    def _has_other_authors(self, row: _Row) -> bool:
        if row.score.shared_authors != 0 or row.entry.list not in self.trusted:
            return False
        ours, theirs = author_keys(row.entry.authors), author_keys(row.paper.authors)
        return not _have_last_name_in_common(ours, theirs) and (
            _scripts(row.entry.authors or "") == _scripts(" ".join(row.paper.authors))
        )

    def _is_shared(self, row: _Row) -> bool:
        """Say whether another entry is the one that the id belongs to, and this one is not."""
        holder = self.agreeing.get(row.paper.key)
        if holder is None or row.score.shared_authors or _same_code(row.entry, holder.entry):
            return False
        about = _is_about(row)
        return about is False or (about is None and self._knows_all_titles(row.paper))

    def _knows_all_titles(self, paper: Paper) -> bool:
        """Titles of versions between the first and the last are not known."""
        version = paper.arxiv.version if paper.arxiv is not None else None
        return version in (1, 2) and self.first_title(paper) is not None


def _shares_authors(row: _Row, work: CandidateWork) -> bool:
    return bool(shared_authors(author_keys(row.entry.authors), author_keys(work.authors)))


def _have_last_name_in_common(ours: Iterable[Author], theirs: Iterable[Author]) -> bool:
    """Compare last names in whatever order names are written: Bob Smith is Robert Smith."""
    persons = tuple(theirs)
    return any(
        one.last in other.words or other.last in one.words for one in ours for other in persons
    )


def _scripts(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters: `LATIN`, `CJK`, `CYRILLIC`."""
    letters = {char for char in normalise(text) if char.isalpha()}
    return frozenset(unicodedata.name(char, "").partition(" ")[0] for char in letters)


def _agreeing(rows: Iterable[_Row]) -> dict[str, _Row]:
    """Return for each paper the first row whose own link and title are both the paper's."""
    found: dict[str, _Row] = {}
    for row in rows:
        if row.agrees and row.link is not None:
            found.setdefault(row.paper.key, row)
    return found


def _by_title(
    papers: Iterable[Paper], works: Iterable[CandidateWork]
) -> dict[str, list[CandidateWork]]:
    """Return the works of this run and those that a search has found, by the keys of titles."""
    found: dict[str, list[CandidateWork]] = defaultdict(list)
    for paper in papers:
        if upstream_title(paper):
            found[title_key(paper.title)].append(_work(paper))
    for work in works:
        found[title_key(work.title)].append(work)
    return found


def _trusted_lists(rows: Iterable[_Row]) -> frozenset[str]:
    """
    Return the lists whose authors may be believed.

    What stands there may be organisations, or the authors of a repository: then it disagrees for
    the entries whose title is right too. So entries that agree must be there (`LEAST_TRUSTED`).
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.score.shared_authors is not None:
            tally = counts[row.entry.list]
            tally[0] += row.agrees and row.score.shared_authors > 0
            tally[1] += row.agrees
    return frozenset(
        name
        for name, (same, all_) in counts.items()
        if all_ >= LEAST_TRUSTED and same >= TRUSTED * all_
    )


_LITTLE_WORDS: Final = frozenset(
    """
    a an and are as at be by can do does for from how in into is it its not of on or over our the
    through to toward towards under using via we what when with you your
    """.split()  # noqa: SIM905  one word a line would hide the table
)


def _is_about(row: _Row) -> bool | None:
    """Say whether title and abstract speak of what the list's title says; None: cannot be told."""
    abstract = normalise((row.paper.abstract or "")[:2000])
    if len(abstract.split()) < LEAST_ABSTRACT:
        return None
    said = _stems(f"{row.entry.name or ''} {row.entry.title}")
    known = _stems(f"{row.official} {abstract}")
    return len(said & known) >= ABOUT * len(said)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words that carry a title's meaning."""
    return {word[:5] for word in normalise(text).split() if word not in _LITTLE_WORDS}


def _same_code(one: Entry, other: Entry) -> bool:
    return bool(_repositories(one).keys() & _repositories(other).keys())


def _is_shortened(title: str, official: str) -> bool:
    """
    Say whether a title is the official one with words left out.

    Numbers and signs are no such words: `GeneFace` is not short for `GeneFace++`.
    """
    if version_tokens(title) != version_tokens(official):
        return False
    words, rest = normalise(title).split(), iter(normalise(official).split())
    return all(word in rest for word in words)


# --- findings about titles --------------------------------------------------------------------


def _about_titles(view: _View) -> Iterator[tuple[_Row, Finding]]:
    """Yield what is to be said of every row whose title is not the paper's."""
    for row in view.rows:
        if row.agrees:
            continue
        proof = view.proof(row)
        finding = _wrong(view, row, proof) if proof else _renamed(view, row)
        if finding is not None:
            yield row, finding


def _wrong(view: _View, row: _Row, proof: Proof) -> Finding:
    other = view.elsewhere(row) if proof == "elsewhere" else None
    replacement = canonical_url(_identifier(other.key)) if other is not None else None
    message = f"the link leads to “{row.official}” ({row.paper.key}); {_reason(view, row, proof)}"
    return _finding(
        "wrong-paper", "error", message, row.entry, url=_url(row), replacement=replacement
    )


def _reason(view: _View, row: _Row, proof: Proof) -> str:
    if proof == "elsewhere":
        other = view.elsewhere(row)
        return f"the title here is that of {other.key if other else 'another paper'}"
    if proof == "authors":
        return "its authors are others than those named here"
    holder = view.agreeing[row.paper.key]
    return f"that is the paper of {holder.entry.list}:{holder.entry.line}"


def _identifier(key: str) -> Identifier:
    scheme, _, value = key.partition(":")
    return Identifier("arxiv" if scheme == "arxiv" else "doi", value)


def _renamed(view: _View, row: _Row) -> Finding | None:
    """Return the remark that the official title is another one, with that title to write."""
    shortened = _is_shortened(row.entry.title, row.official)
    if shortened and word_count(row.entry.title) < MIN_WORDS:
        return None  # a list of names
    if shortened:
        code, message = "shortened", "the official title is longer"
    elif view.was_called_so(row):
        code, message = "retitled", "this was the title of version 1; the paper has a new one"
    else:
        code, message = "retitled", "the official title is another one: retitled or misspelt"
    return _finding(code, "info", message, row.entry, url=_url(row), replacement=row.official)


def _url(row: _Row) -> str | None:
    return row.link.url if row.link is not None else None


def _finding(
    code: str,
    severity: Severity,
    message: str,
    entry: Entry,
    *,
    line: int | None = None,
    url: str | None = None,
    replacement: str | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        message=message,
        list=entry.list,
        line=line or entry.line,
        url=url,
        replacement=replacement,
    )


# --- findings about links ---------------------------------------------------------------------


def _about_links(entry: Entry) -> Iterator[Finding]:
    """Name placeholders, and the one link in an entry that could be simpler."""
    arxiv = [(link, found) for link in entry.links if (found := arxiv_link(link.url)) is not None]
    for link, found in arxiv:
        if found.fault == "placeholder":
            message = "a placeholder stands in the place of an arXiv id"
            yield _finding(
                "placeholder-link", "warning", message, entry, line=link.line, url=link.url
            )
    plain = {found.id for _, found in arxiv if found.page == "abs" and found.version is None}
    for link, found in arxiv:
        code = found.fussy if link.role == "paper" and found.id not in plain else None
        if code is not None:
            yield _finding(
                code,
                "info",
                _FUSSY[code],
                entry,
                line=link.line,
                url=link.url,
                replacement=found.plain_url,
            )
            return


_FUSSY: Final[Mapping[Fussy, str]] = {
    "version-pinned": "a link without version leads to the latest one",
    "pdf-link": "the abstract page serves better than the PDF",
}


# --- code of another entry --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Holder:
    """An entry that links to a repository as its code."""

    paper: Paper
    entry: Entry
    link: Link
    repository: Repository


def _repositories(entry: Entry) -> dict[str, tuple[Link, Repository]]:
    """Return the repositories that an entry links to as its code, by key."""
    found: dict[str, tuple[Link, Repository]] = {}
    for link in entry.links:
        linked = repository(link.url) if link.role == "code" else None
        if linked is not None and linked.is_root:
            found.setdefault(linked.key, (link, linked))
    return found


def _foreign_code(papers: Iterable[Paper]) -> Iterator[tuple[Paper, Finding]]:
    """
    Name the code links whose repository is called what another paper is called.

    Several papers of one group often share a repository, so two papers with an author in common
    may, and an entry that anything in the repository's name reminds of. A repository of many works
    is a framework (`microsoft/DeepSpeed`), and so may be one that is named after no paper.
    """
    holders: dict[str, list[_Holder]] = defaultdict(list)
    for paper in papers:
        for entry in paper.mentions:
            for key, (link, linked) in _repositories(entry).items():
                holders[key].append(_Holder(paper, entry, link, linked))
    for group in holders.values():
        owner = next((one for one in group if _is_named_after(one)), None)
        if owner is None:
            continue
        others = [one for one in group if one.paper.key != owner.paper.key]
        if len({one.paper.key for one in others}) > MOST_OTHERS:
            continue
        for one in others:
            if _is_foreign(one, owner):
                yield one.paper, _foreign(one, owner)


def _foreign(one: _Holder, owner: _Holder) -> Finding:
    name = owner.entry.name or owner.entry.title
    message = (
        f"{one.repository.full_name} is the code of “{name}”"
        f" ({owner.entry.list}:{owner.entry.line})"
    )
    return _finding(
        "foreign-code-link", "warning", message, one.entry, line=one.link.line, url=one.link.url
    )


def _is_foreign(one: _Holder, owner: _Holder) -> bool:
    if any(_reminds(entry, one.repository.name) for entry in one.paper.mentions):
        return False
    if _reminds_title(one.paper.title, one.repository.name):
        return False
    return not _have_authors_in_common(one.paper, owner.paper)


def _have_authors_in_common(one: Paper, other: Paper) -> bool:
    ours, theirs = (
        author_keys(paper.authors or next((e.authors for e in paper.mentions if e.authors), None))
        for paper in (one, other)
    )
    return bool(shared_authors(ours, theirs))


def _is_named_after(holder: _Holder) -> bool:
    """Say whether a repository has a paper's own name: that of its method, or its title."""
    if not any(link.role == "paper" for link in holder.entry.links):
        return False
    key = title_key(holder.repository.name)
    titles = (holder.entry.title, holder.paper.title)
    names = {holder.entry.name or "", *titles, *(title.partition(":")[0] for title in titles)}
    return len(key) >= MIN_NAME and key in {title_key(name) for name in names if name}


MOST_OTHERS: Final = 2
"""Works beside its own that may link to a repository by mistake."""
MIN_NAME: Final = 3
"""Characters; a shorter name reminds of everything."""


def _reminds(entry: Entry, name: str) -> bool:
    return _reminds_title(f"{entry.name or ''} {entry.title}", name)


def _reminds_title(title: str, name: str) -> bool:
    """Say whether a repository's name has a word of a title in it, or the title's initials."""
    words = [word for word in normalise(title).split() if word not in _LITTLE_WORDS]
    key = title_key(name)
    initials = "".join(word[0] for word in words)
    return (
        any(len(word) >= MIN_NAME and (word in key or key in word) for word in words)
        or key in title_key(title)
        or (len(key) >= MIN_NAME and key in initials)
    )


# --- all of it --------------------------------------------------------------------------------


def with_findings(
    papers: Sequence[Paper], first: FirstTitles, works: Iterable[CandidateWork] = ()
) -> list[Paper]:
    """
    Return the papers with what comparing has shown; what others have found stays.

    `works` are further works by their titles, such as a search has found. What the stage before
    said of two titles under one id is left out where the upstream title tells which is right.
    """
    view = _View(papers, first, works)
    told: dict[str, list[Finding]] = defaultdict(list)
    wrong: dict[str, list[_Row]] = defaultdict(list)
    for row, finding in _about_titles(view):
        told[row.paper.key].append(finding)
        if finding.code == "wrong-paper":
            wrong[row.paper.key].append(row)
    for paper, finding in _foreign_code(papers):
        told[paper.key].append(finding)
    titles = {row.key for rows in wrong.values() for row in rows}
    return [_told(paper, told[paper.key], wrong.get(paper.key, ()), titles) for paper in papers]


def _told(
    paper: Paper, found: Sequence[Finding], wrong: Sequence[_Row], wrong_titles: set[str]
) -> Paper:
    places = {row.place for row in wrong}
    links = [
        finding
        for entry in paper.mentions
        if (entry.list, entry.line) not in places
        for finding in _about_links(entry)
    ]
    obsolete = set(CODES)
    if upstream_title(paper):
        obsolete.add("same-id-two-titles")
    if any(title_key(entry.title) in wrong_titles for entry in paper.mentions):
        obsolete.add("same-title-two-ids")
    if wrong:
        obsolete.add("duplicate-entry")
        links += _duplicates(paper, places)
    kept = [one for one in paper.findings if one.code not in obsolete]
    findings = sorted({*kept, *found, *links}, key=_order)
    return replace(paper, findings=tuple(findings))


def _order(finding: Finding) -> tuple[str, int, str, str, str]:
    return finding.list, finding.line, finding.code, finding.message, finding.url or ""


def _duplicates(paper: Paper, wrong: set[tuple[str, int]]) -> Iterator[Finding]:
    """Name every further place of a work in one list, without those that mean another work."""
    first: dict[tuple[str, Kind], Entry] = {}
    for entry in paper.mentions:
        if (entry.list, entry.line) in wrong:
            continue
        before = first.setdefault((entry.list, entry.kind), entry)
        if before is not entry:
            message = f"same work as in line {before.line}"
            yield _finding("duplicate-entry", "info", message, entry)
