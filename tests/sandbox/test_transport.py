"""The replica answers as the services do, the same in every run, and for every URL of the lists."""

import json
import re
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import arxiv  # type: ignore[import-untyped]
import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError
from pipeline.network.failures import RefusedAddressError, ResolutionError, failure_of
from pipeline.network.http_client import HttpClient
from pipeline.network.redirects import follow
from pipeline.network.service import Service
from pipeline.sandbox import SANDBOX_TOKEN, sandbox_lists, world
from pipeline.sandbox.arxiv import tex
from pipeline.sandbox.scenarios import SCENARIOS
from pipeline.sandbox.transport import SandboxTransport
from pipeline.sandbox.web import BEHAVIOUR
from pipeline.sources.github.repositories import GitHubSource

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
API = "https://export.arxiv.org/api/query"
OAI = "https://oaipmh.arxiv.org/oai"
REST = "https://api.github.com"
AUTHORIZED = {"Authorization": f"Bearer {SANDBOX_TOKEN}"}
ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
OAI_SPACE = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"
PLACEHOLDER = "https://aclanthology.org/2022.coling-1.249/"


def sandbox(scenario: str = "clean", **more: Any) -> SandboxTransport:
    """Return a replica at a fixed time."""
    return SandboxTransport(scenario, now=lambda: NOW, **more)


async def ask(
    transport: SandboxTransport, url: str, method: str = "GET", **more: Any
) -> httpx.Response:
    """Ask the replica once, following nothing."""
    return await httpx.AsyncClient(transport=transport).request(method, url, **more)


async def ask_graphql(
    transport: SandboxTransport, query: str, variables: dict[str, str] | None = None
) -> dict[str, Any]:
    """Ask one GraphQL query with the token and return the body."""
    body = {"query": query, "variables": variables or {}}
    url = f"{REST}/graphql"
    answer: dict[str, Any] = (
        await ask(transport, url, "POST", json=body, headers=AUTHORIZED)
    ).json()
    return answer


def urls_of_lists() -> list[str]:
    """Return every distinct link target of the two lists, in their order."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sandbox_lists())
    return list(dict.fromkeys(re.findall(r"\]\(+(https?://[^)\s]+)\)+", text)))


def repositories_of_lists() -> list[str]:
    """Return the repositories of the two lists, in lower case and in their order."""
    targets = "\n".join(urls_of_lists()).lower()
    return list(dict.fromkeys(re.findall(r"github\.com/([\w.-]+/[\w.-]+)", targets)))


# --- arXiv ------------------------------------------------------------------------------------


@dataclass
class Recorded:
    """A session of the `arxiv` package that has one answer."""

    content: bytes
    status_code: int = 200

    def get(self, url: str, headers: object = None) -> "Recorded":
        """Answer whatever is asked."""
        return self


def results(feed: bytes, count: int) -> "list[arxiv.Result]":
    """Read a feed with the `arxiv` package."""
    client = arxiv.Client(page_size=count, delay_seconds=0, num_retries=0)
    client._session = Recorded(feed)
    return list(client.results(arxiv.Search(id_list=["0"], max_results=count)))


def tree(body: bytes) -> ET.Element:
    """Parse an answer of the replica."""
    return ET.fromstring(body)  # noqa: S314 - it is our own


def names(feed: bytes) -> list[str]:
    """Return the ids of a feed's entries, with their versions."""
    entries = tree(feed).iterfind(f"{ATOM}entry/{ATOM}id")
    return [(entry.text or "").removeprefix("http://arxiv.org/abs/") for entry in entries]


async def test_feed_holds_the_facts_for_the_arxiv_package() -> None:
    """The package reads a paper's facts, and a made-up abstract that says so."""
    feed = await ask(sandbox(), API, params={"id_list": "2305.12090", "max_results": "1"})

    [paper] = results(feed.content, 1)
    assert paper.get_short_id() == "2305.12090v2"
    assert paper.title == "UP5: Unbiased Foundation Model for Fairness-aware Recommendation"
    assert paper.published.date().isoformat() == "2023-05-20"
    assert paper.updated.date().isoformat() == "2024-05-29"
    assert paper.categories == ["cs.IR", "cs.AI", "cs.CL", "cs.LG"]
    assert paper.primary_category == "cs.IR"
    assert paper.summary == f"Sandbox abstract of {paper.title}"
    assert paper.pdf_url == "https://arxiv.org/pdf/2305.12090v2"
    assert feed.headers["content-type"].startswith("application/atom+xml")


async def test_every_paper_of_the_lists_is_there() -> None:
    """The API knows each of the 235 arXiv ids of the two lists."""
    targets = "\n".join(urls_of_lists())
    ids = list(dict.fromkeys(re.findall(r"arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{5})", targets)))
    transport = sandbox()

    found: set[str] = set()
    for start in range(0, len(ids), 100):
        batch = ids[start : start + 100]
        query = {"id_list": ",".join(batch), "max_results": "100"}
        feed = await ask(transport, API, params=query)
        found |= {paper.get_short_id().rpartition("v")[0] for paper in results(feed.content, 100)}

    assert len(ids) == 235
    assert found == set(ids)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2305.00447", ["2305.00447v1"]),
        ("2306.05817v5", ["2306.05817v5"]),
        ("2306.05817,2306.05817v6", ["2306.05817v6"]),
        ("2306.05817v1,2306.05817", ["2306.05817v6", "2306.05817v1"]),
        ("2306.05817v7", []),
        ("arXiv:2305.00447", []),
        ("2305.00447.pdf", []),
        ("9999.99999,2305.00447", ["2305.00447v1"]),
        ("hep-th/9901001", []),
    ],
)
async def test_ids_hit_only_in_canonical_form(asked: str, found: list[str]) -> None:
    """Other spellings and unknown ids are left out without a word."""
    feed = await ask(sandbox(), API, params={"id_list": asked})

    assert feed.status_code == 200
    assert names(feed.content) == found
    assert tree(feed.content).findtext(f"{OPENSEARCH}totalResults") == str(len(found))


@pytest.mark.parametrize("asked", ["abc", "2305.00447,hepth/9901001", "2305.00447,", "1234567"])
async def test_malformed_id_fails_the_whole_batch(asked: str) -> None:
    """One id that is none is a 400 whose only entry names it."""
    feed = await ask(sandbox(), API, params={"id_list": asked})

    [entry] = tree(feed.content).findall(f"{ATOM}entry")
    assert feed.status_code == 400
    assert "/api/errors#incorrect_id_format_for_" in (entry.findtext(f"{ATOM}id") or "")
    wrong = next(name for name in asked.split(",") if not name.startswith("2305"))
    assert entry.findtext(f"{ATOM}summary") == f"incorrect id format for {wrong}"


async def test_ten_results_where_no_number_is_asked_for() -> None:
    """`max_results` is 10, whatever the number of ids; the total tells the truth."""
    ids = ",".join(list(world.papers())[:30])

    feed = await ask(sandbox(), API, params={"id_list": ids})

    assert len(names(feed.content)) == 10
    assert tree(feed.content).findtext(f"{OPENSEARCH}totalResults") == "30"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('ti:"Zero-Shot Recommender Systems"', ["2105.08318v1"]),
        ('ti:"zesrec nowhere" OR ti:"Prompt Learning for News"', ["2304.05263v1"]),
        ('ti:"no such title at all"', []),
    ],
)
async def test_title_phrases_are_found(query: str, found: list[str]) -> None:
    """A phrase hits the titles that hold its words in a row."""
    feed = await ask(sandbox(), API, params={"search_query": query})

    assert names(feed.content) == found


@pytest.mark.parametrize(
    ("scenario", "statuses"),
    [
        ("clean", [200, 200]),
        ("default", [200, 200]),
        ("arxiv-closed", [429, 429]),
    ],
)
async def test_arxiv_throttles_by_scenario(scenario: str, statuses: list[int]) -> None:
    """`default` says "Rate exceeded." once with status 200, `arxiv-closed` always with 429."""
    transport = sandbox(scenario)

    answers = [await ask(transport, API, params={"id_list": "2305.00447"}) for _ in range(2)]

    throttled = [answer.text == "Rate exceeded." for answer in answers]
    assert [answer.status_code for answer in answers] == statuses
    assert throttled == {"clean": [False, False], "default": [True, False]}.get(
        scenario, [True] * 2
    )


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://export.arxiv.org/api/query?id_list=2305.00447", 301),
        ("https://export.arxiv.org/api/query/search?id_list=2305.00447", 404),
        (f"{API}?id_list={','.join(['2305.00447'] * 800)}", 414),
        (f"{API}?id_list=2305.00447&max_results=many", 400),
        (API, 400),
        ("https://arxiv.org/abs/2305.00447v1", 200),
        ("https://arxiv.org/pdf/2306.05817v5.pdf", 200),
        ("https://arxiv.org/abs/9999.99999", 404),
    ],
)
async def test_arxiv_refuses_as_the_front_end_does(url: str, status: int) -> None:
    """Plain http, other paths, long URLs and wrong numbers have their own answers."""
    assert (await ask(sandbox(), url)).status_code == status


async def test_posted_ids_are_answered() -> None:
    """The API takes a form too, however long."""
    ids = ",".join(list(world.papers()) * 4)

    feed = await ask(sandbox(), API, "POST", data={"id_list": ids, "max_results": "1000"})

    assert len(names(feed.content)) == len(world.papers())


async def test_oai_gives_raw_records() -> None:
    """GetRecord gives all versions, and authors as one string with accents in TeX."""
    query = {"verb": "GetRecord", "metadataPrefix": "arXivRaw"}

    answer = await ask(sandbox(), OAI, params=query | {"identifier": "oai:arXiv.org:2405.02429"})

    raw = tree(answer.content).find(f".//{RAW}arXivRaw")
    assert raw is not None
    assert raw.findtext(f"{RAW}id") == "2405.02429"
    assert "Ivan Vuli\\'c, Anna Korhonen and Mohamed" in (raw.findtext(f"{RAW}authors") or "")
    assert raw.findtext(f"{RAW}version/{RAW}date") == "Wed, 01 May 2024 00:00:00 GMT"


async def test_oai_lists_every_version() -> None:
    """A paper in six versions has six of them, 30 days apart where nothing is known."""
    query = "verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2306.05817"

    answer = await ask(sandbox(), f"{OAI}?{query}")

    versions = tree(answer.content).findall(f".//{RAW}version")
    assert [version.get("version") for version in versions] == [f"v{n}" for n in range(1, 7)]
    assert versions[-1].findtext(f"{RAW}date") == "Tue, 09 Jul 2024 00:00:00 GMT"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:9999.99999",
         "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2305.00447v1",
         "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=marc&identifier=oai:arXiv.org:2305.00447",
         "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=arXivRaw", "badArgument"),
        ("verb=Get", "badVerb"),
    ],
)  # fmt: skip
async def test_oai_errors_come_with_status_200(query: str, code: str) -> None:
    """Every error of OAI-PMH is an element of a good answer."""
    answer = await ask(sandbox(), f"{OAI}?{query}")

    error = tree(answer.content).find(f"{OAI_SPACE}error")
    assert answer.status_code == 200
    assert error is not None
    assert error.get("code") == code


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Marie-Hélène Abel", "Marie-H\\'el\\`ene Abel"),
        ("Wolfgang Maaß", "Wolfgang Maa{\\ss}"),
        ("Jürgen Čapek", 'J\\"urgen \\v{C}apek'),
        ("Plain Name", "Plain Name"),
    ],
)
def test_names_are_written_in_tex(name: str, written: str) -> None:
    """Accents stand before their letter, special letters in braces."""
    assert tex(name) == written


async def test_datacite_answers_for_one_doi() -> None:
    """The DOI of a paper, in any case, gives its record."""
    answer = await ask(sandbox(), "https://api.datacite.org/dois/10.48550/arXiv.2305.12090")

    attributes = answer.json()["data"]["attributes"]
    assert attributes["titles"][0]["title"].startswith("UP5: ")
    assert attributes["creators"][0] == {
        "name": "Hua, Wenyue",
        "nameType": "Personal",
        "givenName": "Wenyue",
        "familyName": "Hua",
        "affiliation": [],
        "nameIdentifiers": [],
    }
    assert {"date": "2024-05-29T00:00:00Z", "dateType": "Updated", "dateInformation": "v2"} in (
        attributes["dates"]
    )
    assert attributes["subjects"][0]["subject"] == "Information Retrieval (cs.IR)"


@pytest.mark.parametrize(("size", "count"), [(None, 25), ("50", 30)])
async def test_datacite_answers_for_many_dois(size: str | None, count: int) -> None:
    """A query names DOIs; a page holds 25 where no size is asked for; unknown ones are left out."""
    ids = [*list(world.papers())[:30], "9999.99999"]
    query = " OR ".join(f'"10.48550/arxiv.{id_}"' for id_ in ids)
    parameters = {"query": f"doi:({query})"} | ({"page[size]": size} if size else {})

    answer = await ask(sandbox(), "https://api.datacite.org/dois", params=parameters)

    assert len(answer.json()["data"]) == count
    assert answer.json()["meta"]["total"] == 30


@pytest.mark.parametrize("id_", ["9999.99999", "2305.00447v1"])
async def test_datacite_knows_no_other_doi(id_: str) -> None:
    """Unknown papers, and versions, have no DOI."""
    answer = await ask(sandbox(), f"https://api.datacite.org/dois/10.48550/arxiv.{id_}")

    assert answer.status_code == 404
    assert answer.json()["errors"][0]["status"] == "404"


# --- GitHub: REST -----------------------------------------------------------------------------


async def test_rest_answers_with_facts() -> None:
    """What is known is given; what is not says that it is made up, or is a count."""
    answer = await ask(sandbox(), f"{REST}/repos/hkuds/graphgpt", headers=AUTHORIZED)

    repository = answer.json()
    assert repository["full_name"] == "HKUDS/GraphGPT"
    assert repository["license"]["spdx_id"] == "Apache-2.0"
    assert repository["pushed_at"] == "2024-06-25T13:27:00Z"
    assert repository["description"] == "Sandbox description of HKUDS/GraphGPT"
    assert repository["topics"] == ["sandbox"]
    assert answer.headers["x-ratelimit-remaining"] == "4999"
    assert answer.headers["x-ratelimit-resource"] == "core"


async def test_renamed_repository_redirects_to_its_id() -> None:
    """An old name is a 301 to the id, which has the new name; each hop is charged."""
    transport = sandbox()

    moved = await ask(transport, f"{REST}/repos/WLiK/LLM4Rec")
    there = await ask(transport, moved.headers["location"])

    assert moved.status_code == 301
    assert moved.json()["url"] == moved.headers["location"]
    assert there.json()["full_name"] == "WLiK/LLM4Rec-Awesome-Papers"
    assert there.headers["x-ratelimit-remaining"] == "58"


@pytest.mark.parametrize(
    ("trouble", "status", "graphql"),
    [
        ("archived", 200, None),
        ("blocked", 403, "NOT_FOUND"),
        ("broken", 500, None),
        ("forbidden", 403, "FORBIDDEN"),
        ("last", 200, "FORBIDDEN"),
        ("legal", 451, "NOT_FOUND"),
        ("missing", 404, "NOT_FOUND"),
        ("private", 200, None),
        ("silent", 200, None),
    ],
)
async def test_repository_trouble(trouble: Any, status: int, graphql: str | None) -> None:
    """REST tells apart what GraphQL calls not found."""
    transport = sandbox(repositories={"jyonn/once": trouble})
    query = '{ r0: repository(owner: "Jyonn", name: "ONCE") { isArchived isPrivate } }'

    answer = await ask(transport, f"{REST}/repos/Jyonn/ONCE", headers=AUTHORIZED)
    body = await ask_graphql(transport, query)

    assert answer.status_code == status
    assert [error.get("type") for error in body.get("errors", ())] == (
        [graphql] if graphql else [None] * (trouble == "broken")
    )
    if trouble in ("archived", "private"):
        key = {"archived": "isArchived", "private": "isPrivate"}[trouble]
        assert body["data"]["r0"][key] is True
        assert answer.json()[trouble] is True
    else:
        assert body["data"]["r0"] is None


async def test_blocks_say_why() -> None:
    """A withheld repository has a `block`, and neither `status` nor a manual page."""
    transport = sandbox(repositories={"jyonn/once": "legal"})

    body = (await ask(transport, f"{REST}/repos/Jyonn/ONCE")).json()

    assert set(body) == {"message", "block"}
    assert body["block"]["reason"] == "dmca"


@pytest.mark.parametrize(
    "path",
    ["/repos/WLiK/GLRe", "/repos/Jyonn/ONCE/", "/repos/Jyonn", "/repositories/1", "/nothing"],
)
async def test_rest_404(path: str) -> None:
    """A name cut short, a slash at the end and an unknown id are one answer."""
    answer = await ask(sandbox(), f"{REST}{path}", headers=AUTHORIZED)

    assert (answer.status_code, answer.json()["status"]) == (404, "404")


async def test_anonymous_limit_is_sixty_an_hour() -> None:
    """The 61st request without a token is refused until the hour is over."""
    clock = SimulatedClock(NOW)
    transport = SandboxTransport("clean", now=clock.now)

    answers = [await ask(transport, f"{REST}/repos/Jyonn/ONCE") for _ in range(61)]
    await clock.sleep(3601)
    later = await ask(transport, f"{REST}/repos/Jyonn/ONCE")

    assert [answer.status_code for answer in answers] == [200] * 60 + [403]
    assert answers[-1].json()["message"].startswith("API rate limit exceeded")
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert int(answers[-1].headers["x-ratelimit-reset"]) == int(NOW.timestamp()) + 3600
    assert later.status_code == 200


async def test_wrong_token_is_worse_than_none() -> None:
    """A bad token is a 401 that is charged to the anonymous requests."""
    answer = await ask(
        sandbox(), f"{REST}/repos/Jyonn/ONCE", headers={"Authorization": "Bearer other"}
    )

    assert answer.json()["message"] == "Bad credentials"
    assert answer.headers["x-ratelimit-limit"] == "60"


async def test_rate_limit_costs_nothing() -> None:
    """`/rate_limit` shows both buckets and takes from none."""
    transport = sandbox()

    await ask(transport, f"{REST}/rate_limit", headers=AUTHORIZED)
    resources = (await ask(transport, f"{REST}/rate_limit", headers=AUTHORIZED)).json()["resources"]

    assert resources["core"]["remaining"] == resources["graphql"]["remaining"] == 5000


# --- GitHub: GraphQL --------------------------------------------------------------------------


async def test_graphql_answers_aliases_from_variables() -> None:
    """Each alias has its repository, old names the new one, missing ones null and an error."""
    query = """
        fragment F on Repository { nameWithOwner issues(states: OPEN) { totalCount } ...G }
        fragment G on Repository { repositoryTopics(first: 20) { nodes { topic { name } } } }
        query B($o0: String!, $n0: String!, $o1: String!, $n1: String!, $o2: String!) {
          r0: repository(owner: $o0, name: $n0) { ...F }  # a comment
          r1: repository(owner: $o1, name: $n1, followRenames: true) { ... on Repository { ...F } }
          r2: repository(owner: $o2, name: "GLRe") { ...F }
          rateLimit { cost remaining resetAt }
        }
    """
    variables = {"o0": "hkuds", "n0": "graphgpt", "o1": "WLiK", "n1": "LLM4Rec", "o2": "WLiK"}

    body = await ask_graphql(sandbox(), query, variables)

    assert list(body["data"]) == ["r0", "r1", "r2", "rateLimit"]
    assert body["data"]["r0"]["nameWithOwner"] == "HKUDS/GraphGPT"
    assert body["data"]["r0"]["repositoryTopics"] == {"nodes": [{"topic": {"name": "sandbox"}}]}
    assert set(body["data"]["r0"]) == {"nameWithOwner", "issues", "repositoryTopics"}
    assert body["data"]["r1"]["nameWithOwner"] == "WLiK/LLM4Rec-Awesome-Papers"
    assert body["data"]["r2"] is None
    assert body["errors"] == [
        {
            "type": "NOT_FOUND",
            "path": ["r2"],
            "message": "Could not resolve to a Repository with the name 'WLiK/GLRe'.",
        }
    ]
    assert body["data"]["rateLimit"] == {
        "cost": 1,
        "remaining": 4999,
        "resetAt": "2026-11-22T13:00:00Z",
    }


async def test_repositories_of_the_lists_hold_them() -> None:
    """By both interfaces; a former name leads on, and what is not there says so."""
    own, (file, _) = "WLiK/LLM4Rec-Awesome-Papers", sandbox_lists()
    raw = AUTHORIZED | {"Accept": "application/vnd.github.raw+json"}
    query = """query B($e: String!) { r0: repository(owner: "WLiK", name: "LLM4Rec") {
        a: object(expression: $e) { ... on Commit { oid } ... on Blob { text } }
        b: object(expression: "none") { ... on Commit { oid } }
        c: object(expression: "main") { ... on Commit {
          file(path: "none.md") { oid } readme: file(path: "README.md") { oid mode type }
        } }
    } }"""
    transport = sandbox()
    readme = await ask(transport, f"{REST}/repos/{own}/readme", headers=raw)
    moved = await ask(transport, f"{REST}/repos/WLiK/LLM4Rec/readme", headers=raw)
    none = await ask(transport, f"{REST}/repos/{own}/contents/none.md", headers=raw)
    body = await ask_graphql(transport, query, {"e": "HEAD"})

    assert readme.content == file.read_bytes()
    assert moved.headers["location"].endswith("/readme")
    assert none.status_code == 404
    found = body["data"]["r0"]
    assert (len(found["a"]["oid"]), found["b"], found["c"]["file"]) == (40, None, None)
    assert [one["path"] for one in body["errors"]] == [["r0", "c", "file"]]
    blob = await ask_graphql(transport, query, {"e": found["c"]["readme"]["oid"]})
    assert blob["data"]["r0"]["a"] == {"text": file.read_text("utf-8")}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ repository(owner: $o, name: $n) { id } }", "Variable $o was provided invalid value"),
        (
            '{ repository(owner: "Jyonn", name: "ONCE") { stars } }',
            "Field 'stars' doesn't exist on type 'Repository'",
        ),
        (
            '{ repository(owner: "Jyonn", name: "ONCE") { ...F } }',
            "Fragment F was used, but not defined",
        ),
        ("{ repository(", "Parse error on '', expected 'more'"),
        ("{ ~ }", "Parse error on '~ }'"),
    ],
)
async def test_graphql_refuses_wrong_queries(query: str, message: str) -> None:
    """A query that cannot run has an error and no data."""
    body = await ask_graphql(sandbox(), query)

    assert [error["message"] for error in body["errors"]] == [message]
    assert "data" not in body


async def test_graphql_needs_a_token() -> None:
    """There is no anonymous GraphQL."""
    answer = await ask(
        sandbox(), f"{REST}/graphql", "POST", json={"query": "{ rateLimit { cost } }"}
    )

    assert answer.status_code == 401
    assert "authenticated" in answer.json()["message"]


async def test_graphql_gives_up_large_queries() -> None:
    """A query for very many repositories ends in a 502 of HTML."""
    aliases = " ".join(f'r{n}: repository(owner: "a", name: "b") {{ id }}' for n in range(121))

    answer = await ask(
        sandbox(), f"{REST}/graphql", "POST", json={"query": f"{{ {aliases} }}"}, headers=AUTHORIZED
    )

    assert (answer.status_code, answer.headers["content-type"][:9]) == (502, "text/html")


async def test_limited_scenario_answers_once_in_each_bucket() -> None:
    """The second query is refused with status 200, the second REST request with 403."""
    transport = sandbox("github-limited")
    query = '{ r0: repository(owner: "Jyonn", name: "ONCE") { id } }'

    first, second = [await ask_graphql(transport, query) for _ in range(2)]
    url = f"{REST}/repos/Jyonn/ONCE"
    rest = [(await ask(transport, url, headers=AUTHORIZED)).status_code for _ in range(2)]

    assert first["data"]["r0"]["id"]
    assert second["errors"][0]["type"] == "RATE_LIMIT"
    assert "data" not in second
    assert rest == [200, 403]


async def test_every_repository_status_occurs() -> None:
    """In `default` the real source finds each status, asked in the lists' order."""
    clock = SimulatedClock(NOW)
    transport = SandboxTransport("default", now=clock.now)
    keys: Sequence[str] = list(repositories_of_lists())

    async with HttpClient(
        transport=transport,
        clock=clock,
        user_agent="test",
        credentials={"api.github.com": SANDBOX_TOKEN},
    ) as client:
        source = GitHubSource(client, authenticated=True)
        outcomes = {key: outcome async for key, outcome in source.fetch_many(keys)}

    assert len(keys) == 70
    assert Counter(outcome.status for outcome in outcomes.values()) == {
        "found": 66,
        "missing": 1,
        "blocked": 1,
        "failed": 1,
        "skipped": 1,
    }
    assert outcomes["wlik/glre"].status == "missing"
    assert outcomes["andreeaiana/xmind"].status == "skipped"


# --- the web ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "head", "get"),
    [
        ("page", [200], [200, 200]),
        ("dead", [404], [404, 404]),
        ("gone", [410], [410, 410]),
        ("challenge", [403], [403, 403]),
        ("forbidden", [403], [403, 403]),
        ("teapot", [418], [418, 418]),
        ("accepted", [202], [202, 202]),
        ("flaky", [503], [200, 200]),
        ("throttled", [429], [200, 200]),
        ("no-head", [405], [200, 200]),
        ("soft-404", [200], [200, 200]),
        ("deleted-post", [200], [200, 200]),
        ("pdf", [200], [200, 200]),
        ("repository-options", [200], [200, 200]),
        ("repository-expired", [410], [410, 410]),
        ("301 https://kddcup23.github.io/", [301], [301, 301]),
        ("308 https://kddcup23.github.io/", [308], [308, 308]),
    ],
)
async def test_pages_behave(how: str, head: list[int], get: list[int]) -> None:
    """Each behaviour has its statuses, to HEAD first and to GET then."""
    transport = sandbox(pages={PLACEHOLDER: how})

    answers = [await ask(transport, PLACEHOLDER, method) for method in ("HEAD", "GET", "GET")]

    assert [answer.status_code for answer in answers] == head + get
    assert not answers[0].content


@pytest.mark.parametrize(
    ("how", "kind", "cause"),
    [
        ("timeout", "timeout", None),
        ("reset", "reset", None),
        ("tls", "tls", ssl.SSLError),
        ("no-such-host", "dns", ResolutionError),
    ],
)
async def test_pages_fail_below_http(how: str, kind: str, cause: type[Exception] | None) -> None:
    """A fault is what httpx raises for it, with the cause that tells it apart."""
    transport = sandbox(pages={PLACEHOLDER: how})

    with pytest.raises(httpx.HTTPError) as caught:
        await ask(transport, PLACEHOLDER)

    assert failure_of(caught.value)[0] == kind
    assert cause is None or isinstance(caught.value.__cause__, cause)


def test_every_behaviour_is_tested_here() -> None:
    """No behaviour is without a case above."""
    marks = [*test_pages_behave.pytestmark, *test_pages_fail_below_http.pytestmark]  # type: ignore[attr-defined]
    cases = {case[0] for mark in marks if mark.name == "parametrize" for case in mark.args[1]}

    assert set(BEHAVIOUR) <= cases


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("https://unheard-of.example/", ResolutionError),
        ("http://localhost:8000/", RefusedAddressError),
        ("http://127.0.0.1/", RefusedAddressError),
    ],
)
async def test_hosts_that_are_not_reached(url: str, cause: type[Exception]) -> None:
    """A host of no list has no address, and a private one is refused."""
    with pytest.raises(httpx.ConnectError) as caught:
        await ask(sandbox(), url)

    assert isinstance(caught.value.__cause__, cause)


async def test_unknown_page_of_a_known_host_is_404() -> None:
    """A host of the lists answers for other paths too."""
    answer = await ask(sandbox(), "https://aclanthology.org/nothing")

    assert answer.status_code == 404


async def test_papers_give_ranges() -> None:
    """A PDF is sent in part where a part is asked for, as static hosts do."""
    url = "https://ceur-ws.org/Vol-3476/paper5.pdf"

    answer = await ask(sandbox(), url, headers={"Range": "bytes=0-4095"})

    assert answer.status_code == 206
    assert len(answer.content) == 4096
    assert answer.headers["content-range"].startswith("bytes 0-4095/")


@pytest.mark.parametrize("scenario", sorted(SCENARIOS.keys() - {"no-network"}))
async def test_every_url_of_the_lists_has_an_answer(scenario: str) -> None:
    """No link of the lists is unknown; without faults all but the truncated name are there."""
    clock = SimulatedClock(NOW)
    transport = SandboxTransport(scenario, now=clock.now)
    by_answer: dict[object, list[str]] = {}

    async with HttpClient(transport=transport, clock=clock, user_agent="test") as client:
        for url in urls_of_lists():
            [*_, last] = await follow(client, Service("web"), "GET", url)
            by_answer.setdefault(last.status or last.failure, []).append(url)

    if scenario == "default":
        assert set(by_answer) == {200, 403, 404, 410, "dns", "timeout", "tls", "refused-address"}
        assert by_answer["dns"] == ["https://dylanslacks.website/Tablet"]
        assert len(by_answer[200]) >= 300
    else:
        assert set(by_answer) == {200, 404, "refused-address"}
        assert by_answer[404] == ["https://github.com/WLiK/GLRe"]
    assert by_answer["refused-address"] == ["http://localhost:8000/"]


async def test_without_network_nobody_is_reached() -> None:
    """In `no-network` no name of any host can be resolved."""
    transport = sandbox("no-network")

    for url in (API, OAI, REST, "https://api.datacite.org/dois", PLACEHOLDER):
        with pytest.raises(httpx.ConnectError) as caught:
            await ask(transport, url)
        assert isinstance(caught.value.__cause__, ResolutionError)


def test_unknown_scenario_is_named() -> None:
    """A scenario that is none is a wrong setting; the message lists those that are."""
    with pytest.raises(ConfigurationError, match=r"'storm'.*default.*no-network"):
        SandboxTransport("storm")


# --- facts ------------------------------------------------------------------------------------


async def test_answers_are_the_same_in_every_run() -> None:
    """Two replicas give the same bytes to the same questions."""
    questions = [
        f"{API}?id_list=2305.00447,2306.05817&max_results=100",
        "https://api.datacite.org/dois/10.48550/arxiv.2305.00447",
        f"{REST}/repos/Jyonn/ONCE",
        PLACEHOLDER,
    ]

    runs = []
    for _ in range(2):
        transport = sandbox()
        runs.append([(await ask(transport, url)).content for url in questions])

    assert runs[0] == runs[1]


async def test_requests_are_logged() -> None:
    """The replica remembers what it was asked, in order."""
    transport = sandbox()

    await ask(transport, PLACEHOLDER, "HEAD")
    await ask(transport, REST)

    assert transport.asked == [("HEAD", PLACEHOLDER), ("GET", REST)]


def test_facts_hold_no_prose() -> None:
    """Abstracts and descriptions are made up, never carried along."""
    for name in ("papers.json", "repositories.json"):
        facts = json.loads((files("pipeline.sandbox") / "facts" / name).read_text("utf-8"))
        assert not {key for fact in facts for key in fact} & {"abstract", "description", "summary"}


def test_unknown_facts_are_made_up_in_the_open() -> None:
    """Unknown authors say what they are; an unknown date is the first of the id's month."""
    paper = world.papers()["1808.05163"]

    assert paper.authors == ("Sandbox Author One", "Sandbox Author Two")
    assert paper.versions == (datetime(2018, 8, 1, tzinfo=UTC),)


def test_every_page_has_a_known_behaviour_and_a_place() -> None:
    """`web.json` holds pages of the lists, targets of redirects, and what is asked about them."""
    pages = world.pages()
    targets = {how.partition(" ")[2] for how in pages.values()}
    linked = {url.partition("#")[0] for url in urls_of_lists()} | targets

    assert {how.partition(" ")[0] for how in pages.values()} <= {*BEHAVIOUR, "301"}
    assert {url for url in pages if url not in linked and "/api/repo/" not in url} == set()


def test_lists_are_the_two_of_the_project() -> None:
    """The lists are found in a checkout as in a wheel."""
    assert [path.name for path in sandbox_lists()] == [
        "llm4rec-paper.md",
        "awesome-llm4rs-papers.md",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "RLMRec\u00e2\u0153\u2026 "),  # a check mark, glued to a name and wrongly decoded
        (0, "\u00e7\u00a4\u00ba\u00e4\u00be\u2039 "),  # two characters, wrongly decoded
        (0, "\u00e8\u00af\u00b4\u00e6\u02dc "),  # the last byte of another one is lost
        (0, "\u011f\u0178\u201d\u00b7"),  # an emoji
        (0, '<h4 id="1.1.1">1.1.1 User- and Item-level Feature Augmentation</h4>'),
        (0, "ChatGPT+<br />LLaMA2(7B)/LLaMA2(13B)"),
        (0, "https://arxiv.org/abs/2305.09858v1"),
        (1, "[[paper]]((http://arxiv.org/abs/2403.13574))[[code]]"),
        (1, "/blob/main/media/paper.pdf"),
        (1, "[[paper]](http://arxiv.org/abs/2403.13325)  \n"),
    ],
)
def test_lists_keep_their_oddities(number: int, text: str) -> None:
    """What makes the lists hard to read is still in them."""
    assert text in sandbox_lists()[number].read_text(encoding="utf-8")
