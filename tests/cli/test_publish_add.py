"""`pipeline publish add` from the command line: a GitHub on loopback, the sandbox behind it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ConfigurationError
from pipeline.sandbox.transport import SandboxTransport
from tests.cli.test_publish_review import HEAD, Routed, checkout
from tests.github_pulls import VIEWER
from tests.github_server import GitHub
from tests.publishing.test_additions import filled

DAY = datetime(2026, 5, 4, tzinfo=UTC)
NEW = "2305.07961"
TITLE = "Leveraging Large Language Models in Conversational Recommender Systems"
BRANCH = "pipeline/add-{}"


@dataclass
class Site:
    """A checkout, and its GitHub."""

    github: GitHub
    url: str
    sandbox: SandboxTransport
    routed: list[Routed]

    def run(self, body: str, number: int = 0, *, write: bool = True) -> Result:
        """Answer an issue; open it first where it has no number yet."""
        issue = self.github.issues.get(number) or self.github.open_issue(body, title="Paper: x")
        issue["body"] = body
        self.number = int(issue["number"])
        event = {
            "action": "opened",
            "issue": {"state": "open", "body": body, "number": self.number},
        }
        Path("event.json").write_text(json.dumps(event), "utf-8")
        self.github.forget()
        given = {
            "GITHUB_REPOSITORY": "octo/list",
            "GITHUB_API_URL": self.url,
            "GITHUB_EVENT_PATH": "event.json",
        }
        words = ["publish", "add", *(["--write"] if write else [])]
        return CliRunner().invoke(app, words, env=given)

    def comments(self) -> list[str]:
        """Return our comments on the issue."""
        found = self.github.comments.get(self.number, ())
        return [str(one["body"]) for one in found if one["user"]["login"] == VIEWER]

    def pulls(self) -> list[dict[str, Any]]:
        """Return the pull requests."""
        return list(self.github.pulls)

    def readme(self) -> str:
        """Return the list as the branch of the issue has it."""
        sha = self.github.refs[BRANCH.format(self.number)]
        tree = self.github.trees[self.github.commits[sha]["tree"]["sha"]]
        blob = self.github.blobs[tree["README.md"][1]]
        content = blob["content"] if isinstance(blob, dict) else blob
        return (content if isinstance(content, bytes) else base64.b64decode(content)).decode()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A checkout of the default branch and its GitHub."""
    with checkout(tmp_path, monkeypatch) as parts:
        yield Site(*parts)


def test_form_becomes_a_pull_request(site: Site) -> None:
    """With the entry in the list's form, on a branch of the issue; a second run does nothing."""
    result = site.run(filled(link=NEW, section="Ranking"))
    assert result.exit_code == 0, result.output
    (pull,) = site.pulls()
    assert pull["head"]["ref"] == BRANCH.format(site.number)
    assert pull["title"] == f"Add {TITLE}"
    assert f"Closes #{site.number}" in pull["body"]
    (entry,) = set(site.readme().splitlines()) - set(HEAD.splitlines())
    assert entry.startswith(f"- **{TITLE}**, ")
    assert entry.endswith(f"[[paper]](https://arxiv.org/abs/{NEW})")
    assert site.comments() == []

    assert site.run(filled(link=NEW, section="Ranking"), site.number).exit_code == 0
    assert site.github.writes == []


def test_two_issues_have_two_branches(site: Site) -> None:
    """Neither touches the other's."""
    site.run(filled(link=NEW))
    first = site.number
    site.run(filled(link="2305.07622"))
    assert {pull["head"]["ref"] for pull in site.pulls()} == {
        BRANCH.format(first),
        BRANCH.format(site.number),
    }


@pytest.mark.parametrize(
    "again",
    [{"link": NEW}, {"link": f"https://arxiv.org/pdf/{NEW}v2"}, {"link": "x", "title": TITLE}],
)
def test_second_issue_for_a_paper_gets_the_first_ones_pull_request(
    site: Site, again: dict[str, str]
) -> None:
    """Whatever the form calls it; one comment says which it is, and the first issue goes on."""
    site.run(filled(link=NEW))
    first = site.number
    number = site.pulls()[0]["number"]

    result = site.run(filled(**again))

    assert result.exit_code == 0, result.output
    assert [pull["head"]["ref"] for pull in site.pulls()] == [BRANCH.format(first)]
    (comment,) = site.comments()
    assert f"pull request {number} adds it already" in comment.replace("\\", "")
    assert site.run(filled(link=NEW), first).exit_code == 0
    assert site.github.writes == []


def test_closed_pull_request_and_one_of_a_stranger_are_in_nobodys_way(site: Site) -> None:
    """Only what is open on a branch of ours adds a paper already."""
    site.run(filled(link=NEW))
    pull = site.github.pulls[0]
    pull["state"] = "closed"
    site.run(filled(link=NEW))
    assert len(site.pulls()) == 2

    for one in site.github.pulls:
        one["head"]["label"] = f"stranger:{one['head']['ref']}"
    site.run(filled(link=NEW))
    assert site.comments() == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"link": "2305.08845"}, "the list has it already"),
        ({"link": NEW, "section": "Nowhere"}, "no section with entries is called “Nowhere”."),
        ({"link": NEW, "list": "../../etc/passwd"}, "there is no list"),
        ({"link": NEW, "list": "setup.py"}, "there is no list"),
        ({"link": "https://evil.example/x"}, "names no work"),
        ({"link": "_No response_"}, "the form names no paper"),
        ({"link": "A Title that Nobody Has Ever Given"}, "no work is found: no title"),
    ],
)
def test_refusal_is_one_comment(site: Site, answers: dict[str, str], words: str) -> None:
    """On the issue, written once, and no branch."""
    result = site.run(filled(**answers))
    assert result.exit_code == 0, result.output
    (comment,) = site.comments()
    assert words in comment.replace("\\", "")
    assert site.pulls() == []
    site.run(filled(**answers), site.number)
    assert site.github.writes == []


@pytest.mark.parametrize("setting", ["", '[lists]\nmine = "gone.md"\n'])
def test_a_fault_of_settings_is_not_told_to_who_fills_in_a_form(site: Site, setting: str) -> None:
    """The job fails, so that whoever keeps the list sees it."""
    Path("README.md").unlink()
    Path("pipeline.toml").write_text(setting)
    result = site.run(filled(link=NEW))
    assert isinstance(result.exception, ConfigurationError)
    assert site.comments() == []


def test_comment_changes_with_the_form(site: Site) -> None:
    """The same comment says another reason, then that there is a pull request."""
    site.run(filled(link="2305.08845"))
    site.run(filled(link=NEW, section="Nowhere"), site.number)
    (comment,) = site.comments()
    assert "no section" in comment
    site.run(filled(link=NEW, section="Ranking"), site.number)
    (comment,) = site.comments()
    assert "A pull request adds this paper" in comment
    assert len(site.pulls()) == 1


def test_comment_of_a_stranger_is_not_ours(site: Site) -> None:
    """Whoever copies our mark is not edited."""
    issue = site.github.open_issue(filled(link="2305.08845"), title="Paper: x")
    site.github.say(int(issue["number"]), "<!-- pipeline:add-answer -->\nmine", login="stranger")
    site.run(filled(link="2305.08845"), int(issue["number"]))
    assert len(site.comments()) == 1
    bodies = [one["body"] for one in site.github.comments[site.number]]
    assert "<!-- pipeline:add-answer -->\nmine" in bodies


def test_link_that_names_nothing_gives_way_to_the_title(site: Site) -> None:
    """A page of a publisher and the title: the title is looked up."""
    site.run(filled(link="https://publisher.example/paper/7", title=TITLE, section="Ranking"))
    assert TITLE in site.readme()


def test_hostile_form_is_inert(site: Site) -> None:
    """What it says reaches neither the list nor a comment as markup, nor a service as a token."""
    hostile = "<img src=x onerror=1> @all [x](https://evil.example) $(id) `id`"
    site.run(filled(link=NEW, title=hostile, code=hostile, section="Ranking"))
    assert "evil.example" not in site.readme()
    site.run(filled(link=NEW, title=hostile, section=hostile))
    (comment,) = site.comments()
    assert "<img" not in comment
    assert "@all" not in comment
    assert "[x](" not in comment
    assert {host for one in site.routed for host in one.tokens} <= {"127.0.0.1"}


def test_form_names_one_of_several_lists(site: Site) -> None:
    """By the name that the settings give it; without one the answer says which there are."""
    Path("more.md").write_text(HEAD.replace("Papers", "More"))
    Path("pipeline.toml").write_text('[lists]\nmain = "README.md"\nmore = "more.md"\n')
    site.run(filled(link=NEW))
    (comment,) = site.comments()
    assert "the form names no list; there are main, more" in comment
    assert "main" in comment
    site.run(filled(link=NEW, list="main"), site.number)
    assert TITLE in site.readme()


def test_other_issues_are_left_alone(site: Site) -> None:
    """No form, no answer."""
    result = site.run("A question about the list.")
    assert result.exit_code == 0
    assert "nothing is done" in result.stderr
    assert site.github.writes == []


def test_nothing_is_written_without_write(site: Site) -> None:
    """What would be sent is printed."""
    result = site.run(filled(link=NEW, section="Ranking"), write=False)
    assert "would send" in result.stdout
    assert site.github.writes == []


def test_event_must_be_readable(site: Site) -> None:
    """Another file, or none, is a mistake."""
    Path("broken.json").write_text("[" * 100_000)
    for words in (["--event", "broken.json"], ["--event", "nowhere.json"], []):
        result = CliRunner().invoke(app, ["publish", "add", *words])
        assert isinstance(result.exception, ConfigurationError)
