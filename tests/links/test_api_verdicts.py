"""What the answers of APIs say of links, with the evidence that a line of `links.jsonl` names."""

from typing import Any

import pytest

from pipeline.links.api_verdicts import judge_arxiv, judge_project, judge_repository
from pipeline.links.verdicts import (
    Judgement,
    left_out,
    malformed,
    of_interface,
    shared_landing,
    unasked,
    unproven,
)
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.forges import project
from pipeline.works.repositories import repository

NEWEST = 3


def paper(**fields: Any) -> Found[ArxivRecord]:
    """Return arXiv's answer about a paper in three versions."""
    values: dict[str, Any] = {
        "id": "2305.00447",
        "version": NEWEST,
        "title": "A Title",
        "authors": (),
        "abstract": "",
        "published": None,
        "updated": None,
        "primary_category": None,
    }
    record = ArxivRecord(**{**values, **fields})
    return Found(value=record)


@pytest.mark.parametrize(
    ("page", "withdrawn", "expected"),
    [
        ("abs/2305.00447", False, ("alive", "arxiv-found", "arxiv")),
        ("abs/2305.00447v9", False, ("failing", "arxiv-no-such-version", "arxiv")),
        ("abs/2305.00447", True, ("alive", "arxiv-withdrawn", "arxiv")),
        ("pdf/2305.00447v2", True, ("alive", "arxiv-withdrawn", "arxiv")),
        ("pdf/2305.00447v3", True, ("failing", "arxiv-pdf-withdrawn", "arxiv")),
        ("pdf/2305.00447", True, ("failing", "arxiv-pdf-withdrawn", "arxiv")),
        ("html/2305.00447v1/x1.png", False, ("skipped", "arxiv-page", "none")),
        ("list/cs.IR/recent", False, ("skipped", "arxiv-page", "none")),
    ],
)
def test_link_to_arxiv(page: str, withdrawn: bool, expected: tuple[str, str, str]) -> None:
    """Verdict, reason and evidence of each kind of page."""
    link = arxiv_link(f"https://arxiv.org/{page}")
    assert link is not None

    judged = judge_arxiv(link, paper(withdrawn=withdrawn))

    assert (judged.verdict, judged.reason_code, judged.evidence) == expected


REPOSITORY = RepositoryRecord(full_name="owner/name", url="https://github.com/owner/name")


@pytest.mark.parametrize(
    ("path", "outcome", "expected"),
    [
        ("", Found(value=REPOSITORY), ("alive", "repository-found", "github")),
        ("", Found(value=REPOSITORY, stale=True), ("alive", "repository-found", "history")),
        ("", Missing(reason="x"), ("failing", "no-such-repository", "github")),
        (
            "/blob/main/a.py",
            Missing(reason="x", confirmed=True),
            ("dead", "repository-gone", "github"),
        ),
        ("/blob/main/a.py", Found(value=REPOSITORY), None),
    ],
)
def test_link_to_a_repository(
    path: str, outcome: Any, expected: tuple[str, str, str] | None
) -> None:
    """An old answer is history; a file is asked as a page while its repository is there."""
    link = repository(f"https://github.com/owner/name{path}")
    assert link is not None

    judged = judge_repository(link, outcome)

    words = judged and (judged.verdict, judged.reason_code, judged.evidence)
    assert words == expected


def test_verdicts_without_an_answer_name_no_evidence() -> None:
    """What was left out, is no URL, or could not be asked."""
    asked = [
        left_out("ignored", "a reason"),
        malformed("no scheme"),
        unasked(Skipped(reason="x")),
        unproven("down"),
        unasked(Failed(kind="bad-answer", reason="x")),
        unasked(Failed(kind="budget", reason="x")),
    ]

    assert {one.evidence for one in asked} == {"none"}
    assert [one.detail for one in asked[:2]] == ["a reason", "no scheme"]
    assert asked[4].verdict == "skipped"


def test_move_of_an_interface_is_no_move_of_the_page() -> None:
    """The page was asked by another address than the one that is written."""
    moved = Judgement("moved", "moved", "http", 200, final_url="https://x.example/api")
    judged = of_interface(moved)

    assert (judged.verdict, judged.reason_code, judged.evidence) == ("alive", "ok", "http")
    assert (judged.status_code, judged.final_url) == (200, None)
    assert of_interface(judged) == judged


def test_landing_that_other_pages_share_is_explained() -> None:
    """With the status of the answer, and by what the suspicion comes."""
    judged = shared_landing(Judgement("alive", "ok", "http", 200))

    assert (judged.verdict, judged.reason_code, judged.status_code) == ("failing", "soft-404", 200)
    assert "other pages" in judged.reason


# --- projects of other services ---------------------------------------------------------------

PROJECT = "https://gitlab.com/Group/Name"


def record_of(name: str, **fields: object) -> Found[RepositoryRecord]:
    """GitLab knows a project."""
    given = {"service": "gitlab", "full_name": name, "url": f"https://gitlab.com/{name}"}
    return Found(value=RepositoryRecord.model_validate(given | fields))


@pytest.mark.parametrize(
    ("url", "outcome", "said"),
    [
        (PROJECT, record_of("group/name"), ("alive", "repository-found")),
        (PROJECT, record_of("new/home"), ("moved", "repository-renamed")),
        (PROJECT, record_of("new/home", former_ids=(1,)), ("alive", "repository-found")),
        (PROJECT, Missing(reason="x", confirmed=True), ("dead", "gone-or-private")),
        (PROJECT, Missing(reason="x"), ("failing", "gone-or-private")),
        (f"{PROJECT}/-/wikis", Missing(reason="x", confirmed=True), ("dead", "repository-gone")),
    ],
)
def test_the_interface_speaks_for_a_project(
    url: str, outcome: Outcome[RepositoryRecord], said: tuple[str, str]
) -> None:
    """With the service's name as evidence; 404 there is private as well as gone."""
    found = project(url)
    assert found is not None

    judged = judge_project(found, outcome)

    assert judged is not None
    assert (judged.verdict, judged.reason_code) == said
    assert judged.evidence == "gitlab"


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        (PROJECT, None),
        (PROJECT, Failed(kind="throttled", reason="x")),
        (PROJECT, Skipped(reason="a group")),
        (PROJECT, record_of("group/name").model_copy(update={"stale": True})),
        (f"{PROJECT}/-/blob/main/a.py", record_of("group/name")),
    ],
)
def test_the_page_of_a_project_is_asked(
    url: str, outcome: Outcome[RepositoryRecord] | None
) -> None:
    """Where its interface was not, or knows nothing of what lies below it."""
    found = project(url)
    assert found is not None
    assert judge_project(found, outcome) is None
