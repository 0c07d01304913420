"""
Links for life, from the command line: copies of what is alive, and what they are worth later.

The Internet Archive is that of `tests.internet`: who is asked what, with the key and without.
"""

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.github_server import GitHub
from tests.internet import Handler, Internet, online
from tests.test_hostile import Done, call, settle

KEY = "access0123:secret456789"
TIME = "20261122060000"
PAGE = "https://lab.example/paper"
MEMBERS = "https://members.example/paper"
LIST = f"""\
# Papers

- A paper about links [[paper]]({PAGE})
- A paper for members [[paper]]({MEMBERS})
- A paper that never was [[paper]](https://lab.example/gone)
"""


class Web:
    """Pages that may die, and an archive that takes what it is given."""

    def __init__(self) -> None:
        self.dead = {"https://lab.example/gone"}
        self.saved: list[str] = []

    def page(self, request: httpx.Request) -> httpx.Response:
        """Answer for a page."""
        if str(request.url) in self.dead:
            return httpx.Response(404)
        return httpx.Response(200, html="<title>A page</title>" + "<p>words</p>" * 200)

    def archive(self, request: httpx.Request) -> httpx.Response:
        """Take a page, tell of a job, or of captures."""
        if request.url.path == "/save":
            self.saved += parse_qs(request.content.decode())["url"]
            return httpx.Response(200, json={"job_id": f"spn2-{len(self.saved)}"})
        if request.url.path.startswith("/save/status/"):
            return httpx.Response(200, json={"status": "success", "timestamp": TIME})
        return httpx.Response(200, json=[])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Save in one run; lose the cache, and save nothing again; see a page die."""
    folder, web = tmp_path_factory.mktemp("archive"), Web()
    with pytest.MonkeyPatch.context() as patch:
        settle(folder, patch)
        patch.setenv("WAYBACK_KEY", KEY)
        patch.setenv("PIPELINE_HEADER_MEMBERS", "members.example X-Key: word-of-the-members")
        Path("list.md").write_text(LIST, encoding="utf-8")
        Path("pipeline.toml").write_text("archive = true\nwayback = true\nsearch = false\n")
        hosts: dict[str, Handler] = {
            "lab.example": web.page,
            "members.example": web.page,
            "web.archive.org": web.archive,
        }
        with online(Internet(hosts), folder, patch) as world:
            result = Done(world, GitHub())
            call(result, "check", "run", "check", "list.md")
            result.texts["after check"] = json.dumps(web.saved).encode()
            for name in ("first", "second", "third"):
                call(result, name, "run", "enrich", "list.md", "--verbose")
                result.texts[name] = Path("data/reports/links.jsonl").read_bytes()
                result.texts[f"{name} saved"] = json.dumps(web.saved).encode()
                shutil.rmtree("cache")
                if name == "second":
                    web.dead.add(PAGE)
            call(result, "doctor", "doctor")
        files = (path for path in folder.rglob("*") if path.is_file())
        result.texts |= {str(path): path.read_bytes() for path in files}
    return result


def health(done: Done, name: str) -> dict[str, Any]:
    """Return the links of a run by their addresses."""
    return {one["url"]: one for one in map(json.loads, done.texts[name].splitlines())}


def test_what_is_alive_is_saved_once(done: Done) -> None:
    """Though the cache was lost; not by a check, nor what opens with a person's header alone."""
    saved = [json.loads(done.texts[f"{name} saved"]) for name in ("first", "second", "third")]

    assert json.loads(done.texts["after check"]) == []
    assert saved == [[PAGE]] * 3
    copy = f"https://web.archive.org/web/{TIME}/{PAGE}"
    assert health(done, "first")[PAGE]["archived"] == copy
    assert health(done, "second")[PAGE]["archived"] == copy
    assert "archived" not in health(done, "first")[MEMBERS] or (
        health(done, "first")[MEMBERS]["archived"] is None
    )


def test_the_copy_stands_in_for_a_page_that_died(done: Done) -> None:
    """Without asking anybody."""
    link = health(done, "third")[PAGE]

    assert link["verdict"] == "dead"
    assert link["suggestion"] == f"https://web.archive.org/web/{TIME}/{PAGE}"
    searched = [url for url in done.internet.urls if "archive.org/" in url and "lab.example" in url]
    assert searched
    assert not [url for url in searched if "lab.example%2Fpaper" in url or url.endswith("/paper")]


def test_the_key_goes_to_the_saving_alone(done: Done) -> None:
    """Not to the search for captures on the same host, nor into any file or word."""
    held = {
        url.split("?")[0]
        for url, headers in done.internet.asked
        if KEY in headers.get("authorization", "")
    }

    assert {url.rpartition("-")[0] or url for url in held} == {
        "POST https://web.archive.org/save",
        "GET https://web.archive.org/save/status/spn2",
    }
    assert done.internet.tokens(KEY) == {"https://web.archive.org"}
    for word in KEY.split(":"):
        assert not [name for name, text in done.texts.items() if word.encode() in text]
    assert b"WAYBACK_KEY is set" in done.texts["doctor stdout"]


def test_without_a_key_a_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is saved, and nothing is asked."""
    settle(tmp_path, monkeypatch)
    web = Web()
    Path("list.md").write_text(LIST, encoding="utf-8")
    Path("pipeline.toml").write_text("archive = true\nsearch = false\n")
    hosts: dict[str, Handler] = {
        "lab.example": web.page,
        "members.example": web.page,
        "web.archive.org": web.archive,
    }
    with online(Internet(hosts), tmp_path, monkeypatch) as world:
        done = Done(world, GitHub())
        call(done, "run", "run", "enrich", "list.md")

    assert "there is no WAYBACK_KEY" in done.texts["run stderr"].decode()
    assert not [url for url in world.urls if "archive.org" in url]
