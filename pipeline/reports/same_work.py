"""
Which entries of a list are the same work as one that is added, also under another id. Pure.

An arXiv id, a DOI and an OpenReview page of one work have nothing in common to look at. What joins
them is what the sources say of the new entry (arXiv names the DOI, registries name the arXiv id),
and the title: the official one, which an older entry may have, or the list's own. Equal titles
alone join no two ids of one scheme, nor entries whose authors have nothing in common.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry
from pipeline.works.authors import author_keys, shared_authors
from pipeline.works.candidates import MIN_WORDS, is_front_matter
from pipeline.works.identifiers import SCHOLARLY
from pipeline.works.titles import title_key, word_count

Place = tuple[str, int, str]
"""List, line and title: an entry's, for several may stand on one line."""

_SCHEMES: Final = (*SCHOLARLY, "arxiv")


def place_of(entry: Entry) -> Place:
    """Return what an entry is known by within one text."""
    return entry.list, entry.line, entry.title


def ids_of(paper: Paper) -> frozenset[str]:
    """Return the keys of identifiers that are this work's, by whichever source."""
    found = {paper.key} if paper.key.partition(":")[0] in _SCHEMES else set()
    dois = [paper.doi]
    if paper.arxiv is not None:
        found.add(f"arxiv:{paper.arxiv.id}")
        dois.append(paper.arxiv.doi)
    if paper.published_as is not None:
        dois.append(paper.published_as.doi)
    found |= {f"{name}:{value}" for name, value in paper.identifiers.items() if name in _SCHEMES}
    found |= {f"doi:{doi}" for doi in dois if doi}
    return frozenset(one.lower() if one.startswith("doi:") else one for one in found)


@dataclass(frozen=True, slots=True)
class Same:
    """An entry of the same work."""

    entry: Entry
    by_title: bool
    """Whether the title says so, and no id."""


class Works:
    """The entries of some lists by what names their works."""

    def __init__(self, papers: Iterable[Paper], known: Iterable[Paper] = ()) -> None:
        """`papers`: of these lists, as far as they are known; `known`: what earlier runs know."""
        self._of: dict[Place, Paper] = {}
        self._by_id: dict[str, list[Entry]] = defaultdict(list)
        self._by_title: dict[str, list[Entry]] = defaultdict(list)
        before = {key: paper for paper in known for key in ids_of(paper)}
        for paper in papers:
            ids = ids_of(paper)
            earlier = next((before[key] for key in sorted(ids) if key in before), None)
            more = ids_of(earlier) if earlier is not None else frozenset[str]()
            for entry in paper.mentions:
                self._of[place_of(entry)] = paper
                for key in ids | more:
                    self._by_id[key].append(entry)
                for title in _titles(entry, paper, earlier):
                    self._by_title[title].append(entry)

    def paper_of(self, entry: Entry) -> Paper | None:
        """Return the work of an entry."""
        return self._of.get(place_of(entry))

    def same(self, entry: Entry, paper: Paper, *, doubted: bool = False) -> Iterator[Same]:
        """
        Yield the other entries of an entry's list and kind that are its work, first those by id.

        `paper`: what the sources say of it. `doubted`: its link is another work's, so that only its
        title counts.
        """
        seen = {place_of(entry)}
        keys = () if doubted else sorted(ids_of(paper))
        for other in (one for key in keys for one in self._by_id.get(key, ())):
            if _is_rival(entry, other) and place_of(other) not in seen:
                seen.add(place_of(other))
                yield Same(other, by_title=False)
        titles = _titles(entry, None if doubted else paper)
        for other in (one for title in titles for one in self._by_title.get(title, ())):
            if place_of(other) in seen or not _is_rival(entry, other):
                continue
            seen.add(place_of(other))
            if self._may_be_one(entry, paper, other):
                yield Same(other, by_title=True)

    def _may_be_one(self, entry: Entry, paper: Paper, other: Entry) -> bool:
        theirs = ids_of(self._of[place_of(other)])
        ours = ids_of(paper)
        schemes = {key.partition(":")[0] for key in ours} & {
            key.partition(":")[0] for key in theirs
        }
        if schemes and not ours & theirs:
            return False
        known = paper.authors or entry.authors
        if not known or not other.authors:
            return True
        return bool(shared_authors(author_keys(known), author_keys(other.authors)))


def _is_rival(entry: Entry, other: Entry) -> bool:
    return entry.list == other.list and entry.kind == other.kind


def _titles(entry: Entry, *papers: Paper | None) -> Sequence[str]:
    """Return the keys of the titles by which a work may be found: none that is short or common."""
    given = [entry.title, *(paper.title for paper in papers if paper is not None)]
    keys = (
        title_key(title)
        for title in given
        if word_count(title) >= MIN_WORDS and not is_front_matter(title)
    )
    return tuple(dict.fromkeys(filter(None, keys)))
