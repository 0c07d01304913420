"""Which comments are ours, who we are, and pull requests as data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.publishing.reviews import REVIEW
from pipeline.records.github import ChangedFile
from pipeline.sources.github.api import GitHubError, InvalidError
from pipeline.sources.github.comments import Comments, is_ours
from pipeline.sources.github.reviews import NEEDS, Reviews
from tests.github_pulls import VIEWER
from tests.github_server import Fault, GitHub, served
from tests.publishing.test_carry_out import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A GitHub that is served, and the program before it."""
    github = GitHub(files={"README.md": b"# List\n- old\n", "docs/other.md": b"other\n"})
    with served(github, tmp_path, monkeypatch) as url:
        yield Bench(github, url)


@pytest.mark.parametrize(
    ("login", "kind", "viewer", "ours"),
    [
        ("github-actions[bot]", "Bot", "github-actions[bot]", True),
        ("github-actions[bot]", "Bot", "github-actions", True),
        ("github-actions", "User", "github-actions[bot]", False),
        ("alice", "User", "alice", True),
        ("alice[bot]", "User", "alice", False),
        ("Alice", "User", "alice", False),
        ("alice", "User", "", False),
        ("", "User", "", False),
    ],
)
def test_a_comment_is_ours_by_its_author(login: str, kind: str, viewer: str, *, ours: bool) -> None:
    """Names are compared as they are; an app is told from an account of its name."""
    item = {"user": {"login": login, "type": kind}, "body": REVIEW}
    assert is_ours(item, REVIEW, viewer) is ours


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (f"{REVIEW}\ntext", True),
        (f"\r\n{REVIEW}\r\ntext", True),
        (f"You wrote:\n{REVIEW}\n", False),
        (f"> {REVIEW}", False),
        (f"```\n{REVIEW}\n```", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_a_comment_of_ours_opens_with_the_marker(body: Any, *, ours: bool) -> None:
    """Another workflow of the same name may repeat what somebody wrote, with a marker in it."""
    item = {"user": {"login": VIEWER, "type": "Bot"}, "body": body}
    assert is_ours(item, REVIEW, VIEWER) is ours


@pytest.mark.parametrize("item", [{}, {"user": None}, {"user": {}}, {"user": "alice"}])
def test_a_comment_of_a_deleted_account_is_nobodys(item: dict[str, Any]) -> None:
    """GitHub leaves the author out."""
    assert not is_ours(item | {"body": REVIEW}, REVIEW, "alice")


async def test_the_token_says_who_we_are(bench: Bench) -> None:
    """By GraphQL; what is no answer ends in one sentence."""
    async with bench.api() as api:
        assert await api.viewer() == VIEWER
    bench.github.faults = [Fault("POST", "^/graphql$", 403, "Resource not accessible")]
    async with bench.api() as api:
        with pytest.raises(GitHubError, match="ask who the token belongs to"):
            await api.viewer()


async def test_ours_have_the_marker_and_our_name(bench: Bench) -> None:
    """Page by page; the oldest first."""
    pull = bench.github.open_pull({"README.md": b"x\n"})
    for number in range(150):
        bench.github.say(pull, f"{REVIEW} {number}", login="mallory")
    first = bench.github.say(pull, f"{REVIEW} ours", login=VIEWER)
    bench.github.say(pull, "no marker", login=VIEWER)

    async with bench.api() as api:
        comments = Comments(api, needs=NEEDS, viewer=VIEWER)
        (found,) = await comments.ours(pull, REVIEW)
        assert (found.id, found.body) == (first["id"], f"{REVIEW} ours")
        await comments.update(found.id, "changed")
        assert first["body"] == "changed"
        await comments.delete(found.id)
        await comments.delete(found.id)  # it is gone already
    assert first not in bench.github.comments[pull]


async def test_files_of_a_pull_request(bench: Bench) -> None:
    """With hunks and names; contents by hash, also of a fork that is gone."""
    pull = bench.github.open_pull({"README.md": b"# List\n- old\n- new\n", "docs/other.md": None})

    async with bench.api() as api:
        reviews = Reviews(api, VIEWER)
        head = await reviews.head(pull)
        readme, gone = await reviews.files(pull)
        assert await reviews.content(readme.sha) == b"# List\n- old\n- new\n"
        assert await reviews.content("f" * 40) is None
        assert await reviews.before(head, "README.md") == b"# List\n- old\n"
        assert await reviews.before(head, "none.md") is None
    assert (readme.path, readme.status, readme.additions) == ("README.md", "modified", 1)
    assert (readme.patch or "").startswith("@@ -1,3 +1,4 @@")
    assert (gone.path, gone.status) == ("docs/other.md", "removed")
    assert head.files == 2


async def test_a_line_that_is_not_shown_is_refused(bench: Bench) -> None:
    """As its own kind of error, so that the remarks can be said otherwise."""
    pull = bench.github.open_pull({"README.md": b"# List\n- new\n"})
    comment = {"path": "README.md", "line": 99, "side": "RIGHT", "body": "x"}

    async with bench.api() as api:
        reviews = Reviews(api, VIEWER)
        head = await reviews.head(pull)
        with pytest.raises(InvalidError):
            await reviews.review(head, {"body": "x", "comments": [comment]}, "mark")


async def test_an_answer_without_names_makes_no_sense(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is no GitHub, or a broken one."""
    pull = bench.github.open_pull({"README.md": b"x\n"})
    monkeypatch.setattr(bench.github, "_get_files", lambda *_: (200, [{"sha": "x"}]))

    async with bench.api() as api:
        with pytest.raises(GitHubError, match="makes no sense"):
            await Reviews(api, VIEWER).files(pull)


async def test_fields_that_github_leaves_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submodule has no content, a binary file no hunks."""
    pull = bench.github.open_pull({"README.md": b"x\n"})
    monkeypatch.setattr(
        bench.github,
        "_get_files",
        lambda *_: (200, [{"filename": "a", "sha": None, "patch": None}]),
    )

    async with bench.api() as api:
        assert await Reviews(api, VIEWER).files(pull) == [ChangedFile("a", "", "")]


ODD: tuple[Any, ...] = (None, [], {}, "x", "7", 7.5, True, [None])


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["number", "head", "base", "changed_files"])
async def test_a_pull_request_with_odd_fields_is_one_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, odd: Any
) -> None:
    """Something in between answers in GitHub's place; a number may be left out."""
    sides = {"head": {"sha": "a" * 40}, "base": {"sha": "b" * 40}}
    pull = {"number": 1, "state": "open", "changed_files": 1} | sides | {name: odd}
    monkeypatch.setattr(bench.github, "_get_pull", lambda *_: (200, pull))

    async with bench.api() as api:
        if name == "changed_files" and odd is None:
            assert (await Reviews(api, VIEWER).head(1)).files == 0
            return
        with pytest.raises(GitHubError, match="makes no sense"):
            await Reviews(api, VIEWER).head(1)


@pytest.mark.parametrize("odd", ODD)
async def test_a_comment_without_a_number_is_one_sentence(bench: Bench, odd: Any) -> None:
    """It could be neither changed nor deleted."""
    pull = bench.github.open_pull({"README.md": b"x\n"})
    bench.github.say(pull, f"{REVIEW} ours", login=VIEWER)["id"] = odd

    async with bench.api() as api:
        with pytest.raises(GitHubError, match="makes no sense"):
            await Comments(api, needs=NEEDS, viewer=VIEWER).ours(pull, REVIEW)
