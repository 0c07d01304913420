"""Keys that works had in the run before. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.records.catalog import Paper
from pipeline.stages.resolve.claims import own_identifiers
from pipeline.storage.numbers import Numbers
from pipeline.storage.papers import changed
from pipeline.storage.spool import texts
from pipeline.works.known import LastCatalog
from pipeline.works.titles import title_key


def former_keys(papers: Sequence[Paper], last: LastCatalog) -> Sequence[Paper]:
    """
    Fill in the keys that each work had in the previous catalog and has no more.

    A work is the same where an identifier is, else where a list mentions it under the same title.
    What the previous catalog knew of former keys is kept, so a run without news changes nothing.
    """
    former: dict[int, dict[str, None]] = defaultdict(dict)
    current: Numbers | None = None
    find: _Finder | None = None
    for place, keys in enumerate(last.keys()):
        if current is None:
            current = Numbers(texts(papers, "key"))
        lost = [key for key in keys if key not in current]
        if not lost:
            continue
        number = current.get(keys[-1])
        if number is None:
            find = find or _Finder(papers)
            number = find(last.papers[place])
        if number is not None:
            former[number] |= dict.fromkeys(lost)
    return changed(
        papers,
        (
            (number, replace(papers[number], former_keys=tuple(former[number])))
            for number in sorted(former)
        ),
    )


class _Finder:
    """Finds the paper that a record of the previous catalog is about."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._by_identifier: dict[str, int] = {}
        self._by_mention: dict[tuple[str, str], int] = {}
        for number, paper in enumerate(papers):
            for key in _all_identifiers(paper):
                self._by_identifier.setdefault(key, number)
            for mention in _mentions(paper):
                self._by_mention.setdefault(mention, number)

    def __call__(self, paper: Paper) -> int | None:
        """Return the number of the paper, None where it is gone."""
        for key in _all_identifiers(paper):
            if key in self._by_identifier:
                return self._by_identifier[key]
        found = (self._by_mention.get(mention) for mention in _mentions(paper))
        return next((number for number in found if number is not None), None)


def _all_identifiers(paper: Paper) -> Iterator[str]:
    """Keys of all identifiers of a paper, the key itself first; titles are none."""
    if not paper.key.startswith("title:"):
        yield paper.key
    if paper.arxiv:
        yield f"arxiv:{paper.arxiv.id}"
    if paper.doi:
        yield f"doi:{paper.doi}"
    for entry in paper.mentions:
        for identifier in own_identifiers(entry, None)[0]:
            yield identifier.key


def _mentions(paper: Paper) -> Iterator[tuple[str, str]]:
    for entry in paper.mentions:
        if key := title_key(entry.title or entry.name or ""):
            yield entry.list, key
