"""Two results → what of them can have news: all that differs, and what is told with it. Pure."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from pipeline.records.base import adapter, to_json
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.works.changes import Result

Papers = Sequence[Paper]
Links = Sequence[LinkHealth]


def differing(
    before: tuple[Papers, Links], after: tuple[Papers, Links], told: Collection[str] = ()
) -> tuple[Result, Result]:
    """
    Return both results without the papers and links that are the same in both.

    Only digests are held, so that results may be read from the disk, which is done several times.
    Of what is the same those papers stay that have a link which differs, or a repository of a paper
    that differs, and the links that are `told`.
    """
    past, links = _links(before[1], after[1], told)
    of_links = {place.paper for link in links for place in link.occurrences}
    old, new = set(map(_digest, before[0])), set(map(_digest, after[0]))
    same = old & new
    differ = {*old, *new} - same
    changed = (one for papers in (before[0], after[0]) for one in papers if differ)
    names = {name for paper in changed if _digest(paper) in differ for name in _names(paper)}

    def wanted(papers: Papers) -> list[Paper]:
        return [
            paper
            for paper in (papers if differ or of_links else ())
            if paper.key in of_links
            or not names.isdisjoint(_names(paper))
            or _digest(paper) in differ
        ]

    return Result(wanted(before[0]), past), Result(wanted(after[0]), links)


def _links(before: Links, after: Links, told: Collection[str]) -> tuple[Links, Links]:
    """Return the links of both results that come out otherwise than before, or are `told`."""
    known = {hash(link.url) for link in before}
    states = {_state(link) for link in before}
    links = [
        link
        for link in after
        if hash(link.url) in known and (_state(link) not in states or link.url in told)
    ]
    urls = {link.url for link in links}
    return [link for link in before if link.url in urls], links


def _state(link: LinkHealth) -> int:
    return hash((link.url, link.verdict, link.final_url))


def _digest(paper: Paper) -> bytes:
    try:
        line = adapter(Paper).dump_json(paper)
    except ValueError:  # half a surrogate pair
        line = repr(to_json(paper)).encode("utf-8", "replace")
    return blake2b(line, digest_size=12).digest()


def _names(paper: Paper) -> Iterable[str]:
    for part in paper.repositories:
        yield part.full_name.lower()
        if part.renamed_from:
            yield part.renamed_from.lower()
