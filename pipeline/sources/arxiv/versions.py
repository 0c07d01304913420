"""
What arXiv papers were called at first: the titles of their versions 1.

The API's `id_list` takes ids with a version (user manual, section 3.1.1.3) and then answers with
that version's own metadata. Service, lane and batches are those of `pipeline.sources.arxiv.api`. A
version never changes, so an answer may be trusted for as long as one likes.
"""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord, FirstVersion
from pipeline.sources.arxiv.api import (
    API_URL,
    BATCH,
    CUT_SHORT,
    SERVICE,
    Api,
    Reply,
    settle,
)
from pipeline.sources.arxiv.rules import NOT_AN_ID, is_arxiv_id

VERSIONS = replace(SERVICE, name="arxiv-v1")
"""The same service and lane, counted apart from the papers themselves."""

_NO_FIRST = Missing(reason="arXiv's API does not have its version 1")

Pairs = AsyncIterator[tuple[str, Outcome[FirstVersion]]]


class ArxivVersions:
    """Version 1 of papers. The keys are canonical arXiv ids (without version)."""

    name = "arxiv-v1"

    def __init__(self, client: HttpClient, *, api_url: str = API_URL) -> None:
        self._api = Api(client, api_url, VERSIONS)

    async def fetch_many(self, keys: Sequence[str]) -> Pairs:
        """See `Source.fetch_many`. Answers come after every request."""
        ids: list[str] = []
        for key in dict.fromkeys(keys):
            if is_arxiv_id(key):
                ids.append(key)
            else:
                yield key, NOT_AN_ID
        batches = deque(tuple(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
        while batches:
            reply = await self._request(batches.popleft())
            batches.extend(reply.again)
            for pair in outcomes(reply):
                yield pair

    async def _request(self, ids: tuple[str, ...]) -> Reply[ArxivRecord]:
        """Ask for the first versions of one batch."""
        page = await self._api.ask(size=len(ids), ids=[f"{id_}v1" for id_ in ids])
        if isinstance(page, Failed):
            return Reply(failed=dict.fromkeys(ids, page))
        return settle(ids, page.answer, page.records)


def outcomes(reply: Reply[ArxivRecord]) -> list[tuple[str, Outcome[FirstVersion]]]:
    """Return what one request says of each id that it has settled."""
    found: list[tuple[str, Outcome[FirstVersion]]] = []
    for id_, record in reply.found.items():
        if record.version == 1:
            found.append((id_, Found(value=FirstVersion(id=id_, title=record.title))))
        else:
            other = Failed(kind="bad-answer", reason="arXiv's API answered with another version")
            found.append((id_, other))
    found += [(id_, _NO_FIRST) for id_ in reply.absent]
    found += [(id_, CUT_SHORT) for id_ in reply.doubtful]
    return found + list(reply.failed.items())
