"""
Repositories at GitLab, Codeberg and Bitbucket, from the command line to the files.

The services are those of `tests.internet`: what is asked, what becomes of it, and what is asked
where their interfaces do not answer.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.github_server import GitHub
from tests.internet import Handler, Internet, online
from tests.test_hostile import Done, call, settle

GITLAB = [f"https://gitlab.com/group/n{n}" for n in range(12)]
OTHERS = ["https://codeberg.org/o/n", "https://bitbucket.org/w/r", "https://gitlab.com/g/gone"]
MIRROR = "https://codeberg.org/group/n1"
BELOW = "https://gitlab.com/group/n0/-/blob/main/README.md"
LIST = "# Papers\n\n" + "".join(
    f"- A paper about thing {n} [[code]]({url})\n"
    for n, url in enumerate((*GITLAB, *OTHERS, BELOW))
)
LIST = LIST.replace(f"({GITLAB[1]})", f"({GITLAB[1]}) [[mirror]]({MIRROR})")
"""The same work under one name at two services."""


def gitlab(request: httpx.Request) -> httpx.Response:
    """GitLab knows a group's projects; its pages send strangers to the login."""
    if request.url.path.startswith("/api/v4/"):
        return httpx.Response(404, json={"message": "404 Project Not Found"})
    if request.url.path != "/api/graphql":
        return httpx.Response(200, html="<title>A page</title>" + "<p>words</p>" * 200)
    paths = json.loads(request.content)["variables"]["paths"]
    known = [
        {"id": f"gid://gitlab/Project/{n}", "fullPath": path, "visibility": "public"}
        | {"starCount": 10 + n, "archived": False}
        for n, path in enumerate(sorted(paths))
        if path.startswith("group/")
    ]
    return httpx.Response(200, json={"data": {"projects": {"nodes": known}}})


def codeberg(request: httpx.Request) -> httpx.Response:
    """Codeberg knows a repository under another name now, and a mirror of one at GitLab."""
    if request.url.path.endswith("/group/n1"):
        return httpx.Response(200, json={"full_name": "group/n1", "private": False})
    body = {"id": 1, "full_name": "o/new", "private": False, "stars_count": 5, "archived": True}
    return httpx.Response(200, json=body)


def down(request: httpx.Request) -> httpx.Response:
    """A service whose interface is down, and whose pages are not."""
    if request.url.host.startswith("api."):
        return httpx.Response(503)
    return httpx.Response(200, html="<title>A page</title>" + "<p>words</p>" * 200)


HOSTS: Mapping[str, Handler] = {
    "gitlab.com": gitlab,
    "codeberg.org": codeberg,
    "bitbucket.org": down,
    "api.bitbucket.org": down,
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run once, and once without the interfaces."""
    folder = tmp_path_factory.mktemp("hosts")
    with pytest.MonkeyPatch.context() as patch:
        settle(folder, patch)
        Path("list.md").write_text(LIST, encoding="utf-8")
        Path("pipeline.toml").write_text('exports = ["sqlite", "csv", "page"]\nsearch = false\n')
        with online(Internet(dict(HOSTS)), folder, patch) as world:
            result = Done(world, GitHub())
            call(result, "enrich", "run", "enrich", "list.md")
            call(result, "explain", "explain", OTHERS[2])
            call(result, "fix", "fix", "list.md", "--diff")
            first = len(world.asked)
            patch.setenv("PIPELINE_CODE_HOSTS", "gitlab")
            patch.setenv("PIPELINE_CACHE_DIR", "another")
            call(result, "again", "run", "enrich", "list.md", "--out", "two")
            result.texts["asked"] = "\n".join(world.urls[first:]).encode()
            del world.asked[first:]
        for name in ("data/catalog/catalog.jsonl", "data/reports/links.jsonl"):
            result.texts[name] = (folder / name).read_bytes()
        exported = (folder / "data/exports").rglob("*")
        result.texts["exports"] = b"".join(one.read_bytes() for one in exported if one.is_file())
    return result


def lines(done: Done, name: str) -> list[Any]:
    """Return the records of a file."""
    return [json.loads(line) for line in done.texts[name].splitlines()]


def test_one_request_for_a_batch_and_none_for_its_pages(done: Done) -> None:
    """Of GitLab one query, two questions about what it left out, and the page below a project."""
    asked = [url for url in done.internet.urls if "//gitlab.com/" in url]

    assert done.codes == {"enrich": 0, "explain": 0, "fix": 0, "again": 0}
    assert b"evidence: from GitLab's API" in done.texts["explain stdout"]
    assert sorted(set(asked)) == [
        "GET https://gitlab.com/api/v4/groups/g%2Fgone?with_projects=false",
        "GET https://gitlab.com/api/v4/projects/g%2Fgone",
        f"GET {BELOW}",
        "POST https://gitlab.com/api/graphql",
    ]
    assert len(asked) == 4
    assert sorted(url for url in done.internet.urls if "codeberg" in url) == [
        "GET https://codeberg.org/api/v1/repos/group/n1",
        "GET https://codeberg.org/api/v1/repos/o/n",
    ]


def test_verdicts_come_from_the_interfaces(done: Done) -> None:
    """Where one is down, the page says whether the link is alive."""
    links = {one["url"]: one for one in lines(done, "data/reports/links.jsonl")}
    told = {
        url: (links[url]["verdict"], links[url]["reason_code"], links[url]["evidence"])
        for url in (*GITLAB[:1], *OTHERS, BELOW)
    }

    assert told == {
        GITLAB[0]: ("alive", "repository-found", "gitlab"),
        OTHERS[0]: ("moved", "repository-renamed", "codeberg"),
        OTHERS[1]: ("alive", "ok", "http"),
        OTHERS[2]: ("dead", "gone-or-private", "gitlab"),
        BELOW: ("alive", "ok", "http"),
    }
    assert links[OTHERS[0]]["suggestion"] == "https://codeberg.org/o/new"


def test_a_new_name_is_ready_to_apply(done: Done) -> None:
    """The interface has said it, as GitHub's would."""
    patch = done.texts["fix stdout"].decode()

    assert "+- A paper about thing 12 [[code]](https://codeberg.org/o/new)" in patch


def test_the_catalog_has_statistics(done: Done) -> None:
    """With the name of the service, and states of its own."""
    papers = {one["mentions"][0]["line"]: one for one in lines(done, "data/catalog/catalog.jsonl")}
    first, below = papers[3]["repositories"][0], papers[18]["repositories"][0]
    renamed, missed = papers[15]["repositories"][0], papers[16]["repositories"][0]

    assert (first["service"], first["full_name"], first["stars"]) == ("gitlab", "group/n0", 11)
    assert below == first
    assert (renamed["renamed_from"], renamed["archived"]) == ("o/n", True)
    assert (missed["service"], missed["status"]) == ("bitbucket", "failed")
    assert [one["service"] for one in papers[4]["repositories"]] == ["gitlab", "codeberg"]
    assert papers[3]["sources"]["gitlab"]["status"] == "found"
    assert [one["code"] for one in papers[17]["findings"]] == ["repository-missing"]
    assert "GitLab knows no repository g/gone" in papers[17]["findings"][0]["message"]


def test_what_is_switched_off_is_asked_as_a_page(done: Done) -> None:
    """It costs its own fields only."""
    asked = done.texts["asked"].decode().splitlines()

    assert "GET https://codeberg.org/o/n" in asked
    assert "GET https://bitbucket.org/w/r" in asked
    assert not [url for url in asked if "/api/v1/" in url or "api.bitbucket" in url]
    assert "POST https://gitlab.com/api/graphql" in asked


def test_exports_have_them(done: Done) -> None:
    """By their addresses."""
    assert b"https://gitlab.com/group/n0" in done.texts["exports"]
