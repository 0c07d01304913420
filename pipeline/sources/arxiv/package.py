"""
The bridge to the `arxiv` package: it builds the address of a query and reads the papers of a feed.

Its requests do not go out, because its session has no time-out, no back-off and a pace for each
client object: what stands in the session's place notes the address, and gives the answer that we
have fetched.
"""

from dataclasses import dataclass
from logging import getLogger
from typing import TYPE_CHECKING

from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import squeezed
from pipeline.sources.arxiv.rules import categories, is_withdrawn, publisher_doi

if TYPE_CHECKING:
    import arxiv  # type: ignore[import-untyped] # has annotations, but no py.typed

log = getLogger(__name__)


class _NothingMoreError(Exception):
    """The package asks for a page that we do not have."""


@dataclass
class _Session:
    """Stands where `arxiv.Client` keeps its `requests.Session`; the package reads the names."""

    content: bytes | None = None
    status_code: int = 200
    url: str = ""

    def get(self, url: str, headers: object = None) -> "_Session":
        """Note the first address; give the body once, where there is one."""
        del headers
        if self.url or self.content is None:
            self.url = self.url or url
            raise _NothingMoreError
        self.url = url
        return self


@dataclass(frozen=True, slots=True)
class Question:
    """Papers by their ids, or by a query, on one page."""

    size: int
    ids: tuple[str, ...] = ()
    query: str = ""

    def address(self, api_url: str) -> str:
        """Return what is to be fetched."""
        session = _Session()
        self._results(session, api_url)
        return session.url

    def records(self, body: bytes) -> list[ArxivRecord]:
        """Return the papers of an answer, as far as they can be read."""
        return [record_of(result) for result in self._results(_Session(body))]

    def _results(self, session: _Session, api_url: str = "") -> "list[arxiv.Result]":
        import arxiv  # noqa: PLC0415 it takes 0.2 s (requests, lxml), and not every command asks arXiv

        client = arxiv.Client(page_size=self.size, delay_seconds=0, num_retries=0)
        client.query_url_format = f"{api_url}?{{}}"
        client._session = session  # the one private name; a test fails when it goes
        search = arxiv.Search(query=self.query, id_list=list(self.ids), max_results=self.size)
        results: list[arxiv.Result] = []
        try:
            # One by one, so that what was read is kept when the client asks for another page.
            for result in client.results(search):
                results.append(result)  # noqa: PERF402
        except (_NothingMoreError, arxiv.ArxivError, ValueError) as error:  # a date that is none
            log.debug("%r", error)
        return results


def record_of(result: "arxiv.Result") -> ArxivRecord:
    """Turn a result of the `arxiv` package into the record of a paper."""
    id_, version = split_version(result.get_short_id())
    comment, abstract = squeezed(result.comment), squeezed(result.summary)
    return ArxivRecord(
        id=id_,
        version=version,
        title=squeezed(result.title) or "",
        authors=tuple(name for author in result.authors if (name := squeezed(author.name))),
        abstract=abstract,
        published=result.published.date().isoformat(),
        updated=result.updated.date().isoformat(),
        primary_category=result.primary_category or None,
        categories=categories(iter(result.categories)),
        comment=comment,
        journal_ref=squeezed(result.journal_ref),
        doi=publisher_doi(result.doi),
        withdrawn=is_withdrawn(comment, abstract),
    )


def split_version(short_id: str) -> tuple[str, int | None]:
    """Split `quant-ph/0201082v1` into id and version."""
    id_, _, version = short_id.rpartition("v")
    if id_ and version.isascii() and version.isdigit():
        return id_, int(version)
    return short_id, None
