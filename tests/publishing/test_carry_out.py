"""Publishing against a GitHub on loopback: what is written, and above all what is not."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from pipeline.clock import SimulatedClock
from pipeline.formats.places import PlaceUrl
from pipeline.formats.report import render_report
from pipeline.formats.report_json import Diagnostic, LinkReport, Location
from pipeline.formats.run_json import ListRun, count
from pipeline.network.http_client import HttpClient
from pipeline.network.transport import AddressPolicy, build_transport
from pipeline.publishing.carry_out import publish_issue, publish_pull
from pipeline.publishing.marks import LABEL, MARKER
from pipeline.publishing.pulls import CATALOG, FIXES, Change
from pipeline.sources.github.api import GitHubApi, GitHubError
from tests.github_server import TOKEN, Fault, GitHub, served

pytestmark = pytest.mark.anyio

ISSUES = "/issues"
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def finding(name: str, action: Any = "replace", **fields: Any) -> Diagnostic:
    """Build something to tell."""
    return Diagnostic(
        code="link-dead",
        severity="error",
        action=action,
        fingerprint=name,
        message=f"{name} is gone.",
        locations=(Location(list="list", line=7),),
        title=name,
        **fields,
    )


def report(*names: str, **fields: Any) -> LinkReport:
    """Build a report with these findings."""
    given: dict[str, Any] = {
        "headline": f"Links: {len(names)} to replace" if names else "Links: nothing to do",
        "counts": count((), ()),
        "lists": (ListRun(name="list", entries=12, path="README.md"),),
        "diagnostics": tuple(map(finding, names)),
        "generated_at": DAY,
    }
    return LinkReport(**given | fields)


def render(shown: LinkReport, limit: int, place_url: object = None) -> str:
    """Write a report down, shortly."""
    lines = [f"# {shown.headline}", *(one.message for one in shown.diagnostics)]
    return "\n".join([*lines, "", "---", "", f"Written at {shown.generated_at}.", ""])


class Bench:
    """A GitHub, and the program before it."""

    def __init__(self, github: GitHub, url: str) -> None:
        self.github = github
        self.url = url
        self.said: list[str] = []
        self.clock = SimulatedClock(DAY)
        self.github.monotonic = self.clock.monotonic

    @asynccontextmanager
    async def api(self, token: str | None = TOKEN) -> Any:
        """Open the door as the command does."""
        addresses = AddressPolicy((ip_network("127.0.0.0/8"),))
        client = HttpClient(
            transport=build_transport(addresses, {}),
            clock=self.clock,
            user_agent="tests",
            addresses=addresses,
            credentials={"127.0.0.1": token} if token else {},
        )
        async with client:
            yield GitHubApi(client, api_url=self.url, name=self.github.name)

    async def issue(self, shown: LinkReport, *, write: bool = True, **options: Any) -> list[Any]:
        """Publish a report; return what was written."""
        self.github.forget()
        text = options.pop("render", render)
        async with self.api(options.pop("token", TOKEN)) as api:
            say = self.said.append
            await publish_issue(api, shown, text, write=write, say=say, **options)
        return self.github.writes

    async def pull(self, files: dict[str, bytes], **options: Any) -> list[Any]:
        """Publish files; return what was written."""
        self.github.forget()
        proposal = options.pop("proposal", FIXES)
        write = options.pop("write", True)
        text: Callable[[Sequence[Change], PlaceUrl], tuple[str, str]] = options.pop(
            "text_of", lambda changes, _: (f"Repair {len(changes)} lists", "What is repaired.")
        )
        async with self.api() as api:
            say = self.said.append
            await publish_pull(api, proposal, files, text, write=write, say=say, **options)
        return self.github.writes


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A GitHub that is served."""
    github = GitHub(files={"README.md": b"# List\n- old\n", "docs/other.md": b"other\n"})
    with served(github, tmp_path, monkeypatch) as url:
        yield Bench(github, url)


# --- the rolling issue ------------------------------------------------------------------------


async def test_first_report_opens_an_issue(bench: Bench) -> None:
    """With marker, label and the report; one writing request."""
    assert await bench.issue(report("a", "b")) == [("POST", ISSUES)]

    (issue,) = bench.github.real_issues
    assert issue["title"] == "Links: 2 to replace"
    assert issue["body"].startswith(MARKER + "\n")
    assert "a is gone." in issue["body"]
    assert issue["labels"] == [{"name": LABEL}]


async def test_same_report_again_writes_nothing(bench: Bench) -> None:
    """Two runs in a row never make two; the footer's time is no reason to write."""
    await bench.issue(report("a"))

    later = datetime(2026, 5, 11, tzinfo=UTC)
    assert await bench.issue(report("a")) == []
    assert await bench.issue(report("a", generated_at=later), run_url="https://ci.example/2") == []
    assert len(bench.github.issues) == 1


async def test_reading_takes_two_requests(bench: Bench) -> None:
    """The repository, and one page of issues with the label."""
    await bench.issue(report("a"))
    await bench.issue(report("a"))

    assert len(bench.github.asked) == 2


async def test_changed_findings_edit_and_comment_once(bench: Bench) -> None:
    """The comment says what is new and how much is gone."""
    await bench.issue(report("a", "b"))

    writes = await bench.issue(report("b", "c"))

    assert writes == [("POST", "/issues/1/comments"), ("PATCH", "/issues/1")]
    (comment,) = bench.github.comments[1]
    assert "1 new, 1 gone." in comment["body"]
    assert "c is gone" in comment["body"]
    assert "c is gone." in bench.github.issues[1]["body"]


async def test_changed_words_edit_without_a_comment(bench: Bench) -> None:
    """A comment notifies people, so it needs something new to say."""
    await bench.issue(report("a"))

    assert await bench.issue(report("a", headline="Links: 1 to fix")) == [("PATCH", "/issues/1")]
    assert bench.github.issues[1]["title"] == "Links: 1 to fix"


async def test_what_only_informs_is_no_finding(bench: Bench) -> None:
    """Nothing to act on opens no issue."""
    shown = report(diagnostics=(finding("a", "know"), finding("b", "wait"), finding("c", "tidy")))

    assert await bench.issue(shown) == []


async def test_ticks_of_people_stay(bench: Bench) -> None:
    """What a person has changed in the text is kept until the report changes."""
    await bench.issue(report("a"))
    issue = bench.github.issues[1]
    issue["body"] = issue["body"].replace("a is gone.", "a is gone. (mine!)").replace("\n", "\r\n")

    assert await bench.issue(report("a")) == []
    assert "(mine!)" in issue["body"]


async def test_clean_report_closes_and_the_next_opens_the_same(bench: Bench) -> None:
    """Closed with a comment, opened again under its number; clean twice is said once."""
    await bench.issue(report("a"))
    closed = [("POST", "/issues/1/comments"), ("PATCH", "/issues/1")]

    assert await bench.issue(report()) == closed
    assert bench.github.issues[1]["state"] == "closed"
    assert await bench.issue(report()) == []
    assert await bench.issue(report("a")) == closed
    assert bench.github.issues[1]["state"] == "open"
    assert await bench.issue(report("a")) == []
    assert len(bench.github.issues) == 1
    assert len(bench.github.comments[1]) == 2


async def test_issue_closed_by_hand_stays_closed_until_something_is_new(bench: Bench) -> None:
    """A person's decision counts, as far as it was made."""
    await bench.issue(report("a", "b"))
    bench.github.issues[1]["state"] = "closed"

    assert await bench.issue(report("a")) == []
    assert await bench.issue(report("a", "c"))
    assert bench.github.issues[1]["state"] == "open"


@pytest.mark.parametrize(
    "fields",
    [
        {"network": "down"},
        {"offline": True},
        {"sandbox": True},
        {"lists": ()},
        {"lists": (ListRun(name="list", entries=0),)},
        {"not_asked": {"arXiv does not answer": 3}},
        {"lists": (ListRun(name="list", entries=5, stale=True),)},
    ],
)
async def test_incomplete_run_never_closes(bench: Bench, fields: dict[str, Any]) -> None:
    """No network, nothing read, or something not asked: clean means nothing then."""
    await bench.issue(report("a"))

    assert await bench.issue(report(**fields)) == []
    assert bench.github.issues[1]["state"] == "open"


async def test_incomplete_run_calls_nothing_gone(bench: Bench) -> None:
    """What could not be asked about is neither gone now nor new in the next run."""
    await bench.issue(report("a", "b"))

    partly = report("a", not_asked={"GitHub does not answer": 1})
    assert await bench.issue(partly) == [("PATCH", "/issues/1")]
    assert await bench.issue(report("a", "b")) == [("PATCH", "/issues/1")]
    assert bench.github.comments == {}


async def test_body_too_long_is_cut(bench: Bench) -> None:
    """GitHub refuses more than 65,536 characters, and silence would be the worst report."""
    names = [f"finding-{number}" for number in range(3_000)]

    def long(shown: LinkReport, limit: int, place_url: object) -> str:
        return "<details>\n" + "\n".join("x" * 80 for _ in shown.diagnostics)

    await bench.issue(report(*names), render=long)

    body = bench.github.issues[1]["body"]
    assert len(body) <= 60_000
    assert body.endswith("</details>\n\n… and more in report.json.\n")


async def test_very_many_findings_are_compared_as_a_whole(bench: Bench) -> None:
    """Too many for the hidden line: a comment says that they have changed."""
    names = [f"finding-{number}" for number in range(1_500)]
    await bench.issue(report(*names))

    assert await bench.issue(report(*names)) == []
    await bench.issue(report(*names, "one more"))
    assert "The findings have changed" in bench.github.comments[1][0]["body"]


async def test_issue_without_its_label_is_found_and_labelled(bench: Bench) -> None:
    """Somebody has taken the label away: all issues are looked through."""
    await bench.issue(report("a"))
    bench.github.issues[1]["labels"] = []

    assert await bench.issue(report("a")) == [("POST", "/issues/1/labels")]
    assert bench.github.issues[1]["labels"] == [{"name": LABEL}]
    assert len(bench.github.issues) == 1


async def test_stranger_cannot_put_up_the_issue(bench: Bench) -> None:
    """A marker without a label, by somebody who may not write, is no issue of ours."""
    bench.github.open_issue(MARKER)

    assert await bench.issue(report("a")) == [("POST", ISSUES)]


async def test_issue_of_whoever_has_the_label_counts(bench: Bench) -> None:
    """An earlier token was somebody else; labels are set by those who may."""
    bench.github.open_issue(MARKER, labels=(LABEL,))

    assert ("PATCH", "/issues/1") in await bench.issue(report("a"))
    assert len(bench.github.issues) == 1


async def test_title_is_no_mark(bench: Bench) -> None:
    """An issue of the same title is somebody's."""
    bench.github.open_issue("no marker", labels=(LABEL,), title="Links: 1 to replace")

    assert await bench.issue(report("a")) == [("POST", ISSUES)]


async def test_pull_request_with_the_marker_is_no_issue(bench: Bench) -> None:
    """GitHub lists pull requests among the issues."""
    bench.github.open_issue(MARKER, labels=(LABEL,), pull_request={})

    assert await bench.issue(report("a")) == [("POST", ISSUES)]


async def test_oldest_open_one_of_several_is_used(bench: Bench) -> None:
    """And a word is said."""
    for state in ("closed", "open", "open"):
        bench.github.open_issue(MARKER, labels=(LABEL,), state=state)

    writes = await bench.issue(report("a"))

    assert ("PATCH", "/issues/2") in writes
    assert any("several issues" in line for line in bench.said)


async def test_newest_closed_one_of_several_is_used(bench: Bench) -> None:
    """Where none is open."""
    for _ in range(2):
        bench.github.open_issue(MARKER, labels=(LABEL,), state="closed")

    await bench.issue(report("a"))

    assert [issue["state"] for issue in bench.github.real_issues] == ["closed", "open"]


@pytest.mark.parametrize("labels", [(LABEL,), ()])
async def test_issue_is_found_behind_a_hundred_others(
    bench: Bench, labels: tuple[str, ...]
) -> None:
    """Every page is read, as the links lead."""
    for _ in range(250):
        bench.github.open_issue("another", labels=labels)
    bench.github.open_issue(MARKER, labels=labels, author_association="OWNER")

    writes = await bench.issue(report("a"))

    assert ("PATCH", "/issues/251") in writes
    assert ("POST", ISSUES) not in writes


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_lost_answer_makes_no_second_issue(bench: Bench, status: int) -> None:
    """The issue was opened, the answer says otherwise: look before posting again."""
    bench.github.faults.append(Fault("POST", "/issues$", status, after=True))

    assert await bench.issue(report("a")) == [("POST", ISSUES)]
    assert len(bench.github.issues) == 1


async def test_failed_opening_is_tried_again(bench: Bench) -> None:
    """Looked, not found, sent again."""
    bench.github.faults.append(Fault("POST", "/issues$", 502))

    assert await bench.issue(report("a")) == [("POST", ISSUES)] * 2
    assert len(bench.github.issues) == 1


async def test_lost_comment_is_not_said_twice(bench: Bench) -> None:
    """The same for comments, also where the run ended between comment and change."""
    await bench.issue(report("a"))
    bench.github.faults.append(Fault("POST", "/comments$", 502, after=True))
    bench.github.faults.append(Fault("PATCH", "/issues/1", 403, "no"))

    with pytest.raises(GitHubError):
        await bench.issue(report("a", "b"))
    assert await bench.issue(report("a", "b")) == [("PATCH", "/issues/1")]
    assert len(bench.github.comments[1]) == 1


async def test_change_is_repeated_after_a_server_error(bench: Bench) -> None:
    """A PATCH may be sent twice."""
    await bench.issue(report("a"))
    bench.github.faults.append(Fault("PATCH", "/issues/1", 502))

    await bench.issue(report("a", headline="Links: another"))

    assert bench.github.issues[1]["title"] == "Links: another"


async def test_secondary_limit_is_waited_for(bench: Bench) -> None:
    """As long as GitHub asks; nothing has been done by then, so it is sent again."""
    words = "You have exceeded a secondary rate limit and have been temporarily blocked"
    limit = Fault("POST", "/issues$", 403, words, {"Retry-After": "37"})
    bench.github.faults.append(limit)

    await bench.issue(report("a"))

    assert len(bench.github.issues) == 1
    posts = [asked.at for asked in bench.github.asked if asked.method == "POST"]
    assert posts[1] - posts[0] >= 37


async def test_writes_are_a_second_apart(bench: Bench) -> None:
    """As GitHub asks of those who make content."""
    await bench.issue(report("a"))
    await bench.issue(report("b"))

    times = [asked.at for asked in bench.github.asked if asked.method != "GET"]
    assert len(times) == 2
    assert times[1] - times[0] >= 1.0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("POST", "/issues$", 403, "Resource not accessible by integration"), "issues: write"),
        (Fault("GET", "/issues$", 404, "Not Found"), "issues: write"),
        (Fault("POST", "/issues$", 410, "This issue was deleted"), "This issue was deleted"),
        (Fault("POST", "/issues$", 422, "Validation\n::error::Failed"), "Validation ::error::"),
        (Fault("POST", "/issues$", 401, "Bad credentials"), "GITHUB_TOKEN"),
        (Fault("POST", "/issues$", 502, times=9), "HTTP 502"),
    ],
)
async def test_refusal_is_one_sentence(bench: Bench, fault: Fault, words: str) -> None:
    """It names what would help, and never the token."""
    bench.github.faults.append(fault)

    with pytest.raises(GitHubError) as refused:
        await bench.issue(report("a"))

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert bench.github.issues == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_issues_that_are_switched_off_are_no_failure(bench: Bench, method: str) -> None:
    """One line says so; a fork begins like that, and would be red in every run."""
    bench.github.faults.append(
        Fault(method, "/issues$", 410, "Issues has been disabled in this repository.")
    )

    assert await bench.issue(report("a")) == [("POST", ISSUES)] * (method == "POST")

    assert bench.github.issues == {}
    assert "issues are switched off, nothing is published" in bench.said[-1]
    assert sum("switched off, nothing" in line for line in bench.said) == 1


async def test_issues_that_are_switched_off_are_not_asked_for(bench: Bench) -> None:
    """The repository says it itself: one request, with or without `--write`."""
    bench.github.has_issues = False

    for write in (True, False):
        assert await bench.issue(report("a"), write=write) == []
        assert len(bench.github.asked) == 1
    assert len(bench.said) == 2
    assert all("switched off, nothing" in line for line in bench.said)


async def test_places_are_links_to_the_default_branch(bench: Bench) -> None:
    """In the issue and its comments; text of people stays until something else is said."""
    linked = "[list:7](<https://github.example/octo/list/blob/main/docs/README.md?plain=1#L7>)"
    options: dict[str, Any] = {"render": render_report, "paths": {"README.md": "docs/README.md"}}

    await bench.issue(report("a"), **options)
    assert linked in bench.github.issues[1]["body"]
    assert await bench.issue(report("a", generated_at=None), **options) == []
    await bench.issue(report("a", "b"), **options)
    assert linked in bench.github.comments[1][0]["body"]


async def test_file_of_another_repository_has_no_link(bench: Bench) -> None:
    """Nor has anything where nobody said where the files are."""
    await bench.issue(report("a"), render=render_report, paths={"other.md": "other.md"})

    assert "octo/list/blob/" not in bench.github.issues[1]["body"]
    assert "**list:7**" in bench.github.issues[1]["body"]


async def test_without_write_nothing_is_sent(bench: Bench) -> None:
    """Reading requests only, and every call is told with its first lines."""
    assert await bench.issue(report("a"), write=False, token=None) == []

    told = "\n".join(bench.said)
    assert "POST /repos/octo/list/issues" in told
    assert "title: Links: 1 to replace" in told
    assert bench.github.issues == {}


async def test_no_told_line_is_a_workflow_command(bench: Bench) -> None:
    """A log's line that begins with `::` behind blanks is obeyed by the runner."""

    def hostile(shown: LinkReport, limit: int, place_url: object) -> str:
        return "::error::owned\n  ::add-mask::x\n\x1b[31mred"

    await bench.issue(report("a"), write=False, render=hostile)

    assert not any(line.lstrip().startswith("::") for line in bench.said)
    assert "\x1b" not in "".join(bench.said)


async def test_titles_call_nobody(bench: Bench) -> None:
    """Neither people nor issues are mentioned by a comment."""
    await bench.issue(report("a"))
    await bench.issue(report("a", "@octocat fixes #12 <b>`x`</b>"))

    (comment,) = bench.github.comments[1]
    assert "@octocat" not in comment["body"]
    assert "#12" not in comment["body"]
    assert "<b>" not in comment["body"]


async def test_token_goes_to_the_api_and_nowhere_else(bench: Bench) -> None:
    """A page that leads to another host is not followed."""
    await bench.issue(report("a"))
    assert {asked.token for asked in bench.github.asked} == {f"Bearer {TOKEN}"}

    bench.github.url = "https://elsewhere.example"
    for _ in range(100):
        bench.github.open_issue("another", labels=(LABEL,))
    assert await bench.issue(report("a")) == []


# --- pull requests ----------------------------------------------------------------------------

FILES = {"README.md": b"# List\n- new\n"}
MADE = [
    ("POST", "/git/blobs"),
    ("POST", "/git/trees"),
    ("POST", "/git/commits"),
    ("POST", "/git/refs"),
    ("POST", "/pulls"),
]
MOVED = [*MADE[:3], ("PATCH", "/git/refs/heads/pipeline/link-fixes")]


async def test_changed_list_opens_a_pull_request(bench: Bench) -> None:
    """One commit upon the base; all other files as they are."""
    assert await bench.pull(FILES) == MADE

    (pull,) = bench.github.pulls
    assert pull["title"] == "Repair 1 lists"
    assert bench.github.files(FIXES.branch) == FILES | {"docs/other.md": b"other\n"}
    head = bench.github.commits[bench.github.refs[FIXES.branch]]
    assert [parent["sha"] for parent in head["parents"]] == [bench.github.refs["main"]]


async def test_same_files_again_write_nothing(bench: Bench) -> None:
    """The branch has this tree on this base already."""
    await bench.pull(FILES)

    assert await bench.pull(FILES) == []


async def test_bytes_and_modes_survive(bench: Bench) -> None:
    """No encoding is assumed, and a script stays one."""
    content = b"\xff\xfe caf\xe9\r\n"
    tree = bench.github.trees[bench.github.commits[bench.github.refs["main"]]["tree"]["sha"]]
    tree["README.md"] = ("100755", tree["README.md"][1])

    await bench.pull({"README.md": content})

    assert bench.github.files(FIXES.branch)["README.md"] == content
    tree = bench.github.trees[bench.github.commits[bench.github.refs[FIXES.branch]]["tree"]["sha"]]
    assert tree["README.md"][0] == "100755"


async def test_symbolic_link_of_the_base_is_left_alone(bench: Bench) -> None:
    """It would become a file."""
    tree = bench.github.trees[bench.github.commits[bench.github.refs["main"]]["tree"]["sha"]]
    tree["README.md"] = ("120000", tree["README.md"][1])

    assert await bench.pull(FILES) == []
    assert any("not a regular file" in line for line in bench.said)


async def test_further_repairs_renew_the_branch(bench: Bench) -> None:
    """It is always the base and one commit."""
    await bench.pull(FILES)

    assert await bench.pull({"README.md": b"newer"}) == MOVED
    head = bench.github.commits[bench.github.refs[FIXES.branch]]
    assert [parent["sha"] for parent in head["parents"]] == [bench.github.refs["main"]]


async def test_moved_base_renews_the_branch(bench: Bench) -> None:
    """The pull request stays free of conflicts; its text says the same."""
    await bench.pull(FILES)
    bench.github.commit("main", {"docs/other.md": b"changed\n"}, "by a person")

    assert await bench.pull(FILES) == MOVED
    assert bench.github.files(FIXES.branch)["docs/other.md"] == b"changed\n"


async def test_more_files_change_the_text(bench: Bench) -> None:
    """Title and text are written anew, in place."""
    await bench.pull(FILES)

    writes = await bench.pull(FILES | {"docs/other.md": b"better\n"})

    assert writes[-1] == ("PATCH", "/pulls/1")
    assert bench.github.pulls[0]["title"] == "Repair 2 lists"


async def test_nothing_differs_opens_nothing(bench: Bench) -> None:
    """No diff, no pull request."""
    assert await bench.pull({"README.md": b"# List\n- old\n"}) == []


async def test_nothing_differs_any_more_closes_and_the_next_opens(bench: Bench) -> None:
    """The branch goes too; the same repair is proposed again when it is due again."""
    await bench.pull(FILES)

    assert await bench.pull({"README.md": b"# List\n- old\n"}) == [
        ("PATCH", "/pulls/1"),
        ("DELETE", "/git/refs/heads/pipeline/link-fixes"),
    ]
    assert bench.github.pulls[0]["state"] == "closed"
    assert FIXES.branch not in bench.github.refs
    assert await bench.pull(FILES) == MADE


async def test_merged_branch_goes(bench: Bench) -> None:
    """What was merged is no longer proposed."""
    await bench.pull(FILES)
    bench.github.pulls[0] |= {"state": "closed", "merged_at": "2026-05-05T00:00:00Z"}
    bench.github.commit("main", FILES, "squashed")

    assert await bench.pull(FILES) == [("DELETE", "/git/refs/heads/pipeline/link-fixes")]


async def test_pull_request_closed_by_hand_is_not_opened_again(bench: Bench) -> None:
    """Until the repairs are others."""
    await bench.pull(FILES)
    bench.github.pulls[0]["state"] = "closed"

    assert await bench.pull(FILES) == []
    bench.github.commit("main", {"docs/other.md": b"changed\n"}, "by a person")
    assert await bench.pull(FILES) == []
    assert ("POST", "/pulls") in await bench.pull({"README.md": b"newer\n"})


@pytest.mark.parametrize("files", [{"README.md": b"newer\n"}, {"README.md": b"# List\n- old\n"}])
async def test_commit_of_a_person_on_the_branch_stays(
    bench: Bench, files: dict[str, bytes]
) -> None:
    """Neither renewed nor deleted, and it is said."""
    await bench.pull(FILES)
    sha = bench.github.commit(FIXES.branch, {"README.md": b"by hand\n"}, "My own touch")

    assert await bench.pull(files) == []
    assert bench.github.refs[FIXES.branch] == sha
    assert any("commits by others" in line for line in bench.said)


async def test_amended_commit_stays(bench: Bench) -> None:
    """Our message with another tree is a person's work."""
    await bench.pull(FILES)
    message = bench.github.commits[bench.github.refs[FIXES.branch]]["message"]
    bench.github.refs[FIXES.branch] = bench.github.refs["main"]
    sha = bench.github.commit(FIXES.branch, {"README.md": b"amended\n"}, message)

    assert await bench.pull({"README.md": b"newer\n"}) == []
    assert bench.github.refs[FIXES.branch] == sha


async def test_branch_of_a_person_is_not_taken(bench: Bench) -> None:
    """The name alone makes it not ours."""
    bench.github.refs[FIXES.branch] = bench.github.refs["main"]

    assert await bench.pull(FILES) == []


async def test_branch_that_moves_meanwhile_is_left_alone(bench: Bench) -> None:
    """It is looked at once more before it is moved."""
    await bench.pull(FILES)
    person = bench.github
    theirs: list[str] = []

    def intrude(changes: Sequence[Change], _: PlaceUrl) -> tuple[str, str]:
        return "Repair", "text"

    original = person._post_commit

    def post_commit(asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        theirs.append(person.commit(FIXES.branch, {"x.md": b"x"}, "by a person"))
        return original(asked, payload)

    person._post_commit = post_commit  # type: ignore[method-assign]
    with pytest.raises(GitHubError, match="left alone"):
        await bench.pull({"README.md": b"newer\n"}, text_of=intrude)
    assert [person.refs[FIXES.branch]] == theirs


async def test_work_of_people_is_not_taken_back(bench: Bench) -> None:
    """Where a list has changed since the run began, its old text is no proposal."""
    started = bench.github.refs["main"]
    await bench.pull(FILES, made_from=started)
    bench.github.commit("main", {"docs/other.md": b"changed\n"}, "by a person")
    assert await bench.pull(FILES, made_from=started) == MOVED

    bench.github.commit("main", {"README.md": b"# List\n- old\n- more\n"}, "by a person")
    assert await bench.pull(FILES, made_from=started) == []
    assert bench.github.pulls[0]["state"] == "open"
    assert any("meanwhile" in line for line in bench.said)


async def test_lost_answer_makes_no_second_pull_request(bench: Bench) -> None:
    """Looked for before posting again; the same for the branch."""
    bench.github.faults.append(Fault("POST", "/pulls$", 502, after=True))
    bench.github.faults.append(Fault("POST", "/git/refs$", 502, after=True))

    assert await bench.pull(FILES) == MADE
    assert len(bench.github.pulls) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            Fault(
                "POST",
                "/pulls$",
                403,
                "GitHub Actions is not permitted to create or approve pull requests.",
            ),
            "Allow GitHub Actions to create and approve pull requests",
        ),
        (
            Fault("POST", "/pulls$", 403, "Resource not accessible by integration"),
            "pull-requests: write",
        ),
        (
            Fault("POST", "/git/blobs$", 403, "Resource not accessible by integration"),
            "contents: write",
        ),
        (Fault("POST", "/git/trees$", 404, "Not Found"), "contents: write"),
    ],
)
async def test_refused_pull_request_names_the_permission(
    bench: Bench, fault: Fault, words: str
) -> None:
    """And the next run with it goes on where this one stopped."""
    bench.github.faults.append(fault)

    with pytest.raises(GitHubError, match=words):
        await bench.pull(FILES)
    assert ("POST", "/pulls") in await bench.pull(FILES)
    assert len(bench.github.pulls) == 1


async def test_catalog_and_fixes_are_two_pull_requests(bench: Bench) -> None:
    """One wants eyes, the other hardly."""
    await bench.pull(FILES)
    await bench.pull({"data/catalog/catalog.jsonl": b"{}\n"}, proposal=CATALOG)

    assert [pull["head"]["ref"] for pull in bench.github.pulls] == [FIXES.branch, CATALOG.branch]
    assert bench.github.files(CATALOG.branch)["README.md"] == b"# List\n- old\n"


async def test_times_alone_are_no_change(bench: Bench) -> None:
    """A report goes along with a catalog that has changed."""
    idle = frozenset({"data/report.md"})
    options: dict[str, Any] = {"proposal": CATALOG, "idle": idle}

    assert await bench.pull({"data/report.md": b"Monday\n"}, **options) == []
    await bench.pull({"data/report.md": b"Monday\n", "data/c.jsonl": b"{}\n"}, **options)
    assert bench.github.files(CATALOG.branch)["data/report.md"] == b"Monday\n"
    later = {"data/report.md": b"Tuesday\n", "data/c.jsonl": b"{}\n"}
    assert await bench.pull(later, **options) == []


async def test_very_large_tree_is_walked(bench: Bench) -> None:
    """GitHub cuts a recursive listing short beyond 100,000 entries."""
    bench.github.truncates_trees = True

    assert await bench.pull({"docs/other.md": b"better\n"}) == MADE
    assert bench.github.files(FIXES.branch)["docs/other.md"] == b"better\n"
    assert await bench.pull({"docs/other.md": b"better\n"}) == []


async def test_pull_request_without_write_is_told(bench: Bench) -> None:
    """No request that writes."""
    assert await bench.pull(FILES, write=False) == []

    told = "\n".join(bench.said)
    assert "POST /repos/octo/list/git/refs" in told
    assert "POST /repos/octo/list/pulls" in told
    assert bench.github.pulls == []
