"""
Whether the linked paper is the one that the title names, and the code is its own.

Pure. Every mention with an identifier is compared with the title that the paper has upstream. Two
to six links in a thousand lead to another paper and answer 200 all the same; but of the titles that
differ nearly all are retitled, shortened or nicknames (30 pairs in 555, one wrong). `wrong-paper`
takes one of two proofs, and nothing that speaks against it:

- `elsewhere`: the title is exactly that of a paper with another id of the same scheme;
- `authors`: the entry names authors, none of them is the paper's, and the titles are not alike.

That another entry has the id and its official title is no proof: four such alerts in seven were one
work under two titles. Where neither the abstract nor any version has to do with the title, the two
entries are put to a person (`same-id-two-titles`); a name of a few words is left alone.

`authors` compares words, so it says nothing of a title in another script: a Chinese list translates
its titles. A venue in a title's place ("KDD 2019") is no title and proves nothing.

The title of version 1 is the proof of the contrary: what a paper was once called is no mistake.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from pipeline.markdown.phrases import is_venue, year_in
from pipeline.records.catalog import Finding, Paper
from pipeline.records.lists import Entry
from pipeline.reports.compared import Compared, Row, compared, query_of, upstream_title, work_of
from pipeline.reports.entry_links import about_links, code_repositories, foreign_code
from pipeline.reports.mentions import duplicates, finding_at
from pipeline.works.authors import Author, author_keys, shared_authors
from pipeline.works.candidates import MIN_WORDS, CandidateWork, is_front_matter, search_key
from pipeline.works.identifiers import canonical_url, of_key
from pipeline.works.matching import REVIEW_RATIO, score
from pipeline.works.titles import normalise, title_key, version_tokens, word_count
from pipeline.works.wording import LITTLE_WORDS

CODES: Final = frozenset(
    """
    wrong-paper retitled shortened version-pinned pdf-link placeholder-link foreign-code-link
    """.split()  # noqa: SIM905  one word a line would hide the table
)

OF_THE_WORK: Final = frozenset({"accepted", "published", "code-suggested", "code-gone"})
"""What would make an entry better, and is left out where its link leads to another paper."""

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
FirstTitles = Mapping[str, str]
"""Title of version 1 by arXiv id."""
Proof = Literal["elsewhere", "authors"]


# --- what is asked ----------------------------------------------------------------------------


def ids_to_ask(titles: Compared) -> tuple[str, ...]:
    """Return the arXiv ids whose first title may explain a difference, as first seen."""
    ids = (
        row.paper.arxiv.id
        for row in titles.rows
        if row.paper.arxiv is not None and row.paper.arxiv.version != 1
    )
    return tuple(dict.fromkeys(ids))


def titles_to_search(titles: Compared, first: FirstTitles) -> tuple[str, ...]:
    """Return the titles (`works.candidates.search_key`) that may be those of other papers."""
    view = _View(titles, first, {})
    suspects = (search_key(row.entry.title) for row in view.rows if view.is_suspect(row))
    return tuple(dict.fromkeys(suspects))


# --- wrong, retitled or shortened -------------------------------------------------------------


class _View:
    """All rows of a run, and what they say of one another."""

    def __init__(
        self, titles: Compared, first: FirstTitles, works: Mapping[str, Sequence[CandidateWork]]
    ) -> None:
        self.rows = titles.rows
        self.first = first
        self.works = works
        """By the key of their title."""
        self._titles = titles

    def first_title(self, paper: Paper) -> str | None:
        """Return what a paper was called at first; None where that is not known."""
        if paper.arxiv is None:
            return None
        alone = paper.title if paper.arxiv.version == 1 else None
        return self.first.get(paper.arxiv.id, alone)

    def was_called_so(self, row: Row) -> bool:
        """Say whether version 1 had the title that the list has."""
        first = self.first_title(row.paper)
        if first is None or row.paper.arxiv is None or row.paper.arxiv.version == 1:
            return False
        found = score(query_of(row.entry), work_of(row.paper, first))
        return found.exact or (found.ratio >= REVIEW_RATIO and found.same_versions)

    def is_suspect(self, row: Row) -> bool:
        """Say whether a row's title may be that of another paper."""
        return (
            row.link is not None
            and row.paper.resolution.reason_code != "HUMAN"
            and not (is_venue(row.entry.title) and year_in(row.entry.title))
            and not _is_shortened(row.entry.title, row.paper.title)
            and not self.was_called_so(row)
        )

    def proof(self, row: Row) -> Proof | None:
        """Return what proves that a row's link leads to another paper than its title names."""
        if not self.is_suspect(row):
            return None
        if self.elsewhere(row) is not None:
            return "elsewhere"
        return "authors" if self._is_unlike(row) and self._has_other_authors(row) else None

    @staticmethod
    def _is_unlike(row: Row) -> bool:
        """Say whether nothing in a title reminds of the official one, in the same script."""
        alike = row.score.ratio >= UNLIKE or row.score.part or row.score.same_name
        return not alike and _scripts(row.entry.title) == _scripts(row.paper.title)

    def holder(self, row: Row) -> Entry | None:
        """Return the entry that has the row's id and its title, where this one seems another's."""
        holder = self._titles.agreeing.get(row.paper.key)
        if holder is None or not (self.is_suspect(row) and self._is_unlike(row)):
            return None
        code, other = code_repositories(row.entry), code_repositories(holder.entry)
        if row.score.shared_authors or code.keys() & other.keys():
            return None
        about, arxiv = _is_about(row), row.paper.arxiv
        # Titles of versions between the first and the last are not known.
        all_known = arxiv is not None and arxiv.version in (1, 2) and self.first_title(row.paper)
        unexplained = about is False or (about is None and all_known)
        return holder.entry if unexplained else None

    def elsewhere(self, row: Row) -> CandidateWork | None:
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
        if len(works) != 1:
            return None
        [other] = works.values()
        ours, theirs = author_keys(row.entry.authors), author_keys(other.authors)
        return None if row.score.shared_authors and not shared_authors(ours, theirs) else other

    def _has_other_authors(self, row: Row) -> bool:
        if row.score.shared_authors != 0 or row.entry.list not in self._titles.trusted:
            return False
        ours, theirs = author_keys(row.entry.authors), author_keys(row.paper.authors)
        return not _have_last_name_in_common(ours, theirs) and (
            _scripts(row.entry.authors or "") == _scripts(" ".join(row.paper.authors))
        )


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


def _by_title(
    papers: Iterable[Paper], works: Iterable[CandidateWork], titles: Compared
) -> dict[str, list[CandidateWork]]:
    """Return the works of this run and of a search that are called as rows are, by that title."""
    wanted = {title_key(row.entry.title) for row in titles.rows}
    found: dict[str, list[CandidateWork]] = defaultdict(list)
    for paper in papers if wanted else ():
        if upstream_title(paper) and (key := title_key(paper.title)) in wanted:
            found[key].append(work_of(paper))
    for work in works:
        found[title_key(work.title)].append(work)
    return found


def _is_about(row: Row) -> bool | None:
    """Say whether title and abstract speak of what the list's title says; None: cannot be told."""
    abstract = normalise((row.paper.abstract or "")[:2000])
    if len(abstract.split()) < LEAST_ABSTRACT:
        return None
    said = _stems(f"{row.entry.name or ''} {row.entry.title}")
    known = _stems(f"{row.paper.title} {abstract}")
    return len(said & known) >= ABOUT * len(said)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words that carry a title's meaning."""
    return {word[:5] for word in normalise(text).split() if word not in LITTLE_WORDS}


def _is_shortened(title: str, official: str) -> bool:
    """Say whether a title is the official one less some words; the `++` of `GeneFace++` is none."""
    if version_tokens(title) != version_tokens(official):
        return False
    words, rest = normalise(title).split(), iter(normalise(official).split())
    return all(word in rest for word in words)


# --- findings about titles --------------------------------------------------------------------


def _about_titles(view: _View) -> Iterator[tuple[Row, Finding]]:
    """Yield what is to be said of every row whose title is not the paper's."""
    for row in view.rows:
        proof = view.proof(row)
        finding = _wrong(view, row, proof) if proof else _renamed(view, row)
        if finding is not None:
            yield row, finding


def _wrong(view: _View, row: Row, proof: Proof) -> Finding:
    other = view.elsewhere(row) if proof == "elsewhere" else None
    meant = of_key(other.key) if other is not None else None
    reason = "its authors are others than those named here"
    if other is not None:
        reason = f"the title here is that of {other.key}"
    message = f"the link leads to “{row.paper.title}” ({row.paper.key}); {reason}"
    replacement = canonical_url(meant) if meant is not None else None
    return finding_at(
        row.entry, "wrong-paper", "error", message, url=_url(row), replacement=replacement
    )


def _renamed(view: _View, row: Row) -> Finding | None:
    if row.score.length < MIN_WORDS:
        return None  # a name or a nickname
    if _is_shortened(row.entry.title, row.paper.title):
        code, message = "shortened", "the official title is longer"
    elif view.was_called_so(row):
        code, message = "retitled", "this was the title of version 1; the paper has a new one"
    elif (holder := view.holder(row)) is not None:
        message = f"same id as {holder.list}:{holder.line}, which has the official title"
        return finding_at(row.entry, "same-id-two-titles", "info", message, url=_url(row))
    else:
        code = "retitled"
        message = "the official title differs: the paper was retitled, or the list misspells it"
    official = row.paper.title
    return finding_at(row.entry, code, "info", message, url=_url(row), replacement=official)


def _url(row: Row) -> str | None:
    return row.link.url if row.link is not None else None


# --- all of it --------------------------------------------------------------------------------


def with_findings(
    papers: Sequence[Paper], first: FirstTitles, works: Iterable[CandidateWork] = ()
) -> list[Paper]:
    """Return the papers with all that comparing shows; what others have found stays."""
    told = [with_own_findings(paper) for paper in papers]
    for number, paper in list(in_view_of_others(told, compared(told), first, works)):
        told[number] = paper
    return told


def with_own_findings(paper: Paper) -> Paper:
    """
    Return a paper with what is to be said of its links, whatever other papers there are.

    What the stage before said of two titles under one id is left out where the upstream title tells
    which is right.
    """
    return _told(paper, (), (), set())


def in_view_of_others(
    papers: Sequence[Paper],
    titles: Compared,
    first: FirstTitles,
    works: Iterable[CandidateWork] = (),
) -> Iterator[tuple[int, Paper]]:
    """
    Yield the papers of which the other papers, and their titles, show more; with their numbers.

    The papers have their own findings. `titles` is what `compared` says of them, `works` are
    further works by their titles, such as a search has found.
    """
    view = _View(titles, first, _by_title(papers, works, titles))
    told: dict[int, list[Finding]] = defaultdict(list)
    wrong: dict[int, list[Row]] = defaultdict(list)
    for row, finding in _about_titles(view):
        number = titles.numbers[row.paper.key]
        told[number].append(finding)
        if finding.code == "wrong-paper":
            wrong[number].append(row)
    for number, finding in foreign_code(papers, titles.using):
        told[number].append(finding)
    others = {title_key(row.entry.title) for rows in wrong.values() for row in rows}
    for number in sorted({*told, *(titles.contested if others else ())}):
        yield number, _told(papers[number], told[number], wrong.get(number, ()), others)


def _told(
    paper: Paper, found: Sequence[Finding], wrong: Sequence[Row], wrong_titles: set[str]
) -> Paper:
    places = {row.place for row in wrong}
    doubted = places | {(one.list, one.line) for one in found if one.code == "same-id-two-titles"}
    links = [
        finding
        for entry in paper.mentions
        if (entry.list, entry.line) not in doubted
        for finding in about_links(entry)
    ]
    obsolete = set(CODES)
    if upstream_title(paper):
        obsolete.add("same-id-two-titles")
    if wrong_titles and any(title_key(one.title) in wrong_titles for one in paper.mentions):
        obsolete.add("same-title-two-ids")
    if wrong:
        obsolete.add("duplicate-entry")
        meant = [one for one in paper.mentions if (one.list, one.line) not in places]
        links += duplicates(meant)
    kept = [
        one
        for one in paper.findings
        if one.code not in obsolete
        and not (one.code in OF_THE_WORK and (one.list, one.line) in places)
    ]
    findings = sorted(
        {*kept, *found, *links},
        key=lambda one: (one.list, one.line, one.code, one.message, one.url or ""),
    )
    same = tuple(findings) == paper.findings
    return paper if same else replace(paper, findings=tuple(findings))
