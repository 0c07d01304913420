"""
The replica as a transport of httpx: what stands where the network was.

The one HTTP client, its pace, its retry and the cache run above it unchanged. Nothing here waits:
a time-out is raised at once, and a `Retry-After` is waited for on the clock of the run.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx

from pipeline.clock import SystemClock
from pipeline.network.transport import asked_host
from pipeline.sandbox import world
from pipeline.sandbox.arxiv import Api, answer_oai, answer_page
from pipeline.sandbox.datacite import answer_datacite
from pipeline.sandbox.forges import answer_bitbucket, answer_codeberg, answer_gitlab
from pipeline.sandbox.github import GitHub
from pipeline.sandbox.openalex import answer_openalex
from pipeline.sandbox.repository_files import Snapshot
from pipeline.sandbox.scenarios import RepositoryTrouble, scenario_named
from pipeline.sandbox.web import CALM, Web, no_such_host


class SandboxTransport(httpx.AsyncBaseTransport):
    """
    Answers every request of the package from the facts, and reaches no network.

    `now` is the clock of the run; `repositories` (by `owner/name` in lower case) and `pages` (by
    URL) add trouble to the scenario's, `files` files to repositories. Pages recover and limits run
    out: a new instance is a new day. `asked` logs method and URL.
    """

    def __init__(
        self,
        scenario: str = "default",
        *,
        now: Callable[[], datetime] | None = None,
        repositories: Mapping[str, RepositoryTrouble] | None = None,
        pages: Mapping[str, str] | None = None,
        files: Mapping[str, Snapshot] | None = None,
    ) -> None:
        chosen = scenario_named(scenario)
        trouble = {**chosen.repositories, **(repositories or {})}
        known = world.pages()
        if not chosen.web:
            known = {url: CALM.get(how, "page") for url, how in known.items()}
        self.asked: list[tuple[str, str]] = []
        self._network = chosen.network
        self._now = now or SystemClock().now
        listed = world.papers(later=chosen.later)
        self._listed, self._papers = listed, {**listed, **world.unlisted()}
        repositories_then = world.repositories(later=chosen.later)
        self._api = Api(self._papers, chosen.arxiv)
        held = {**world.files(), **(files or {})}
        self._github = GitHub(repositories_then, trouble, chosen.github_quota, held)
        self._web = Web({**known, **(pages or {})}, repositories_then, trouble)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport.handle_async_request`."""
        self.asked.append((request.method, str(request.url)))
        if not self._network:
            raise no_such_host(request)
        await request.aread()
        now = self._now().astimezone(UTC)
        response = self._answer(request, now)
        response.headers["date"] = format_datetime(now, usegmt=True)
        if request.method == "HEAD":  # the same head without the body (RFC 9110 9.3.2)
            return httpx.Response(response.status_code, headers=response.headers)
        return response

    def _answer(self, request: httpx.Request, now: datetime) -> httpx.Response:
        services: dict[str, Callable[[], httpx.Response]] = {
            "export.arxiv.org": lambda: self._api(request, now),
            "oaipmh.arxiv.org": lambda: answer_oai(request, self._papers, now),
            "arxiv.org": lambda: answer_page(request, self._papers),
            "www.arxiv.org": lambda: answer_page(request, self._papers),
            "api.datacite.org": lambda: answer_datacite(request, self._papers),
            "api.openalex.org": lambda: answer_openalex(request, self._listed),
            "api.github.com": lambda: self._github(request, now),
            "gitlab.com": lambda: answer_gitlab(request, world.projects(), self._web),
            "codeberg.org": lambda: answer_codeberg(request, world.projects(), self._web),
            "api.bitbucket.org": lambda: answer_bitbucket(request, world.projects()),
        }
        answer = services.get(asked_host(request.url), lambda: self._web(request))
        return answer()
