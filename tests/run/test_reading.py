"""How the lists of a run are read: folders, faults of single lists, standard input."""

import asyncio
import io
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from pipeline.enrich import Result, enrich
from pipeline.errors import ConfigurationError, PipelineError
from pipeline.formats.files import CATALOG
from pipeline.progress import Silent
from pipeline.sandbox import transport
from pipeline.sandbox.repository_files import Snapshot
from pipeline.sandbox.transport import SandboxTransport
from pipeline.settings.loading import load

LIST = """# Papers

- [Large Language Models as Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)
- [Recommendation as Language Processing](https://arxiv.org/abs/2203.13366)
"""
OTHER = LIST.replace("Papers", "More")
PROSE = "# How to help\n\nSee [the site](https://a.example/).\n"


def run(*lists: str, until: str = "parse", config: Path | None = None) -> Result:
    """Do a run in the sandbox, with the current folder's files for its results."""
    flags = {"sandbox": True, "out": Path("out"), "cache_dir": Path("cache")}
    return enrich(load(flags, config), lists, until=until, progress=Silent())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: lists in two folders of one name, and what is no list."""
    for name, text in {
        "lists/papers.md": LIST,
        "lists/old/papers.md": OTHER,
        "lists/notes.md": PROSE,
        "lists/CHANGELOG.md": LIST,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(result: Result) -> dict[str, int]:
    """Return the lists of a run with the number of their entries; a stale one's is negative."""
    return {one.name: -one.entries - 1 if one.stale else one.entries for one in result.report.lists}


def test_folder_gives_its_lists() -> None:
    """What has no entry is none, and it is said."""
    result = run("lists")

    assert read(result) == {"old/papers": 2, "papers": 2}
    assert result.report.warnings == ("not read as lists, because they have no entry: notes",)
    assert result.report.exit_code == 0


def test_list_of_a_folder_that_has_lost_its_entries_stays_a_list() -> None:
    """It was one in the last run, so somebody should look at it."""
    run("lists", until="enrich")
    Path("lists/papers.md").write_text(PROSE, encoding="utf-8")
    result = run("lists", until="enrich")

    assert read(result) == {"old/papers": 2, "papers": 0}
    assert [(one.code, one.list) for one in result.report.problems] == [("no-entries", "papers")]


def test_name_of_a_list_stays_when_another_joins() -> None:
    """So that nothing that is known of it is lost."""
    run("lists/old/papers.md", until="enrich")
    result = run("lists/papers.md", "lists/old/papers.md", until="enrich")

    assert read(result) == {"lists/papers": 2, "papers": 2}
    assert '"list":"papers"' in Path("out", CATALOG).read_text("utf-8")


def test_folder_without_an_entry_is_a_fault_of_the_call() -> None:
    """One sentence, exit code 2."""
    Path("empty").mkdir()
    Path("empty/a.md").write_text(PROSE, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="none of the files has an entry"):
        run("empty")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"%PDF-1.7\n", bytes(range(256)) * 9])
def test_list_that_is_no_text_costs_no_other(data: bytes) -> None:
    """It is said once, and the result is incomplete; alone it is a fault of the call."""
    Path("bad.md").write_bytes(data)
    result = run("lists/papers.md", "bad.md")

    assert read(result) == {"papers": 2, "bad": -1}
    (warning,) = [one for one in result.report.warnings if "bad" in one]
    assert warning == "list bad: not read (bad.md: bad is a binary file, not a Markdown list.)"
    with pytest.raises(ConfigurationError, match=r"bad\.md: bad is a binary file"):
        run("bad.md")


def test_large_file_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 40 MB is no list."""
    with Path("large.md").open("wb") as file:
        file.truncate(40_000_000)
    result = run("large.md", "lists/papers.md")

    assert read(result) == {"large": -1, "papers": 2}
    (warning,) = [one for one in result.report.warnings if "large" in one]
    assert "larger than 33,554,432 bytes" in warning


def test_standard_input_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run parse -` prints its entries; a catalog cannot be kept of it."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LIST.encode())))
    result = run("-")

    assert read(result) == {"stdin": 2}
    assert [line.count('"list":"stdin"') for line in result.lines] == [1, 1]
    with pytest.raises(ConfigurationError, match="pipeline lint -"):
        run("-", until="enrich")


def serve(monkeypatch: pytest.MonkeyPatch, answers: dict[str, httpx.Response]) -> None:
    """Let the sandbox's GitHub answer to some paths otherwise."""

    class Serving(SandboxTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = answers.get(request.url.path)
            return answer or await super().handle_async_request(request)

    monkeypatch.setattr(transport, "SandboxTransport", Serving)


def test_folder_on_github_is_read_file_by_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """When GitHub cannot be asked any more, its lists stay as they are known."""
    paths = ("d/a.md", "d/b/c.md", "d/LICENSE.md", "e.md")
    tree = {"tree": [{"path": path, "type": "blob"} for path in paths]}
    answers = {
        "/repos/o/r/git/trees/HEAD": httpx.Response(200, json=tree),
        "/repos/o/r/contents/d/a.md": httpx.Response(200, text=LIST),
        "/repos/o/r/contents/d/b/c.md": httpx.Response(200, text=OTHER),
    }
    serve(monkeypatch, answers)
    first = run("github:o/r:d", "lists/papers.md", until="enrich")
    serve(monkeypatch, {})
    second = run("github:o/r:d", "lists/papers.md", until="enrich")

    assert read(first) == {"o/r/d/a": 2, "o/r/d/b/c": 2, "papers": 2}
    assert first.report.warnings[0] == "o/r:d: not read as lists: d/LICENSE.md".replace("d/L", "L")
    assert read(second) == {"o/r/d/a": -3, "o/r/d/b/c": -3, "papers": 2}
    with pytest.raises(PipelineError, match="no list could be read"):
        run("github:o/other:d")


def test_list_that_was_read_badly_is_told_everywhere() -> None:
    """On the terminal, in `run.json`, and as a finding of the report, which only its list tells."""
    prose = "".join(
        f"\nIt rests on [this](https://arxiv.org/abs/2305.0{n:04}), as others do.\n"
        for n in range(1, 4)
    )
    Path("news.md").write_text(f"{LIST}\n## News\n{prose}", encoding="utf-8")
    result = run("news.md", until="enrich")

    words = "3 of 5 links to papers (60%) are in no entry (lines 8, 10, 12)."
    assert result.link_report is not None
    (found,) = [one for one in result.link_report.diagnostics if one.code == "badly-read"]
    assert (found.message, found.locations[0].line) == (f"This list was read badly: {words}", 8)
    assert f"news:8: This list was read badly: {words}" in result.report.warnings
    assert "This list was read badly" in Path("out/reports/report.md").read_text("utf-8")


# --- from afar --------------------------------------------------------------------------------


class Hosts:
    """Hosts of lists: what was asked when, and how many requests were under way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: dict[str, list[datetime]] = {}
        self.under_way: Counter[str] = Counter()
        self.most_at_one = self.most = 0
        hosts = self

        class Serving(SandboxTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if not request.url.host.endswith(".example"):
                    return await super().handle_async_request(request)
                return await hosts.answer(request, self._now())

        monkeypatch.setattr(transport, "SandboxTransport", Serving)

    async def answer(self, request: httpx.Request, now: datetime) -> httpx.Response:
        """Give a list after a while."""
        host = request.url.host
        self.asked.setdefault(host, []).append(now)
        self.under_way[host] += 1
        self.most_at_one = max(self.most_at_one, self.under_way[host])
        self.most = max(self.most, self.under_way.total())
        for _ in range(200):
            await asyncio.sleep(0)
        self.under_way[host] -= 1
        return httpx.Response(200, text=LIST)


def test_lists_from_afar_are_read_several_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order all the same; at no host more than two, nor faster than its pace allows."""
    hosts = Hosts(monkeypatch)
    lists = [f"https://h{n % 5}.example/r{n:02}.md" for n in range(40)]
    result = run(*lists)

    assert list(read(result)) == [f"r{n:02}" for n in range(40)]
    assert set(read(result).values()) == {2}
    assert hosts.most_at_one == 2
    assert 5 < hosts.most <= 16
    for times in hosts.asked.values():
        assert len(times) == 8
        assert min(after - before for before, after in pairwise(times)) >= timedelta(seconds=0.05)


def test_pace_that_a_person_sets_holds_for_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for links of that host."""
    hosts = Hosts(monkeypatch)
    Path("own.toml").write_text("[host_intervals]\n'h0.example' = '5s'\n", encoding="utf-8")
    run(*(f"https://h0.example/r{n}.md" for n in range(4)), config=Path("own.toml"))

    (times,) = hosts.asked.values()
    assert min(after - before for before, after in pairwise(times)) >= timedelta(seconds=5)


def test_no_list_is_asked_for_when_the_limit_of_github_is_used_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One refusal speaks for all: 5,000 requests an hour are fewer than some have lists."""
    asked: list[str] = []

    class Serving(SandboxTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000"}
            headers["x-ratelimit-reset"] = str(int(self._now().timestamp()) + 3_000)
            return httpx.Response(403, headers=headers, json={"message": "API rate limit exceeded"})

    monkeypatch.setattr(transport, "SandboxTransport", Serving)
    result = run("lists/papers.md", *(f"github:o/r{n}:list.md" for n in range(30)))

    assert len(asked) == 1
    assert list(read(result).values()) == [2, *[-1] * 30]
    assert any("GitHub's rate limit is used up" in one for one in result.report.warnings)


def of_repositories(monkeypatch: pytest.MonkeyPatch, **files: dict[str, bytes]) -> list[str]:
    """Let the sandbox's repositories hold files; return what is asked of GitHub."""
    asked: list[str] = []
    held = {f"hkuds/{name.lower()}": Snapshot(of_one) for name, of_one in files.items()}

    class Serving(SandboxTransport):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, files=held, **more)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "api.github.com":
                asked.append(request.url.path)
            return await super().handle_async_request(request)

    monkeypatch.setattr(transport, "SandboxTransport", Serving)
    return asked


def test_many_lists_of_github_are_read_in_few_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same results as one by one, and one query where nothing has changed."""
    linking = LIST.replace("\n\n", "\n\n- [A Title of a Paper](a.pdf) [x](gone.md)\n", 1).encode()
    files: dict[str, dict[str, bytes]] = {
        "GraphGPT": {"README.md": LIST.encode()},
        "LLMRec": {"README.md": linking, "a.pdf": b"%PDF"},
        "RLMRec": {"docs/list.md": OTHER.encode()},
    }
    lists = ["github:HKUDS/GraphGPT", "github:HKUDS/LLMRec", "github:HKUDS/RLMRec:docs/list.md"]
    asked = of_repositories(monkeypatch, **files)
    results = []
    for fewest in (3, 3, 4):
        monkeypatch.setattr("pipeline.sources.github.many_lists.FEWEST", fewest)
        result = run(*lists)
        results.append((read(result), list(result.lines), result.report.lists, tuple(asked)))
        asked.clear()

    first, again, one_by_one = results
    assert first[:3] == again[:3] == one_by_one[:3]
    assert list(first[0].values()) == [2, 3, 2]
    (tree,) = [path for path in first[3] if path != "/graphql"]
    assert first[3] == ("/graphql", "/graphql", tree)
    assert again[3] == ("/graphql",)
    assert len(one_by_one[3]) == 5
