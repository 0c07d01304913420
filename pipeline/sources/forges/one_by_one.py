"""
Codeberg and Bitbucket: one request for a project, for neither has an interface for many.

Codeberg runs Forgejo, whose interface is Gitea's (codeberg.org/api/swagger): a renamed project is a
redirect, and its `updated_at` is the day of the last push (still_active, `ForgejoClient`).
Bitbucket answers 404 for what is private as for what is gone (composer/composer#10657,
badges/shields#8520), and takes 60 requests an hour without a login
(support.atlassian.com/bitbucket-cloud/docs/api-request-limits), of which a run uses half.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Missing, Outcome
from pipeline.records.sources import RepositoryRecord
from pipeline.sources.answers import failed, fetch, json_object
from pipeline.sources.forges.rules import NO_PATH, PATH, found, service_for
from pipeline.sources.repository_fields import fields_of, places, words
from pipeline.sources.service_source import ServiceSource
from pipeline.works.forges import FORGE_NAMES, Forge

CODEBERG_URL: Final = "https://codeberg.org/api/v1/repos"
BITBUCKET_URL: Final = "https://api.bitbucket.org/2.0/repositories"
BITBUCKET_FIELDS: Final = (
    "full_name,is_private,language,created_on,updated_on,description,website,parent.full_name"
)
MOST_OF_BITBUCKET: Final = 30

Read = Callable[[Mapping[str, Any]], Outcome[RepositoryRecord]]


class OneByOne(ServiceSource[RepositoryRecord]):
    """A `Source` of `RepositoryRecord`; keys are `owner/name` in any case; the first `most`."""

    def __init__(
        self, client: HttpClient, forge: Forge, url: str, read: Read, most: int | None = None
    ) -> None:
        super().__init__(client)
        self.name: str = forge
        self._address = url
        self._read = read
        self.most = most
        self._forge = forge
        self._service = service_for(forge, interval=0.5)

    def _refusal(self, key: str) -> Missing | None:
        return None if PATH.fullmatch(key) else NO_PATH

    async def _one(self, key: str) -> Outcome[RepositoryRecord]:
        answer = await fetch(self._client, self._service, self._address.format(quote(key)))
        if answer.trouble is not None:
            return failed(answer)
        if answer.status == 404:
            name = FORGE_NAMES[self._forge]
            return Missing(reason=f"{name} has no public project of this name (HTTP 404)")
        return self._read(json_object(answer.body) or {})


def codeberg(client: HttpClient) -> OneByOne:
    """Return Codeberg as a source."""
    return OneByOne(client, "codeberg", f"{CODEBERG_URL}/{{}}", _of_forgejo)


def bitbucket(client: HttpClient) -> OneByOne:
    """Return Bitbucket as a source."""
    url = f"{BITBUCKET_URL}/{{}}?fields={BITBUCKET_FIELDS}"
    return OneByOne(client, "bitbucket", url, _of_bitbucket, MOST_OF_BITBUCKET)


_FORGEJO: Final = places("""
    id fork_of=parent.full_name original_stars=parent.stars_count stars=stars_count
    forks=forks_count open_issues=open_issues_count language topics archived created_at
    pushed_at=updated_at description homepage=website
""")
_BITBUCKET: Final = places("""
    fork_of=parent.full_name language created_at=created_on pushed_at=updated_on description
    homepage=website
""")


def _of_forgejo(body: Mapping[str, Any]) -> Outcome[RepositoryRecord]:
    is_public, fields = body.get("private") is False, fields_of(body, _FORGEJO)
    license_ = next(iter(words(body.get("licenses"))), None)
    return found("codeberg", body.get("full_name"), is_public=is_public, license=license_, **fields)


def _of_bitbucket(body: Mapping[str, Any]) -> Outcome[RepositoryRecord]:
    """Bitbucket has neither stars nor archived repositories, and names no licence."""
    is_public, fields = body.get("is_private") is False, fields_of(body, _BITBUCKET)
    return found("bitbucket", body.get("full_name"), is_public=is_public, **fields)
