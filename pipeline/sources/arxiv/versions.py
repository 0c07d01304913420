"""
What arXiv papers were called at first: the titles of their versions 1.

The API's `id_list` takes ids with a version (user manual, section 3.1.1.3) and then answers with
that version's own metadata. Service, lane and batches are those of `pipeline.sources.arxiv.api`. A
version never changes, so an answer may be trusted for as long as one likes.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord, FirstVersion
from pipeline.sources.answers import in_batches, parted
from pipeline.sources.arxiv.api import API_URL, BATCH, CUT_SHORT, SERVICE, Api, Keys, settle
from pipeline.sources.arxiv.package import Question
from pipeline.sources.arxiv.rules import NOT_AN_ID, is_arxiv_id

VERSIONS = replace(SERVICE, name="arxiv-v1")
"""The same service and lane, counted apart from the papers themselves."""

_NO_FIRST = Missing(reason="arXiv's API does not have its version 1")
_OTHER = Failed(kind="bad-answer", reason="arXiv's API answered with another version")

Pairs = AsyncIterator[tuple[str, Outcome[FirstVersion]]]


class ArxivVersions:
    """Version 1 of papers. The keys are canonical arXiv ids (without version)."""

    name = "arxiv-v1"

    def __init__(self, client: HttpClient, *, api_url: str = API_URL) -> None:
        self._api = Api(client, api_url, VERSIONS)

    async def fetch_many(self, keys: Sequence[str]) -> Pairs:
        """See `Source.fetch_many`. Answers come after every request."""
        ids, others = parted(keys, is_arxiv_id)
        for key in others:
            yield key, NOT_AN_ID
        async for reply in self._api.replies(in_batches(ids, BATCH), _first_versions, settle):
            for id_, record in reply.found.items():
                yield id_, _first(record) if record.version == 1 else _OTHER
            rest = dict.fromkeys(reply.absent, _NO_FIRST) | dict.fromkeys(reply.doubtful, CUT_SHORT)
            for pair in (rest | reply.failed).items():
                yield pair


def _first_versions(ids: Keys) -> Question:
    return Question(len(ids), tuple(f"{id_}v1" for id_ in ids))


def _first(record: ArxivRecord) -> Found[FirstVersion]:
    return Found(value=FirstVersion(id=record.id, title=record.title))
