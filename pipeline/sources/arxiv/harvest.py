"""
What has changed at arXiv since a day: OAI-PMH's ListRecords, page by page.

Protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html (2.5 selective harvesting, 3.5
flow control); arXiv: https://info.arxiv.org/help/oa/index.html. A page has up to 2,500 records in
`arXivRaw` and a token for the next one; `datestamp` is the day on which the metadata changed; 503
with `Retry-After` is waited for, in the lane that arXiv's API shares.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sources.answers import failed, fetch, squeezed
from pipeline.sources.arxiv.oai import OAI, RAW, SERVICE, classify, read_answer
from pipeline.sources.arxiv.snapshot import FIELDS, SnapshotPaper, paper_of

MOST_PAGES: Final = 4_000
"""Three times all of arXiv: a service that gives tokens without end is left."""


LISTING: Final = replace(
    SERVICE,
    name="oai-list",
    classify=partial(classify, part="ListRecords"),
    body_cap=64 * 1024 * 1024,
    read_timeout=120.0,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some changed papers."""

    papers: tuple[SnapshotPaper, ...] = ()
    deleted: tuple[str, ...] = ()
    """Ids."""
    damaged: int = 0
    """Records that are no paper's."""
    token: str | None = None
    """What the next page is asked for with; None on the last."""


async def changed_since(
    client: HttpClient, base_url: str, day: date
) -> AsyncIterator[Page | Failed]:
    """Yield what has changed on a day or later; a `Failed` is the last, and not all came then."""
    query = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": day.isoformat()}
    tokens: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = await fetch(client, LISTING, f"{base_url}?{urlencode(query)}", "text/xml, */*")
        page = page_of(answer.body) if answer.trouble is None else failed(answer)
        yield page
        if isinstance(page, Failed) or page.token is None:
            return
        if page.token in tokens:
            break
        tokens.add(page.token)
        query = {"verb": "ListRecords", "resumptionToken": page.token}
    yield Failed(kind="bad-answer", reason="OAI-PMH's pages have no end")


def page_of(body: bytes) -> Page | Failed:
    """Read a usable answer."""
    root = read_answer(body, nothing="noRecordsMatch")
    if root is None:
        return Page()
    if isinstance(root, Failed):
        return root
    papers: list[SnapshotPaper] = []
    deleted: list[str] = []
    damaged = 0
    for record in root.iterfind(f"{OAI}ListRecords/{OAI}record"):
        header = record.find(f"{OAI}header")
        if header is not None and header.get("status") == "deleted":
            name = header.findtext(f"{OAI}identifier") or ""
            deleted.append(name.strip().removeprefix("oai:arXiv.org:"))
        elif (paper := _paper(record)) is not None:
            papers.append(paper)
        else:
            damaged += 1
    token = squeezed(root.findtext(f"{OAI}ListRecords/{OAI}resumptionToken"))
    return Page(tuple(papers), tuple(deleted), damaged, token)


def _paper(record: Element) -> SnapshotPaper | None:
    """Return a record as a line of the snapshot has it: both are `arXivRaw`."""
    raw = record.find(f"{OAI}metadata/{RAW}arXivRaw")
    if raw is None:
        return None
    texts = {name: raw.findtext(f"{RAW}{name}") for name in FIELDS}
    versions = [
        {"version": one.get("version") or "", "created": one.findtext(f"{RAW}date") or ""}
        for one in raw.iterfind(f"{RAW}version")
    ]
    day = (record.findtext(f"{OAI}header/{OAI}datestamp") or "").strip()[:10]
    id_ = squeezed(raw.findtext(f"{RAW}id"))
    return paper_of({**texts, "id": id_, "versions": versions, "update_date": day})
