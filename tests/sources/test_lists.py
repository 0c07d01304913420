"""Where the lists are, what they are called, and their bytes."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed
from pipeline.sources.list_bytes import read
from pipeline.sources.lists import (
    File,
    GitHubFile,
    GitHubFolder,
    ListSource,
    Location,
    Remote,
    find_lists,
    locate,
    paths_in_repository,
)

API = "https://api.github.com"


@pytest.mark.parametrize(
    ("source", "location"),
    [
        ("github:o/r", GitHubFile("o", "r")),
        ("github:o/r.js@v1.2", GitHubFile("o", "r.js", "v1.2")),
        ("github:o/r:docs/a b.md", GitHubFile("o", "r", None, "docs/a b.md")),
        ("github:o/r@main:docs/a.md", GitHubFile("o", "r", "main", "docs/a.md")),
        ("https://github.com/o/r", GitHubFile("o", "r")),
        ("https://www.github.com/o/r.git/", GitHubFile("o", "r")),
        ("https://github.com/o/r/blob/main/a/b.md", GitHubFile("o", "r", "main", "a/b.md")),
        ("https://raw.githubusercontent.com/o/r/main/b.md", GitHubFile("o", "r", "main", "b.md")),
        ("https://example.org/lists/a.md", Remote("https://example.org/lists/a.md")),
    ],
)
def test_source_is_recognised(source: str, location: Location) -> None:
    """Every spelling of a remote list leads to its place."""
    assert locate(source) == [location]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("github:o", "github:owner/repo"),
        ("http://example.org/a.md", "https only"),
        ("nowhere.md", "no such file"),
        ("nowhere/*.md", "matches no file"),
    ],
)
def test_bad_source_is_a_clear_error(source: str, words: str) -> None:
    """The message names the source and the fault."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        locate(source)

    assert source in str(caught.value)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        (GitHubFile("o", "r"), f"{API}/repos/o/r/readme"),
        (GitHubFile("o", "r", "a/b"), f"{API}/repos/o/r/readme?ref=a%2Fb"),
        (GitHubFile("o", "r", "m", "d/a b.md"), f"{API}/repos/o/r/contents/d/a%20b.md?ref=m"),
    ],
)
def test_github_file_is_asked_of_the_api(location: GitHubFile, url: str) -> None:
    """Contents and README are the API's, so the token serves private lists too."""
    assert location.url(API) == url


@pytest.mark.parametrize(
    "source",
    [
        "github:o/..",
        "github:o/r:../../../../user",
        "github:o/r@main:a/./b.md",
        "https://github.com/%2e%2e/r",
        "https://github.com/o/..%2f..",
        "https://github.com/o/r%3fx",
        "https://github.com/o/r/blob/main/%2e%2e/%2e%2e/%2e%2e/%2e%2e/user",
        "https://raw.githubusercontent.com/o/r/main/..%2f..%2f..%2fuser",
    ],
)
def test_list_names_a_file_of_a_repository(source: str) -> None:
    """What climbs out of it would be another part of the API, asked with the token."""
    with pytest.raises(ConfigurationError, match="names no file"):
        locate(source)


def test_names_come_from_config_stem_folder_or_repository(tmp_path: Path) -> None:
    """A file is called by its stem, a README by its folder."""
    (tmp_path / "awesome").mkdir()
    readme = tmp_path / "awesome" / "README.md"
    other = tmp_path / "papers.md"
    readme.write_text("x")
    other.write_text("x")

    given = find_lists([str(readme), str(other), "github:o/r"], {})
    configured = find_lists([], {"mine": [str(other)], "both": [str(readme), str(other)]})

    assert [source.name for source in given] == ["awesome", "papers", "o/r"]
    assert [source.name for source in configured] == ["mine", "both/awesome", "both/papers"]


def test_glob_gives_its_files_in_order(tmp_path: Path) -> None:
    """A pattern stands for every file that it matches."""
    for name in ("b.md", "a.md", "c.txt"):
        (tmp_path / name).write_text("x")

    assert find_lists([str(tmp_path / "*.md")], {}) == [
        ListSource("a", File(tmp_path / "a.md")),
        ListSource("b", File(tmp_path / "b.md")),
    ]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("**/*.md", ["data/own.md", "w.md"]),
        ("data/**/*.md", ["data/own.md"]),
        ("*/*/*.md", None),
        ("data/exports/*.md", ["data/exports/w.md"]),
    ],
)
def test_pattern_leaves_the_results_of_runs_out(
    pattern: str, names: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for a pattern that names their folder."""
    make(tmp_path, "w.md", "data/own.md", "data/exports/w.md", "data/reports/report.md")
    make(tmp_path, "data/catalog/catalog.jsonl")
    monkeypatch.chdir(tmp_path)

    if names is None:
        with pytest.raises(ConfigurationError, match="matches no file but results of a run"):
            locate(pattern)
    else:
        assert locate(pattern) == [File(Path(name)) for name in names]


def make(folder: Path, *names: str) -> None:
    """Write a file for each name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["x/papers.md", "y/papers.md"], ["x/papers", "y/papers"]),
        (["x/papers.md", "papers.md", "./papers.md"], ["x/papers", "papers"]),
        (["x/README.md", "y/x/README.md"], ["x", "y/x"]),
        (["*/papers.md"], ["x/papers", "y/papers"]),
        (["**/b.md"], ["b"]),
        (["x/papers.md", "x/papers.markdown"], ["x/papers.md", "x/papers.markdown"]),
        (["x"], ["papers.markdown", "papers.md", "x"]),
        (["y"], ["a/b", "papers", "x"]),
        (["y", "y/papers.md"], ["a/b", "papers", "x"]),
        (["y/a", "y/papers.md"], ["b", "papers"]),
        (["github:o/r", "github:o/r:a.md", "github:o/s:a.md"], ["o/r", "o/r/a", "o/s"]),
        (["github:o/r@x:a.md", "github:o/r@y:a.md"], ["o/r@x/a.md", "o/r@y/a.md"]),
        (
            ["https://a.example/p.md", "https://b.example/p.md"],
            ["a.example/p.md", "b.example/p.md"],
        ),
        (["-"], ["stdin"]),
    ],
)
def test_names_are_unique_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], names: list[str]
) -> None:
    """A list alone has its short name; what would clash is called by its path, as in a folder."""
    make(tmp_path, "papers.md", "x/papers.md", "x/papers.markdown", "x/README.md")
    make(tmp_path, "y/papers.md", "y/a/b.md", "y/x/README.md", "y/CHANGELOG.md")
    monkeypatch.chdir(tmp_path)

    assert sorted(source.name for source in find_lists(given, {})) == sorted(names)


def test_configured_folder_is_called_by_name_and_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with one list in it: a second one must not rename the first."""
    make(tmp_path, "d/a.md", "e/a.md", "e/f/a.md", "g/a.md", "h/a.md")
    monkeypatch.chdir(tmp_path)

    configured = {"one": ["d"], "two": ["e"], "three": ["g/a.md", "h/a.md"]}
    found = find_lists([], configured)

    assert [one.name for one in found] == [
        "one/a", "two/a", "two/f/a", "three/g/a", "three/h/a",
    ]  # fmt: skip
    assert [one.found for one in found] == [True, True, True, False, False]


def test_name_of_the_last_run_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What joins a list later takes the longer name, and so it stays when the first goes."""
    make(tmp_path, "x/papers.md", "y/papers.md")
    monkeypatch.chdir(tmp_path)
    both = ["y/papers.md", "x/papers.md"]

    joined = find_lists(both, {}, {"papers": "x/papers.md"})
    alone = find_lists(both[:1], {}, {one.name: f"{one.name}.md" for one in find_lists(both, {})})

    assert [one.name for one in joined] == ["y/papers", "papers"]
    assert [one.name for one in alone] == ["y/papers"]


def test_two_lists_of_one_name_are_an_error() -> None:
    """A catalog could not tell them apart: nothing but a query makes two of them."""
    both = ["https://a.example/p.md?v=1", "https://a.example/p.md?v=2"]

    with pytest.raises(ConfigurationError, match=r"called 'a\.example/p\.md'"):
        find_lists(both, {})


def test_folder_without_a_list_is_a_clear_error(tmp_path: Path) -> None:
    """As a wrong path is."""
    make(tmp_path, "LICENSE.md", "notes.txt")

    with pytest.raises(ConfigurationError, match="no Markdown file that may be a list"):
        locate(str(tmp_path))


def test_what_a_folder_holds_beside_lists_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Once for the folder."""
    make(tmp_path, "a.md", "LICENSE.md")
    locate(str(tmp_path))

    assert caplog.messages == [f"{tmp_path}: not read as lists: LICENSE.md"]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("github:o/r:docs", "docs"),
        ("github:o/r:docs/", "docs"),
        ("github:o/r:*.md", "*.md"),
        ("github:o/r:v1.0/", "v1.0"),
        ("https://github.com/o/r/tree/main/docs", "docs"),
        ("https://github.com/o/r/tree/main", ""),
    ],
)
def test_folder_of_github_is_recognised(source: str, path: str) -> None:
    """Every spelling leads to its place, and the tree is asked for."""
    ref = "main" if "main" in source else None
    assert locate(source) == [GitHubFolder("o", "r", ref, path)]


def test_no_list_is_an_error() -> None:
    """Nothing to do is a fault of the call."""
    with pytest.raises(ConfigurationError, match="no list"):
        find_lists([], {})


@pytest.mark.anyio
async def test_remote_list_is_read_over_redirects() -> None:
    """The bytes at the end of the chain are the list."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "old.example":
            return httpx.Response(301, headers={"location": "https://new.example/a.md"})
        return httpx.Response(200, content=b"# list")

    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    client = HttpClient(transport=httpx.MockTransport(handler), clock=clock, user_agent="x")
    async with client:
        assert await read(Remote("https://old.example/a.md"), client, API) == b"# list"


@pytest.mark.anyio
async def test_remote_list_is_read_over_https_only() -> None:
    """Also where a redirect leads elsewhere: who listens on the way could write the list anew."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "http://old.example/a.md"})

    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    client = HttpClient(transport=httpx.MockTransport(handler), clock=clock, user_agent="x")
    async with client:
        assert isinstance(await read(Remote("https://old.example/a.md"), client, API), Failed)
    assert asked == ["https://old.example/a.md"]


@pytest.mark.anyio
async def test_remote_list_that_is_gone_is_a_failure_record() -> None:
    """A list that cannot be had does not end the run."""
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    transport = httpx.MockTransport(lambda _: httpx.Response(404))
    async with HttpClient(transport=transport, clock=clock, user_agent="x") as client:
        outcome = await read(GitHubFile("o", "r"), client, API)

    assert isinstance(outcome, Failed)
    assert "404" in outcome.reason


@pytest.mark.anyio
async def test_off_line_a_remote_list_is_a_failure_record() -> None:
    """Without a network door, nothing is asked."""
    assert isinstance(await read(Remote("https://x.example/a.md"), None, API), Failed)


def test_paths_from_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what belongs to the repository of this folder; anything else is left out."""
    root = tmp_path / "root"
    for folder in (".git", "docs", "inner/.git"):
        (root / folder).mkdir(parents=True)
    monkeypatch.chdir(root / "docs")
    given = ["a.md", "../b.md", str(root / "c.md"), "../inner/d.md", "../../e.md", "/etc/f.md"]

    assert paths_in_repository([*given, "a\0.md", "\ud800.md"]) == {
        "a.md": "docs/a.md",
        "../b.md": "b.md",
        str(root / "c.md"): "c.md",
    }


def test_paths_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder counts as its root."""
    monkeypatch.chdir(tmp_path)

    assert paths_in_repository(["docs/a.md", "../b.md"]) == {"docs/a.md": "docs/a.md"}


def test_fault_of_a_source_names_its_line(tmp_path: Path) -> None:
    """Among ten thousand lists a path alone would have to be searched for."""
    (tmp_path / "a.md").write_text("# A\n")
    lists = {"a": (str(tmp_path / "a.md"),), "b": ("absent.md",), "c": ("http://example.org/",)}

    with pytest.raises(ConfigurationError, match=r"^l\.tsv:7: absent\.md: no such file$"):
        find_lists([], lists, lines={"a": "l.tsv:5", "b": "l.tsv:7"})
    with pytest.raises(ConfigurationError, match=r"^absent\.md: no such file$"):
        find_lists([], lists, lines={"a": "l.tsv:5"})
