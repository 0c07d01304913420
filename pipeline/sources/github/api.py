"""
GitHub's REST interface for publishing: reading, writing, and what a refusal means.

A request that makes something is sent once: where its answer is lost (5xx, a broken connection),
GitHub may have done it, so the caller looks before it sends it again (`made_once`). Requests are
serial and two writes a second apart ("Best practices for using the REST API").
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from pipeline.errors import PipelineError
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import Trouble, trouble_of_failure, trouble_of_status
from pipeline.network.service import Answer, Service
from pipeline.records.github import Repository
from pipeline.sources.answers import json_object, within
from pipeline.sources.github.fields import FULL_NAME
from pipeline.sources.github.limits import github_policy, limit_trouble, refusal_of
from pipeline.sources.github.rest import HEADERS, redirect_of, repository_url
from pipeline.sources.lists import LARGEST_LIST
from pipeline.sources.repository_fields import clean_text

T = TypeVar("T")
Method = Literal["POST", "PUT", "PATCH", "DELETE"]

PAGE: Final = 100
"""Items of a page; GitHub gives no more."""
MAX_PAGES: Final = 100
TRIES: Final = 3
"""How often something is made before giving up, with a look before each further try."""
_LOOK_AGAIN_AFTER: Final = 5.0

_NEXT: Final = re.compile(r'<([^<>]{1,2000})>; rel="next"')


class GitHubError(PipelineError):
    """GitHub does not do what it was asked. The message says what would help."""


class SwitchedOffError(GitHubError):
    """What was asked for is switched off in that repository, as a fork's issues are at first."""


class InvalidError(GitHubError):
    """GitHub understands what is to be written and does not take it (422)."""


def classify_api(answer: Answer, now: datetime) -> Trouble | None:
    """Say what an answer means for asking again."""
    status = answer.status
    if status is None:
        return trouble_of_failure(answer.failure or "protocol", answer.detail)
    if status in (403, 429):
        refusal = refusal_of(status, answer.headers, json_object(answer.body) or {})
        limited = refusal in ("primary", "secondary")
        kind: Literal["primary", "secondary"] = "primary" if refusal == "primary" else "secondary"
        return limit_trouble(kind, answer.headers, now) if limited else None
    return trouble_of_status(status, answer.headers, now)


GITHUB_LISTS: Final = Service(
    name="lists",
    interval=0.1,
    policy=github_policy(longest_wait=120.0),
    classify=classify_api,
    body_cap=LARGEST_LIST + 1,
    sends_token=True,
)
"""Lists that are read by GitHub's API: one at a time, 600 a minute of the 900 that are allowed."""


def classify_making(answer: Answer, now: datetime) -> Trouble | None:
    """Say the same of a request that makes something: only a limit is surely nothing done."""
    trouble = classify_api(answer, now)
    if trouble is None or answer.status in (403, 429):
        return trouble
    return replace(trouble, kind="refused", wait=None)


def is_lost(answer: Answer) -> bool:
    """Say whether what an answer belongs to may have been done or not."""
    if answer.status is None:
        return answer.failure in ("timeout", "reset", "protocol", "connect", "proxy")
    return answer.status >= 500


class GitHubApi:
    """One repository on GitHub."""

    def __init__(
        self, client: HttpClient, *, api_url: str, name: str, longest_wait: float = 120.0
    ) -> None:
        self.name = name
        self._client = client
        self._api_url = api_url
        self._base = repository_url(api_url, name)
        self._reading = Service(
            name="github",
            lane="github-reads",
            interval=0.0,
            policy=github_policy(longest_wait),
            classify=classify_api,
            sends_token=True,
        )
        self._writing = replace(self._reading, lane="github-writes", interval=1.0)
        self._making = replace(self._writing, classify=classify_making)

    async def repository(self, needs: str) -> Repository:
        """Return the repository; from now on it is asked for by the name that it has today."""
        answer = await self._read(self._base)
        for _ in range(3):
            target = redirect_of(answer, self._api_url) if answer.status in (301, 302, 307) else ""
            if not target:
                break
            answer = await self._read(target)
        value = self._object(answer, "read the repository", needs)
        found = Repository(
            name=str(value.get("full_name")),
            default_branch=str(value.get("default_branch")),
            url=str(value.get("html_url") or ""),
            has_issues=value.get("has_issues") is not False,
        )
        if not FULL_NAME.fullmatch(found.name):
            raise GitHubError(
                f"GitHub's answer makes no sense: it names no repository ({self.name})"
            )
        self.name, self._base = found.name, repository_url(self._api_url, found.name)
        return found

    async def get(self, path: str, doing: str, needs: str) -> dict[str, Any]:
        """Return a JSON object; raises `GitHubError`."""
        return self._object(await self._read(self._base + path), doing, needs)

    async def find(self, path: str, doing: str, needs: str) -> dict[str, Any] | None:
        """Return a JSON object, None where there is none (404)."""
        answer = await self._read(self._base + path)
        return None if answer.status == 404 else self._object(answer, doing, needs)

    async def raw(self, path: str, doing: str, needs: str) -> bytes | None:
        """Return a file's bytes (media type `raw`), None where there is none (404)."""
        headers = {**HEADERS, "Accept": "application/vnd.github.raw+json"}
        answer = await self._client.send(self._reading, "GET", self._base + path, headers=headers)
        return None if answer.status == 404 else self._usable(answer, doing, needs).body

    async def viewer(self) -> str:
        """
        Return the name that the token writes under, `github-actions[bot]` for a workflow's.

        By GraphQL, for `GET /user` is closed to the tokens of apps and workflows (HTTP 403,
        marocchino/sticky-pull-request-comment#332). An Enterprise Server has it beside `/api/v3`.
        """
        url = f"{self._api_url.removesuffix('/v3')}/graphql"
        content, doing = b'{"query": "query { viewer { login } }"}', "ask who the token belongs to"
        answer = await self._client.send(
            self._reading, "POST", url, headers=HEADERS, content=content
        )
        login = within(self._object(answer, doing, "any"), "data", "viewer", "login")
        if not isinstance(login, str) or not login:
            raise GitHubError(f"cannot {doing} ({self.name}): GitHub does not say")
        return login

    async def items(self, path: str, doing: str, needs: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the items of a list, page by page, as the `Link` header leads."""
        url: str | None = f"{self._base}{path}{'&' if '?' in path else '?'}per_page={PAGE}"
        for _ in range(MAX_PAGES):
            if url is None:
                return
            answer = await self._read(url)
            page = _json(self._usable(answer, doing, needs))
            if not isinstance(page, list):
                raise GitHubError(f"GitHub's answer makes no sense: cannot {doing} ({self.name})")
            for item in page:
                if isinstance(item, dict):
                    yield item
            following = _NEXT.search(answer.headers.get("link", ""))
            # At the same API only, for the token goes with it.
            same = following is not None and following[1].startswith(self._api_url + "/")
            url = following[1] if following and same else None

    async def write(
        self, method: Method, path: str, payload: Mapping[str, Any], doing: str, needs: str
    ) -> dict[str, Any]:
        """Send what may safely be sent twice; raises `GitHubError`."""
        answer = await self._send(self._writing, method, path, payload)
        value = _json(self._usable(answer, doing, needs))
        return value if isinstance(value, dict) else {}

    async def remove(self, path: str, doing: str, needs: str) -> None:
        """Delete something; what is gone already is no fault."""
        answer = await self._send(self._writing, "DELETE", path, {})
        if answer.status not in (404, 410):
            self._usable(answer, doing, needs)

    async def made_once(
        self,
        path: str,
        payload: Mapping[str, Any],
        doing: str,
        needs: str,
        *,
        read: Callable[[Mapping[str, Any]], T],
        look: Callable[[], Awaitable[T | None]],
    ) -> T:
        """Make something: where the answer is lost, look whether it is there before trying anew."""
        for attempt in range(TRIES):
            answer = await self._send(self._making, "POST", path, payload)
            if not is_lost(answer):
                return read(self._object(answer, doing, needs))
            await self._client.rest(_LOOK_AGAIN_AFTER * 2**attempt)
            found = await look()
            if found is not None:
                return found
        self._usable(answer, doing, needs)
        raise GitHubError(f"GitHub cannot {doing}: {answer.reason}")

    async def _read(self, url: str) -> Answer:
        return await self._client.send(self._reading, "GET", url, headers=HEADERS)

    async def _send(
        self, service: Service, method: Method, path: str, payload: Mapping[str, Any]
    ) -> Answer:
        headers = {**HEADERS, "Content-Type": "application/json"}
        content = json.dumps(payload).encode()
        url = self._base + path
        return await self._client.send(service, method, url, headers=headers, content=content)

    def _object(self, answer: Answer, doing: str, needs: str) -> dict[str, Any]:
        value = _json(self._usable(answer, doing, needs))
        if not isinstance(value, dict):
            raise GitHubError(f"GitHub's answer makes no sense: cannot {doing} ({self.name})")
        return value

    def _usable(self, answer: Answer, doing: str, needs: str) -> Answer:
        if answer.status is None or not 200 <= answer.status < 300 or answer.truncated:
            said = refusal(answer, doing, needs, self.name)
            # 410 is also the answer for one deleted issue; of all it says that they "are disabled".
            if answer.status == 410 and "disabled" in _message(answer).lower():
                raise SwitchedOffError(said)
            raise InvalidError(said) if answer.status == 422 else GitHubError(said)
        return answer


def refusal(answer: Answer, doing: str, needs: str, name: str) -> str:
    """Return one sentence about why GitHub did not do it, and what would help."""
    return f"cannot {doing} ({name}): {_why(answer, needs)}"


def _message(answer: Answer) -> str:
    return clean_text((json_object(answer.body) or {}).get("message")) or "no reason given"


def _why(answer: Answer, needs: str) -> str:
    """404 is the answer for what a token may not see as well ("Troubleshooting the REST API")."""
    if answer.truncated:
        return "GitHub's answer is too large"
    if answer.trouble is not None or answer.status is None:
        return f"GitHub: {answer.reason}"
    said = _message(answer)[:300]
    if answer.status == 403:
        return _forbidden(said, needs)
    return {
        401: "GitHub refuses the token (GITHUB_TOKEN; HTTP 401)",
        404: f"it does not exist, or the token lacks the permission `{needs}` (HTTP 404)",
        410: f"it is switched off there (HTTP 410: {said})",
    }.get(answer.status, f"GitHub answers HTTP {answer.status}: {said}")


def _forbidden(said: str, needs: str) -> str:
    words = said.lower()
    if "create or approve pull requests" in words:
        return (
            "allow it in the repository's settings, Actions, General: "
            '"Allow GitHub Actions to create and approve pull requests" (HTTP 403)'
        )
    if "resource not accessible" in words or "must have" in words:
        return f"the token lacks the permission `{needs}` (HTTP 403: {said})"
    return f"GitHub answers HTTP 403: {said}"


def number_in(value: Mapping[str, Any], name: str, missing: int | None = None) -> int:
    """Return a whole number of an answer, `missing` where it is null; raises `GitHubError`."""
    found = value[name] if missing is None else value.get(name, missing)
    found = missing if found is None else found
    if type(found) is not int:
        raise GitHubError(f"GitHub's answer makes no sense: {name!r} is no number")
    return found


def part_in(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object within an answer; raises `GitHubError`."""
    found = value[name]
    if not isinstance(found, dict):
        raise GitHubError(f"GitHub's answer makes no sense: {name!r} is no object")
    return found


class _Said(dict[str, Any]):
    """A JSON object of an answer; what it should hold and does not is a fault of the answer."""

    def __missing__(self, name: str) -> Any:
        raise GitHubError(
            f"GitHub's answer makes no sense: it has no {name!r}; is it GitHub's API?"
        )


def _json(answer: Answer) -> object:
    try:
        return json.loads(answer.body, object_hook=_Said)
    except (ValueError, RecursionError):
        return None
