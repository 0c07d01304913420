"""`pipeline publish review` from the command line: a GitHub on loopback, the sandbox behind it."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyromark
import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError
from pipeline.network import transport
from pipeline.sandbox.transport import SandboxTransport
from tests.github_pulls import VIEWER
from tests.github_server import TOKEN, Fault, GitHub, served
from tests.test_hostile import ATTACKS, hostile_list, is_hidden

DAY = datetime(2026, 5, 4, tzinfo=UTC)
HEAD = """# Papers

## Ranking

- **Large Language Models are Zero-Shot Rankers for Recommender Systems**, ECIR 2024. [[paper]](https://arxiv.org/abs/2305.08845)
- **A First Look at LLM-Powered Generative News Recommendation**, WWW 2023. [[paper]](https://arxiv.org/abs/2305.06566)
- **Do LLMs Understand User Preferences? Evaluating LLMs On User Rating Prediction**, CIKM 2023. [[paper]](https://arxiv.org/abs/2305.06474)
- **Zero-Shot Next-Item Recommendation using Large Pretrained Language Models**, SIGIR 2023. [[paper]](https://arxiv.org/abs/2304.03153)
"""
GOOD = (
    "- **Leveraging Large Language Models in Conversational Recommender Systems**, KDD 2023."
    " [[paper]](https://arxiv.org/abs/2305.07961)\n"
)


DOWN = "https://www.down-today.org/code"
PALR = (
    "- **PALR: Personalization Aware LLMs for Recommendation**, WWW 2024."
    " [[paper]](https://arxiv.org/abs/2305.07622)\n"
)


class Routed(httpx.AsyncBaseTransport):
    """The repository is on loopback; every other service is the sandbox's."""

    def __init__(self, real: httpx.AsyncBaseTransport, sandbox: SandboxTransport) -> None:
        self.real, self.sandbox = real, sandbox
        self.tokens: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport.handle_async_request`."""
        if TOKEN in request.headers.get("authorization", ""):
            self.tokens.add(request.url.host)
        if request.url.host != "127.0.0.1":
            return await self.sandbox.handle_async_request(request)
        mine = request.url.path.startswith("/repos/octo/list") or b"viewer" in request.content
        if mine:
            return await self.real.handle_async_request(request)
        moved = request.url.copy_with(host="api.github.com", port=None)
        other = httpx.Request(
            request.method, moved, headers=request.headers, content=request.content
        )
        return await self.sandbox.handle_async_request(other)


@dataclass
class Site:
    """A repository on disk, and on a GitHub."""

    github: GitHub
    url: str
    sandbox: SandboxTransport
    routed: list[Routed]

    def run(self, pull: int, *arguments: str, write: bool = True, **environment: str) -> Result:
        """Review a pull request."""
        self.github.forget()
        given = {"GITHUB_REPOSITORY": "octo/list", "GITHUB_API_URL": self.url}
        words = [
            "publish",
            "review",
            *arguments,
            "--pull",
            str(pull),
            *(["--write"] if write else []),
        ]
        return CliRunner().invoke(app, words, env=given | environment)

    def comment(self, pull: int) -> str:
        """Return the one comment of ours."""
        (one,) = [c for c in self.github.comments.get(pull, ()) if c["user"]["login"] == VIEWER]
        return str(one["body"])

    def remarks(self, pull: int) -> list[str]:
        """Return what stands beside lines, by us."""
        found = self.github.remarks.get(pull, ())
        return [str(one["body"]) for one in found if one["user"]["login"] == VIEWER]


@contextmanager
def checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: Mapping[str, str] | None = None
) -> Iterator[tuple[GitHub, str, SandboxTransport, list[Routed]]]:
    """Work in a checkout of the base branch, with a GitHub, a token, and a clock without waits."""
    copy = tmp_path / "copy"
    (copy / ".git").mkdir(parents=True)
    (copy / "README.md").write_text(HEAD)
    monkeypatch.chdir(copy)
    for name in os.environ:
        if name.startswith(("GITHUB_", "GH_", "PIPELINE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    github = GitHub(files={"README.md": HEAD.encode(), "setup.py": b"print()\n"})
    clock = SimulatedClock(DAY)
    sandbox, routed = SandboxTransport(now=clock.now, pages=pages), list[Routed]()

    def built(*arguments: Any) -> Routed:
        routed.append(Routed(transport.build_transport(*arguments), sandbox))
        return routed[-1]

    monkeypatch.setattr("pipeline.clock.SystemClock", lambda: clock)
    monkeypatch.setattr("pipeline.wiring.SystemClock", lambda: clock)
    monkeypatch.setattr("pipeline.wiring.build_transport", built)
    monkeypatch.setenv("PIPELINE_ALLOW_PRIVATE", "127.0.0.1/32")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with served(github, tmp_path, monkeypatch) as url:
        yield github, url, sandbox, routed


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A checkout of the base branch and its GitHub."""
    with checkout(tmp_path, monkeypatch, {DOWN: "timeout"}) as parts:
        yield Site(*parts)


def with_lines(*lines: str, text: str = HEAD) -> dict[str, bytes | None]:
    """Return the list with lines at its end."""
    return {"README.md": (text + "".join(lines)).encode()}


def with_entry(title: str, url: str, more: str = "") -> dict[str, bytes | None]:
    """Return the list with one entry at its end, in the list's own style."""
    return with_lines(f"- **{title}**, WWW 2024. [[paper]]({url}){more}\n")


def suggested(remark: str) -> str | None:
    """Return what a comment suggests; None where it suggests nothing."""
    found = re.search(r"^(`{3,})suggestion\n(.*?)^\1$", remark, re.DOTALL | re.MULTILINE)
    return found[2] if found else None


# --- what is said -----------------------------------------------------------------------------


def test_a_good_entry_gets_a_plain_ok(site: Site) -> None:
    """One comment, nothing beside the lines."""
    pull = site.github.open_pull(with_lines(GOOD))

    result = site.run(pull)

    assert result.exit_code == 0
    assert "### Entries: OK (1 added or changed)" in site.comment(pull)
    assert site.github.writes == [("POST", f"/issues/{pull}/comments")]
    assert site.remarks(pull) == []


def test_requests_are_few(site: Site) -> None:
    """Eight to GitHub, and of the papers only the new ones, in one batch."""
    pull = site.github.open_pull(with_lines(GOOD, PALR))

    site.run(pull)

    assert len(site.github.asked) == 8
    (batch,) = {url for _, url in site.sandbox.asked}
    assert "id_list=2305.07961%2C2305.07622&" in batch


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": b"print('other')\n"},
        {"README.md": (HEAD + "\nThanks to all of you.\n").encode()},
        {"README.md": "".join(HEAD.splitlines(keepends=True)[:-1]).encode()},
        {"README.md": HEAD.replace("\n", "\r\n").encode()},
        {"README.md": None},
        {"docs/notes.md": GOOD.encode()},
    ],
    ids=["code", "prose", "entry removed", "line ends", "list removed", "no list"],
)
def test_silent_where_no_entry_changed(site: Site, files: dict[str, bytes | None]) -> None:
    """Nothing is written, and no source is asked about papers."""
    pull = site.github.open_pull(files)

    assert site.run(pull).exit_code == 0
    assert site.github.writes == []
    assert site.sandbox.asked == []


@pytest.mark.parametrize(
    ("title", "url", "code", "words"),
    [
        (
            "LLMs as rankers",
            "https://arxiv.org/pdf/2305.08845v2",
            "duplicate-entry",
            "Same work as in line 5, under another address.",
        ),
        (
            "Large Language Models are Zero-Shot Rankers for Recommender Systems",
            "https://openreview.net/forum?id=qJoHUIjDhb",
            "duplicate-entry",
            "Same work as in line 5",
        ),
        (
            "A Theory of Something Else Entirely",
            "https://arxiv.org/abs/2305.07961",
            "retitled",
            "The link leads to “Leveraging Large Language Models in Conversational",
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "https://arxiv.org/abs/2305.07961",
            "wrong-paper",
            "the title here is that of arxiv:2305.07622",
        ),
        (
            "Nothing of That Kind Was Ever Written",
            "https://arxiv.org/abs/2305.99999",
            "arxiv-id-missing",
            "arXiv knows no paper 2305.99999.",
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendations",
            "https://arxiv.org/abs/2305.07622",
            "retitled",
            "The official title differs",
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "https:/arxiv.org/abs/2305.07622",
            "link-malformed",
            "Not a valid URL",
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "TODO",
            "placeholder-link",
            "The link's address is a placeholder.",
        ),
    ],
)
def test_one_remark_for_each_thing(site: Site, title: str, url: str, code: str, words: str) -> None:
    """In the summing comment and beside the line, each with its code."""
    pull = site.github.open_pull(with_entry(title, url))

    site.run(pull)

    (remark,) = site.remarks(pull)
    for text in (site.comment(pull), remark):
        assert f"(`{code}`)" in text
        assert words in text
    assert site.github.remarks[pull][0]["line"] == 9


@pytest.mark.parametrize(
    ("title", "url", "put"),
    [
        ("LLMs as rankers", "https://arxiv.org/abs/2305.08845", ""),
        (
            "PALR: Personalization Aware LLMs for Recommendations",
            "https://arxiv.org/abs/2305.07622",
            PALR,
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "https:/arxiv.org/abs/2305.07622",
            PALR,
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "https://arxiv.org/abs/2305.07961",
            PALR,
        ),
        (
            "PALR: Personalization Aware LLMs for Recommendation",
            "https://arxiv.org/abs/2305.99999",
            PALR,
        ),
        ("A Theory of Something Else Entirely", "https://arxiv.org/abs/2305.07961", None),
    ],
    ids=["same work", "title", "malformed", "wrong paper", "no such id", "title or link"],
)
def test_a_suggestion_mends_the_line(site: Site, title: str, url: str, put: str | None) -> None:
    """The whole line as it should be; nothing where a person must choose."""
    pull = site.github.open_pull(with_entry(title, url))

    site.run(pull)

    assert suggested(site.remarks(pull)[0]) == put


def test_the_form_of_the_list_is_kept(site: Site) -> None:
    """What all entries around have, and how the line has it too."""
    line = "* LLM-Rec: Personalized Recommendation via Prompting Large Language Models"
    link = "[paper](https://arxiv.org/abs/2307.15780)"
    pull = site.github.open_pull(with_lines(f"{line}. {link}\n"))

    site.run(pull)

    (remark,) = site.remarks(pull)
    assert "begin with “-”, this one with “\\*”" in remark
    assert "titles as “\\*\\*…\\*\\*”, this one as “…”" in remark
    assert "The entries around it name a venue and a year. (`venue-missing`)" in remark
    title, put = line.removeprefix("* "), link.replace("]", "]]", 1)
    assert suggested(remark) == f"- **{title}**, arXiv 2023. [{put}\n"


ORDERED = "# Papers\n\n" + "".join(
    f"- [{title}](https://arxiv.org/abs/{id_})\n"
    for title, id_ in (
        ("A First Look at LLM-Powered Generative News Recommendation", "2305.06566"),
        ("Do LLMs Understand User Preferences?", "2305.06474"),
        ("Generative Job Recommendations with Large Language Model", "2307.02157"),
        ("Large Language Models are Zero-Shot Rankers for Recommender Systems", "2305.08845"),
        ("PALR: Personalization Aware LLMs for Recommendation", "2305.07622"),
        ("Privacy-Preserving Recommender Systems with Synthetic Query Generation", "2305.05973"),
        ("Sparks of Artificial General Recommender (AGR)", "2305.04518"),
        ("Zero-Shot Next-Item Recommendation using Large Models", "2304.03153"),
    )
)
NEXT = (
    "- [Leveraging Large Language Models in Conversational Recommender Systems]"
    "(https://arxiv.org/abs/2305.07961)\n"
)


def test_the_order_of_a_section_is_kept(site: Site) -> None:
    """The suggestion moves the line, as far as GitHub's difference shows the place."""
    site.github.commit("main", {"README.md": ORDERED.encode()}, "ordered")
    near = ORDERED.splitlines(keepends=True)
    near.insert(8, NEXT)
    pull = site.github.open_pull({"README.md": "".join(near).encode()})
    other = site.github.open_pull({"README.md": (ORDERED + NEXT).encode()})

    site.run(pull)
    site.run(other)

    words = "The section is in order (alphabetical): the entry belongs after line 6."
    assert words in site.comment(pull)
    assert words in site.comment(other)
    (remark,) = site.remarks(pull)
    assert suggested(remark) == NEXT + near[6] + near[7]
    assert site.github.remarks[pull][0]["start_line"] == 7
    assert site.github.remarks[pull][0]["line"] == 9
    assert suggested(site.remarks(other)[0]) is None


TABLE = """# Papers

| Title | Venue | Paper |
|---|---|---|
| A First Look at Generative News | WWW 2023 | [link](https://arxiv.org/abs/2305.06566) |
| Do LLMs Understand User Preferences? | CIKM 2023 | [link](https://arxiv.org/abs/2305.06474) |
| LLMs are Zero-Shot Rankers for Systems | ECIR 2024 | [link](https://arxiv.org/abs/2305.08845) |
| Zero-Shot Next-Item Recommendation | SIGIR 2023 | [link](https://arxiv.org/abs/2304.03153) |
"""


def test_rows_of_a_table_are_entries(site: Site) -> None:
    """Their cells are kept, and a lacking venue is written into its own."""
    site.github.commit("main", {"README.md": TABLE.encode()}, "a table")
    rows = (
        "| LLMs as rankers | ECIR 2024 | [link](https://arxiv.org/pdf/2305.08845) |\n"
        "| PALR: Personalization Aware LLMs for Recommendation | |"
        " [link](https:/arxiv.org/abs/2305.07622) |\n"
    )
    pull = site.github.open_pull({"README.md": (TABLE + rows).encode()})

    site.run(pull)

    first, second = site.remarks(pull)
    assert "Same work as in line 7" in first
    assert suggested(first) == ""
    assert "(`venue-missing`)" in second
    put = suggested(second) or ""
    assert re.sub(" +", " ", put) == (
        "| PALR: Personalization Aware LLMs for Recommendation | arXiv 2023 |"
        " [link](https://arxiv.org/abs/2305.07622) |\n"
    )


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-16"])
def test_a_list_in_another_encoding_gets_remarks_alone(site: Site, encoding: str) -> None:
    """GitHub would write a suggestion as UTF-8."""
    note = {"latin-1": "Café, déjà vu, naïve.", "gbk": "推荐系统论文列表，按时间排序。"}
    base = HEAD.replace("# Papers\n", f"# Papers\n\n{note.get(encoding, '')}\n")
    site.github.commit("main", {"README.md": base.encode(encoding)}, "another encoding")
    entry = PALR.replace("https://arxiv", "https:/arxiv")
    pull = site.github.open_pull({"README.md": (base + entry).encode(encoding)})

    site.run(pull)

    assert "(`link-malformed`)" in site.comment(pull)
    assert not any("suggestion" in one for one in site.remarks(pull))
    assert "```" not in site.comment(pull)


def test_what_is_to_go_needs_no_other_mending(site: Site) -> None:
    """Only that the list has it already, and what is wrong with its links."""
    pull = site.github.open_pull(
        with_lines("* LLMs as rankers [paper](https://arxiv.org/abs/2305.08845) [code](TODO)\n")
    )

    site.run(pull)

    codes = re.findall(r"\(`([\w-]+)`\)", site.remarks(pull)[0])
    assert codes == ["duplicate-entry", "placeholder-link"]


def test_what_could_not_be_asked_is_said(site: Site) -> None:
    """The next run looks again, and nothing counts as mended meanwhile."""
    more = ", [doi](https://doi.org/10.1145/3604915.3608857)"
    pull = site.github.open_pull(with_lines(GOOD.replace("\n", f"{more}\n")))

    site.run(pull)

    assert "Note: Left for a later run: 1 of doi" in site.comment(pull)
    assert '"done": true' not in site.comment(pull)
    assert "was reviewed already" not in site.run(pull).stdout
    assert site.github.writes == []


def test_the_same_twice_within_one_pull_request(site: Site) -> None:
    """The later one is told of the earlier one, which is well."""
    pull = site.github.open_pull(with_lines(GOOD, GOOD.replace("/abs/", "/pdf/")))

    site.run(pull)

    (remark,) = site.remarks(pull)
    assert "Same work as in line 9" in remark
    assert "remarks on 1 of 2" in site.comment(pull)


def test_what_came_to_the_base_meanwhile_is_the_same_work(site: Site) -> None:
    """Two pull requests add one paper: the second is told of the first, also when it is merged."""
    pull = site.github.open_pull(with_lines(GOOD.replace("/abs/", "/pdf/")))
    Path("README.md").write_text(HEAD + GOOD)

    site.run(pull)

    (remark,) = site.remarks(pull)
    assert "Same work as in line 9 of the base branch, which came meanwhile." in remark


def test_an_entry_that_is_changed_is_no_second_one(site: Site) -> None:
    """The base has it as it was."""
    new = HEAD.replace("SIGIR 2023", "SIGIR 2024").replace("2304.03153)", "2304.03153v1)")
    pull = site.github.open_pull({"README.md": new.encode()})

    site.run(pull)

    assert "OK (1 added or changed)" in site.comment(pull)


def test_a_first_failure_is_not_called_dead(site: Site) -> None:
    """What answers 500 today may answer tomorrow."""
    entry = f", [[code]]({DOWN})"
    pull = site.github.open_pull(with_lines(GOOD.replace("\n", f"{entry}\n")))

    site.run(pull)

    (remark,) = site.remarks(pull)
    assert "dead" not in remark
    assert "Not reached today." in remark


# --- again ------------------------------------------------------------------------------------


def test_a_second_run_on_the_same_commit_writes_nothing(site: Site) -> None:
    """It asks who we are, what the head is and what was said: no source."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    site.run(pull)
    asked = len(site.sandbox.asked)

    result = site.run(pull)

    assert "was reviewed already" in result.stdout
    assert site.github.writes == []
    assert len(site.sandbox.asked) == asked
    assert len(site.github.asked) == 4


def test_what_is_mended_is_deleted(site: Site) -> None:
    """The comment beside the line goes, and the summing one says OK."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    site.run(pull)
    site.github.push(pull, with_lines(GOOD))

    site.run(pull)

    assert site.remarks(pull) == []
    assert "### Entries: OK" in site.comment(pull)


def test_what_is_mended_and_answered_is_struck_through(site: Site) -> None:
    """A talk is nothing to delete."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    site.run(pull)
    (first,) = site.github.remarks[pull]
    site.github.remark(pull, {"body": "Thanks!", "in_reply_to_id": first["id"], "line": 9})
    site.github.push(pull, with_lines(GOOD))

    site.run(pull)

    (remark,) = site.remarks(pull)
    assert "~~Same work as in line 5" in remark
    assert remark.endswith("Mended.\n")
    assert suggested(remark) is None


def test_a_remark_that_stays_is_not_said_again(site: Site) -> None:
    """A push that changes another line adds what is new alone."""
    entry = "- **LLMs as rankers**, ECIR 2024. [[paper]](https://arxiv.org/abs/2305.08845)\n"
    pull = site.github.open_pull(with_lines(entry))
    site.run(pull)
    (first,) = site.github.remarks[pull]
    site.github.push(pull, with_lines(entry, GOOD))

    site.run(pull)

    assert site.github.remarks[pull] == [first]
    assert [method for method, _ in site.github.writes] == ["PATCH"]


def test_no_entry_any_more_takes_all_back(site: Site) -> None:
    """Silent as if nothing had been said."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    site.run(pull)
    site.github.push(pull, {"README.md": HEAD.encode()})

    site.run(pull)

    assert site.github.comments[pull] == []
    assert site.github.remarks[pull] == []


def test_nothing_is_sent_without_write(site: Site) -> None:
    """It prints every call and the first lines of what it holds."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))

    result = site.run(pull, write=False)

    assert site.github.writes == []
    assert f"POST /repos/octo/list/pulls/{pull}/reviews" in result.stdout
    assert "Same work as in line 5" in result.stdout


def test_without_a_token_it_can_be_tried(site: Site) -> None:
    """Reading a public pull request takes none; no comment counts as ours then."""
    pull = site.github.open_pull(with_lines(GOOD))

    result = site.run(pull, write=False, GITHUB_TOKEN="")

    assert result.exit_code == 0
    assert "Entries: OK" in result.stdout
    assert all(asked.path != "/graphql" for asked in site.github.asked)


def test_closed_pull_request_is_left_alone(site: Site) -> None:
    """Nobody reads it any more."""
    pull = site.github.open_pull(with_lines(GOOD), state="closed")

    assert "it is closed" in site.run(pull).stdout
    assert site.github.writes == []


def test_the_event_says_which_pull_request(site: Site, tmp_path: Path) -> None:
    """As GitHub writes it beside the job."""
    pull = site.github.open_pull(with_lines(GOOD))
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"action": "opened", "pull_request": {"number": pull}}))
    given = {"GITHUB_REPOSITORY": "octo/list", "GITHUB_API_URL": site.url}

    words = ["publish", "review", "--write"]
    result = CliRunner().invoke(app, words, env={**given, "GITHUB_EVENT_PATH": str(event)})

    assert result.exit_code == 0
    assert "### Entries: OK" in site.comment(pull)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pull_request": {"number": "1"}}', "[" * 9_999])
def test_an_event_of_no_pull_request_is_refused(site: Site, tmp_path: Path, text: str) -> None:
    """In one sentence."""
    event = tmp_path / "event.json"
    event.write_text(text)

    words = ["publish", "review", "--event", str(event), "--repository", "octo/list"]
    result = CliRunner().invoke(app, words)

    assert isinstance(result.exception, ConfigurationError)
    assert "event" in str(result.exception)


# --- a job that reads, and a job that writes ---------------------------------------------------


def test_one_job_finds_and_another_says(site: Site, tmp_path: Path) -> None:
    """The first sends nothing that writes; the second asks GitHub's API alone."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    kept = tmp_path / "found.json"

    assert site.run(pull, "--save", str(kept), write=False).exit_code == 0
    assert site.github.writes == []
    asked = len(site.sandbox.asked)

    assert site.run(pull, "--load", str(kept)).exit_code == 0
    assert len(site.sandbox.asked) == asked
    assert "Same work as in line 5" in site.remarks(pull)[0]
    assert "remarks on 1 of 1" in site.comment(pull)

    assert site.run(pull, "--load", str(kept)).exit_code == 0
    assert site.github.writes == []


def test_what_was_found_of_another_commit_is_not_said(site: Site, tmp_path: Path) -> None:
    """The run of the newer one says what holds now."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    kept = tmp_path / "found.json"
    site.run(pull, "--save", str(kept), write=False)
    site.github.push(pull, with_lines(GOOD))

    result = site.run(pull, "--load", str(kept))

    assert "another commit meanwhile" in result.stdout
    assert site.github.writes == []


def test_what_another_job_hands_over_is_not_trusted(site: Site, tmp_path: Path) -> None:
    """It has read a stranger's text: codes, paths and lines are inert whatever they hold."""
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))
    kept = tmp_path / "found.json"
    site.run(pull, "--save", str(kept), write=False)
    found = json.loads(kept.read_text())
    (entry,) = found["reviewed"]["entries"]
    entry["path"] = "`<img src=x>` @all.md"
    entry["remarks"][0] |= {"code": "x`) <script> @all", "message": "<b>@all</b>"}
    entry["mend"] |= {"lines": ["````", "\x1b[31m"]}
    kept.write_text(json.dumps(found))

    site.run(pull, "--load", str(kept))

    comment = site.comment(pull).split("\n", 2)[2]
    assert not re.search(r"<(?:img|script|b)\b|@all", comment)
    assert "\x1b" not in comment


@pytest.mark.parametrize("text", ["", "{}", '{"number": 1, "commit": "x", "more": 1}'])
def test_a_file_of_something_else_is_refused(site: Site, tmp_path: Path, text: str) -> None:
    """In one sentence."""
    kept = tmp_path / "found.json"
    kept.write_text(text)

    result = site.run(1, "--load", str(kept))

    assert isinstance(result.exception, ConfigurationError)


def test_findings_of_another_pull_request_are_refused(site: Site, tmp_path: Path) -> None:
    """The event says which one it is."""
    pull = site.github.open_pull(with_lines(GOOD))
    kept = tmp_path / "found.json"
    site.run(pull, "--save", str(kept), write=False)

    result = site.run(pull + 1, "--load", str(kept))

    assert f"is about pull request {pull}, not {pull + 1}" in str(result.exception)


def test_save_does_not_go_with_write(site: Site) -> None:
    """One of the two is a mistake."""
    assert isinstance(site.run(1, "--save", "found.json").exception, ConfigurationError)


# --- files ------------------------------------------------------------------------------------


def test_renamed_list_keeps_its_name_and_old_entries(site: Site) -> None:
    """Only the added line is an entry that is new."""
    new = {"README.md": None, "papers.md": (HEAD + GOOD).encode()}
    pull = site.github.open_pull(new)

    site.run(pull)

    assert "OK (1 added or changed)" in site.comment(pull)


def test_a_new_list_in_a_folder_of_lists_is_one(site: Site) -> None:
    """By the pattern of the base's settings; a file beside it is none."""
    Path("lists").mkdir()
    Path("lists/one.md").write_text(HEAD)
    Path("pipeline.toml").write_text('[lists]\nall = "lists/*.md"\n')
    files = {"lists/two.md": ("# Two\n\n" + GOOD).encode(), "other/three.md": GOOD.encode()}
    pull = site.github.open_pull({**files})

    site.run(pull)

    assert "OK (1 added or changed)" in site.comment(pull)


def test_a_binary_list_and_a_submodule_are_said_to_be_none(site: Site) -> None:
    """One note, no crash."""
    pull = site.github.open_pull({"README.md": b"\x89PNG\r\n\x1a\n\x00\x00" * 9})

    site.run(pull)
    assert "README.md was not looked at: it is no text." in site.comment(pull)

    base, _ = site.github.heads[pull]
    tree = dict(site.github.trees[site.github.commits[base]["tree"]["sha"]])
    tree["README.md"] = "160000", "f" * 40
    site.github.heads[pull] = base, site.github._commit(site.github._tree(tree), "x", [base])
    site.run(pull)
    assert "README.md was not looked at: it is no file." in site.comment(pull)


def test_files_beyond_the_limit_of_a_diff_are_compared(site: Site) -> None:
    """GitHub gives no hunk then, so that remarks and replacements stand in the comment."""
    site.github.most_patch_lines = 0
    entry = "- **LLMs as rankers**, ECIR 2024. [[paper]](https:/arxiv.org/abs/2305.07622)\n"
    pull = site.github.open_pull(with_lines(entry))

    site.run(pull)

    assert site.remarks(pull) == []
    assert "remarks on 1 of 1" in site.comment(pull)
    assert "(https://arxiv.org/abs/2305.07622)\n  ```" in site.comment(pull)


def test_comments_on_lines_that_are_refused_go_into_the_comment(site: Site) -> None:
    """GitHub's difference may end elsewhere than its hunks say."""
    site.github.faults = [Fault("POST", "/reviews$", 422, "line must be part of the diff")]
    pull = site.github.open_pull(
        with_entry("PALR: Personalization Aware", "https:/arxiv.org/abs/2305.07622")
    )

    result = site.run(pull)

    assert result.exit_code == 0
    assert site.remarks(pull) == []
    assert "(https://arxiv.org/abs/2305.07622)\n  ```" in site.comment(pull)


def test_a_lost_answer_says_nothing_twice(site: Site) -> None:
    """The review and the comment are there, and only their answers got lost."""
    for path in ("/reviews$", "/comments$"):
        site.github.faults.append(Fault("POST", path, 502, after=True))
    pull = site.github.open_pull(with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845"))

    site.run(pull)

    assert len(site.remarks(pull)) == 1
    assert "remarks on 1 of 1" in site.comment(pull)


def test_a_thousand_entries_are_bounded_and_it_says_so(site: Site) -> None:
    """So are the requests."""
    entries = [
        f"- **A Paper of the Number {n} on Something**, WWW 2024."
        f" [[paper]](https://arxiv.org/abs/23{1 + n % 12:02}.{n:05})\n"
        for n in range(1_000)
    ]
    pull = site.github.open_pull(with_lines(*entries))

    site.run(pull)

    comment = site.comment(pull)
    assert "1,000 entries are added or changed: the first 100 were checked." in comment
    assert len(comment) < 65_536
    assert len(site.remarks(pull)) <= 30
    assert len(site.github.asked) <= 12
    assert len(site.sandbox.asked) < 250


def test_ten_thousand_files_are_bounded(site: Site) -> None:
    """GitHub lists 3,000; that is thirty pages, and no list is among them."""
    files = {f"A{n:05}.txt": b"x" for n in range(10_000)}
    pull = site.github.open_pull({**files, **with_lines(GOOD)})

    result = site.run(pull)

    assert "GitHub lists 3,000 of 10,001 changed files" in result.stdout
    assert site.github.writes == []
    assert len(site.github.asked) <= 36


# --- hostile ----------------------------------------------------------------------------------

ATTACKED = [(n, re.sub("[\x00\r\n]", " ", one)) for n, one in enumerate(ATTACKS.values())]
EVIL = {
    "mention": "@octo-org and @everyone look at this great paper",
    "reference": "Fixes #1 and GH-2 of a list of many papers",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> of a paper",
    "comment": "<!-- pipeline:review --> <!-- pipeline:state {} --> of a paper",
    "link": "![x](https://evil.example/p.png) [click](javascript:alert(1)) of a paper",
    "terminal": "A paper \x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07 of colours",
    "command": "::set-output name=x::y ##[error] of a paper with words",
    "direction": "A paper \u202egnp.exe of the other direction of words",
}


@pytest.mark.parametrize("title", EVIL.values(), ids=EVIL.keys())
def test_hostile_titles_are_inert(site: Site, title: str) -> None:
    """In the comment nothing of them works, and no control character is repeated."""
    url = "https:/arxiv.org/abs/2305.07622"
    pull = site.github.open_pull(with_lines(f"- {title}, WWW 2024. [[paper]]({url})\n"))

    result = site.run(pull)

    assert result.exit_code == 0
    comment = "".join(c["body"].split("\n", 2)[2] for c in site.github.comments.get(pull, ()))
    assert "<script" not in comment
    assert "<img" not in comment
    assert "<!--" not in comment
    assert not re.search(r"(?<![\w`])@\w", comment)
    assert not re.search(r"(?<![\\&])#\d", re.sub(r"\(<[^>]*>\)", "", comment))
    assert "](javascript:" not in comment
    for text in (comment, *site.remarks(pull), result.stdout):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"^\s*::|##\[", result.stdout, re.MULTILINE)


def test_a_list_of_attacks_leaves_nothing_that_works(site: Site) -> None:
    """All that the other outputs are tried with, in a comment as GitHub shows it."""
    text = "".join(f"- {one} of words [x](https:/a.example/{n})\n" for n, one in ATTACKED)
    lines = hostile_list().replace("\r", "").splitlines(keepends=True)
    text += "".join(line for line in lines if len(line) < 5_000)  # long ones take their time
    pull = site.github.open_pull({"README.md": (HEAD + text).encode("utf-8", "surrogatepass")})

    result = site.run(pull)

    assert result.exit_code == 0
    said = [site.comment(pull), *site.remarks(pull)]
    assert len(said) > 5
    for one in said:
        own, plain_text = one.split("\n", 1)[0], re.sub(r"<!-- pipeline:\w+ ?.*? -->", "", one)
        html = pyromark.html(plain_text)
        tags = {tag.lower() for tag in re.findall(r"<\s*/?([A-Za-z!][^\s>/]*)", html)}
        assert own.startswith("<!-- pipeline:re")
        assert tags <= {"a", "code", "h3", "li", "p", "pre", "strong", "sub", "ul"}
        assert "<!--" not in plain_text
        for target in map(unescape, re.findall(r'href="([^"]*)"', html)):
            assert re.match(r"https?://[a-z0-9._%:\[\]-]+(/|$)", target)
            assert "@" not in urlsplit(target).netloc
        fenced = re.sub(r"^(`{3,})\w+\n.*?^\1$", "", plain_text, flags=re.DOTALL | re.MULTILINE)
        outside = re.sub(r"\]\(<[^>]*>\)|`[^`\n]*`", "", fenced)
        assert not re.search(r"@octocat|#77|GH-77|(?<![/\w])www\.|!\[ping|\]\(java", outside)
        assert not [char for char in outside if is_hidden(char)]
    assert not [char for char in result.stdout if is_hidden(char)]
    assert not re.search(r"^\s*::|##\[", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("run", ["```", "````", "~~~", "`````` x", "``` suggestion"])
def test_backticks_end_no_fence(site: Site, run: str) -> None:
    """Whatever a line has: the fence is longer, and the line stands within it."""
    title = f"PALR: Personalization {run} Aware LLMs for Recommendation"
    pull = site.github.open_pull(with_entry(title, "https:/arxiv.org/abs/2305.07622"))

    site.run(pull)

    for remark in site.remarks(pull):
        put = suggested(remark)
        assert put is None or put.count("\n") == 1
        fences = re.findall(r"^(?:`{3,}|~{3,})", remark, re.MULTILINE)
        assert len(fences) in (0, 2)


def test_huge_line_is_not_repeated(site: Site) -> None:
    """A remark on it is short."""
    title = "PALR Personalization Aware LLMs " + "for Recommendation " * 5_000
    pull = site.github.open_pull(with_entry(title, "https:/arxiv.org/abs/2305.07622"))

    site.run(pull)

    assert all(len(one) < 5_000 for one in (site.comment(pull), *site.remarks(pull)))


def test_strangers_cannot_put_up_our_comment(site: Site) -> None:
    """A copy of the marks by somebody else is neither read, changed nor deleted."""
    pull = site.github.open_pull(with_lines(GOOD))
    site.run(pull)
    mine = site.github.comments[pull][0]
    copy = site.github.say(pull, mine["body"], login="mallory")
    site.github.comments[pull].remove(mine)

    site.run(pull)

    assert copy in site.github.comments[pull]
    assert "### Entries: OK" in site.comment(pull)


def test_settings_of_the_pull_request_do_not_count(site: Site) -> None:
    """Nor its ignore file: both are the base's."""
    files = with_entry("LLMs as rankers", "https://arxiv.org/abs/2305.08845")
    files["pipeline.toml"] = b'github_url = "https://evil.example"\n[lists]\nx = "none.md"\n'
    files["pipeline-ignore.toml"] = b'[[ignore]]\npattern = "*"\nreason = "mine"\n'
    pull = site.github.open_pull(files)

    site.run(pull)

    assert "remarks on 1 of 1" in site.comment(pull)


@pytest.mark.parametrize(
    "comment", ["<!-- pipeline:ignore -->", "<!-- pipeline:ignore link-malformed -->"]
)
def test_a_comment_of_the_pull_request_silences_nothing(site: Site, comment: str) -> None:
    """What is left alone in a list is its keeper's decision."""
    entry = f"- **LLMs as rankers**. [[paper]](https:/arxiv.org/abs/2305.08845) {comment}\n"
    pull = site.github.open_pull(with_lines(entry))

    site.run(pull)

    assert "`link-malformed`" in site.comment(pull)
    assert "`duplicate-entry`" in site.comment(pull)


def test_token_goes_to_its_own_api_alone(site: Site) -> None:
    """No host of a list has it, and no output."""
    more = ", [[code]](https://evil.example/code), [[x]](https://api.github.com.evil.example/)"
    pull = site.github.open_pull(with_lines(GOOD.replace("\n", f"{more}\n")))

    result = site.run(pull)

    hosts = {host for routed in site.routed for host in routed.tokens}
    assert hosts <= {"127.0.0.1"}
    assert TOKEN not in result.output
    assert TOKEN not in site.comment(pull)


def test_private_addresses_are_not_asked(site: Site) -> None:
    """A pull request is no way into the network of the runner."""
    more = ", [[code]](http://169.254.169.254/latest/meta-data/)"
    pull = site.github.open_pull(with_lines(GOOD.replace("\n", f"{more}\n")))

    site.run(pull)

    assert not any("169.254" in url for _, url in site.sandbox.asked)
