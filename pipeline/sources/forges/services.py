"""The services that are asked about repositories beside GitHub."""

from pipeline.network.http_client import HttpClient
from pipeline.records.source import Source
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.forges.gitlab import GitLabSource
from pipeline.sources.forges.one_by_one import bitbucket, codeberg


def forge_sources(client: HttpClient) -> dict[str, Source[RepositoryRecord]]:
    """Return their sources by name."""
    sources = (GitLabSource(client), codeberg(client), bitbucket(client))
    return {source.name: source for source in sources}
