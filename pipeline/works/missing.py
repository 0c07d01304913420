"""
Works that a list may be missing: cited by several of its papers, or in several other lists. Pure.

Popular works are cited by everybody: what a list's papers cite counts for less, the more often it
is cited at all, by the logarithm, so that the field's own works stand before the methods that
every paper names. Each other list that has a work counts like one paper that cites it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import log10
from typing import Final, NamedTuple

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry
from pipeline.records.sources import CitedWork, ReferencesRecord
from pipeline.records.suggestions import Place, Suggestion
from pipeline.works.candidates import MIN_WORDS, similarity
from pipeline.works.identifiers import canonical_url, of_key
from pipeline.works.titles import title_key, word_count

LEAST_CITING: Final = 3
LEAST_LISTS: Final = 2
LIMIT: Final = 20
POOL: Final = 100
"""Works of one list that are asked about: the most cited ones."""
SAME_TITLE: Final = 70.0
"""OpenAlex has records with the right DOI and another paper's title."""

References = Mapping[str, ReferencesRecord]
"""By the key of the paper."""


def asked_name(paper: Paper) -> str | None:
    """Return the name by which a paper's references are asked for; None without an id for it."""
    if paper.arxiv is not None:
        return paper.arxiv.id
    return f"doi:{paper.doi}" if paper.doi else None


def believed(papers: Iterable[Paper], known: Mapping[str, ReferencesRecord]) -> References:
    """Return the references of papers, of records that have the paper's title; see `asked_name`."""
    found = ((paper, known.get(asked_name(paper) or "")) for paper in papers)
    return {
        paper.key: record
        for paper, record in found
        if record is not None and similarity(record.title, paper.title) >= SAME_TITLE
    }


class Shelf:
    """What one list has, by whatever name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, Place] = {}
        """By key of the work."""
        self._names: set[str] = set()

    def add(self, key: str, entry: Entry, names: Iterable[str]) -> None:
        """Put a work on the shelf; of several entries the first counts."""
        place = Place(list=entry.list, line=entry.line, title=entry.title)
        self.places.setdefault(key, place)
        self._names.update(names)

    def has(self, *names: str) -> bool:
        """Say whether a work of one of these names is in the list."""
        return not self._names.isdisjoint(names)


def shelves(papers: Iterable[Paper], references: References) -> list[Shelf]:
    """Return the lists of a run, as they are met."""
    found: dict[str, Shelf] = {}
    for paper in papers:
        names = set(_names_of(paper, references))
        for entry in paper.mentions:
            shelf = found.setdefault(entry.list, Shelf(entry.list))
            shelf.add(paper.key, entry, names)
    return list(found.values())


def _names_of(paper: Paper, references: References) -> Iterator[str]:
    """Yield every name of a work: keys, identifiers, titles."""
    yield from (paper.key, *paper.former_keys)
    dois = [paper.doi, paper.published_as.doi if paper.published_as else None]
    if paper.arxiv is not None:
        yield f"arxiv:{paper.arxiv.id}"
        dois.append(paper.arxiv.doi)
    yield from (f"doi:{doi}" for doi in dois if doi)
    yield from (f"{scheme}:{value}" for scheme, value in paper.identifiers.items())
    if paper.key in references:
        yield f"openalex:{references[paper.key].openalex_id}"
    yield from map(_title_name, (paper.title, *(entry.title for entry in paper.mentions)))


def _title_name(title: str) -> str:
    """Return a name that titles of one work share; of a short one nothing but itself."""
    return f"words:{title_key(title)}" if word_count(title) >= MIN_WORDS else f"as written:{title}"


def most_cited(shelf: Shelf, references: References, least: int) -> dict[str, tuple[Place, ...]]:
    """Return the works that at least so many papers of a list cite and it does not have, by id."""
    citing: dict[str, list[Place]] = defaultdict(list)
    for key, place in shelf.places.items():
        record = references.get(key)
        for work in dict.fromkeys(record.works) if record is not None else ():
            citing[work].append(place)
    fit = [
        (work, places)
        for work, places in citing.items()
        if len(places) >= least and not shelf.has(f"openalex:{work}")
    ]
    fit.sort(key=lambda one: (-len(one[1]), one[0]))
    return {work: tuple(sorted(places, key=_line)) for work, places in fit[:POOL]}


def _line(place: Place) -> tuple[str, int]:
    return place.list, place.line


class _Known(NamedTuple):
    """A work of the run, as it would be suggested, with its names and the number of its lists."""

    suggestion: Suggestion
    names: frozenset[str]
    lists: int


def suggested(
    papers: Iterable[Paper],
    references: References,
    works: Mapping[str, CitedWork],
    *,
    least_citing: int = LEAST_CITING,
    least_lists: int = LEAST_LISTS,
    limit: int = LIMIT,
) -> tuple[Suggestion, ...]:
    """
    Return what each list may be missing, the best grounded first, at most `limit` a list.

    `works` are what is known of the cited works, by OpenAlex's id; what is not known, or was
    retracted, is not suggested.
    """
    known = list(_known(papers))
    shared = [one for one in known if one.lists >= least_lists]
    by_name = {name: one for one in reversed(known) for name in one.names}
    found: list[Suggestion] = []
    for shelf in shelves(papers, references):
        cited = [
            _with_lists(one, by_name)
            for one in _cited(shelf, most_cited(shelf, references, least_citing), works)
        ]
        lacking = (one for one in (*cited, *shared) if not shelf.has(*one.names))
        merged = _merged(lacking, shelf.name)
        found += sorted(merged, key=_rank)[:limit]
    return tuple(found)


def _known(papers: Iterable[Paper]) -> Iterator[_Known]:
    """Yield the papers of which a run is sure, with an entry of each list that has them."""
    for paper in papers:
        if paper.kind != "paper" or paper.resolution.status != "found":
            continue
        first = {entry.list: entry for entry in reversed(paper.mentions)}
        entries = [entry for entry in paper.mentions if first[entry.list] is entry]
        suggestion = Suggestion(
            list="",
            key=paper.key,
            title=paper.title,
            authors=paper.authors,
            year=paper.year,
            url=paper.url,
            citations=paper.citations,
            in_lists=tuple(
                Place(list=entry.list, line=entry.line, title=entry.title) for entry in entries
            ),
        )
        yield _Known(suggestion, frozenset(_names_of(paper, {})), len(entries))


def _with_lists(one: _Known, by_name: Mapping[str, _Known]) -> _Known:
    """Add to a cited work the lists that have it."""
    same = next((by_name[name] for name in sorted(one.names) if name in by_name), None)
    if same is None:
        return one
    update = {"in_lists": same.suggestion.in_lists}
    return _Known(one.suggestion.model_copy(update=update), one.names | same.names, same.lists)


def _cited(
    shelf: Shelf, citing: Mapping[str, tuple[Place, ...]], works: Mapping[str, CitedWork]
) -> Iterator[_Known]:
    """Yield the works that a list's papers cite, with all of their names."""
    for id_, places in citing.items():
        work = works.get(id_)
        if work is None or work.is_retracted or not work.title:
            continue
        names = {f"openalex:{id_}", *work.keys, _title_name(work.title)}
        if shelf.has(*names):
            continue
        key = next((one for one in work.keys if of_key(one) is not None), f"openalex:{id_}")
        named = of_key(key)
        suggestion = Suggestion(
            list=shelf.name,
            key=key,
            title=work.title,
            authors=work.authors,
            year=work.year,
            url=canonical_url(named) if named else f"https://openalex.org/{id_}",
            citations=work.cited_by_count,
            cited_by=places,
        )
        yield _Known(suggestion, frozenset(names), 0)


def _merged(works: Iterable[_Known], list_name: str) -> Iterator[Suggestion]:
    """Yield each work once, though several records are of it."""
    found: list[_Known] = []
    for one in works:
        same = next((n for n, known in enumerate(found) if known.names & one.names), None)
        if same is None:
            found.append(one)
            continue
        first, second = found[same].suggestion, one.suggestion
        update = {
            "cited_by": tuple(
                sorted(dict.fromkeys((*first.cited_by, *second.cited_by)), key=_line)
            ),
            "in_lists": tuple(dict.fromkeys((*first.in_lists, *second.in_lists))),
        }
        names = found[same].names | one.names
        found[same] = _Known(first.model_copy(update=update), names, 0)
    for one in found:
        yield one.suggestion.model_copy(update={"list": list_name})


def _rank(one: Suggestion) -> tuple[object, ...]:
    weight = len(one.cited_by) / log10(10 + (one.citations or 0))
    lists = len({place.list for place in one.in_lists})
    return -round(weight + lists, 6), -(one.year or 0), one.key
