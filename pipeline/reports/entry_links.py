"""
What is to be said of the links of an entry: placeholders, simpler ones, code of another entry.

Pure. Several papers of one group often share a repository, so two papers with an author in common
may, and an entry that anything in the repository's name reminds of. A repository of many works is a
framework (`microsoft/DeepSpeed`), and so may be one that is named after no paper.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.records.catalog import Finding, Paper
from pipeline.records.lists import Entry, Link
from pipeline.reports.mentions import finding_at
from pipeline.works.arxiv_links import Fussy, arxiv_link
from pipeline.works.authors import author_keys, shared_authors
from pipeline.works.repositories import Repository, repository
from pipeline.works.titles import normalise, title_key
from pipeline.works.wording import LITTLE_WORDS

MOST_OTHERS: Final = 2
"""Other works that may link to a repository by mistake."""
MIN_NAME: Final = 3
"""Characters; a shorter name reminds of everything."""


# --- its own links --------------------------------------------------------------------------


def placeholders(entry: Entry) -> Iterator[Finding]:
    """Name the links of an entry that keep the place of an arXiv id."""
    for link in entry.links:
        found = arxiv_link(link.url)
        if found is not None and found.fault == "placeholder":
            message = "the link has a placeholder instead of an arXiv id"
            yield finding_at(
                entry, "placeholder-link", "warning", message, line=link.line, url=link.url
            )


def about_links(entry: Entry) -> Iterator[Finding]:
    """Name placeholders, and the one link in an entry that could be simpler."""
    yield from placeholders(entry)
    arxiv = [(link, found) for link in entry.links if (found := arxiv_link(link.url)) is not None]
    plain = {found.id for _, found in arxiv if found.page == "abs" and found.version is None}
    for link, found in arxiv:
        code = found.fussy if link.role == "paper" and found.id not in plain else None
        if code is not None:
            yield finding_at(
                entry,
                code,
                "info",
                _FUSSY[code],
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

    number: int
    paper: Paper
    entry: Entry
    link: Link
    repository: Repository


def code_repositories(entry: Entry) -> dict[str, tuple[Link, Repository]]:
    """Return the repositories that an entry links to as its code, by key."""
    found: dict[str, tuple[Link, Repository]] = {}
    for link in entry.links:
        linked = repository(link.url) if link.role == "code" else None
        if linked is not None and linked.is_root:
            found.setdefault(linked.key, (link, linked))
    return found


def foreign_code(
    papers: Sequence[Paper], using: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, Finding]]:
    """
    Name the code links whose repository is called what another paper is called, by paper.

    `using`: by repository, the numbers of the papers, two or more, whose code it is called.
    """
    holders: dict[str, list[_Holder]] = defaultdict(list)
    for number in sorted({number for numbers in using.values() for number in numbers}):
        paper = papers[number]
        for entry in paper.mentions:
            for key, (link, linked) in code_repositories(entry).items():
                if key in using:
                    holders[key].append(_Holder(number, paper, entry, link, linked))
    for group in holders.values():
        owner = next((one for one in group if _is_named_after(one)), None)
        if owner is None:
            continue
        others = [one for one in group if one.paper.key != owner.paper.key]
        if len({one.paper.key for one in others}) > MOST_OTHERS:
            continue
        for one in others:
            if _is_foreign(one, owner):
                yield one.number, _foreign(one, owner)


def _foreign(one: _Holder, owner: _Holder) -> Finding:
    name = owner.entry.name or owner.entry.title
    message = (
        f"{one.repository.full_name} is the code of “{name}”"
        f" ({owner.entry.list}:{owner.entry.line})"
    )
    return finding_at(
        one.entry, "foreign-code-link", "warning", message, line=one.link.line, url=one.link.url
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


def _reminds(entry: Entry, name: str) -> bool:
    return _reminds_title(f"{entry.name or ''} {entry.title}", name)


def _reminds_title(title: str, name: str) -> bool:
    """Say whether a repository's name has a word of a title in it, or the title's initials."""
    words = [word for word in normalise(title).split() if word not in LITTLE_WORDS]
    key = title_key(name)
    initials = "".join(word[0] for word in words)
    return (
        any(len(word) >= MIN_NAME and (word in key or key in word) for word in words)
        or key in title_key(title)
        or (len(key) >= MIN_NAME and key in initials)
    )
