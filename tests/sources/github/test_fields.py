"""From GitHub's words to a record, with the traps of both interfaces."""

from typing import Any

import pytest

from pipeline.records.outcomes import Failed, Found, Missing
from pipeline.sources.github.fields import (
    FULL_NAME,
    outcome_of,
    record_of_graphql,
    record_of_rest,
)
from pipeline.sources.repository_fields import clean_text, web_address

REST: dict[str, Any] = {
    "id": 12,
    "node_id": "R_x",
    "full_name": "Owner/Repo.X",
    "private": False,
    "html_url": "https://evil.example/",
    "stargazers_count": 30,
    "watchers_count": 30,
    "subscribers_count": 3,
    "forks_count": 4,
    "network_count": 1793,
    "open_issues_count": 9,
    "license": {"key": "mit", "spdx_id": "MIT"},
    "topics": ["a", "b"],
    "language": "Python",
    "archived": True,
    "created_at": "2023-05-01T10:00:00Z",
    "pushed_at": "2024-05-01T10:00:00Z",
    "updated_at": "2025-05-01T10:00:00Z",
    "description": "A repository",
    "homepage": "https://example.org/x",
}

GRAPHQL: dict[str, Any] = {
    "databaseId": 12,
    "nameWithOwner": "Owner/Repo.X",
    "isPrivate": False,
    "stargazerCount": 30,
    "forkCount": 4,
    "issues": {"totalCount": 5},
    "pullRequests": {"totalCount": 4},
    "licenseInfo": {"spdxId": "MIT"},
    "repositoryTopics": {"nodes": [{"topic": {"name": "a"}}, {"topic": {"name": "b"}}]},
    "primaryLanguage": {"name": "Python"},
    "isArchived": True,
    "createdAt": "2023-05-01T10:00:00Z",
    "pushedAt": "2024-05-01T10:00:00Z",
    "description": "A repository",
    "homepageUrl": "https://example.org/x",
}


def rest(**changes: Any) -> Any:
    """Return the record of a changed answer of REST."""
    record = record_of_rest({**REST, **changes})
    assert record is not None
    return record


def graphql(**changes: Any) -> Any:
    """Return the record of a changed answer of GraphQL."""
    record = record_of_graphql({**GRAPHQL, **changes})
    assert record is not None
    return record


def test_record_of_rest_has_every_field() -> None:
    """Stars are no watchers, forks not those of the whole network, pushed not updated."""
    assert rest().model_dump() == {
        "service": "github",
        "full_name": "Owner/Repo.X",
        "url": "https://github.com/Owner/Repo.X",
        "id": 12,
        "former_ids": (),
        "fork_of": None,
        "original_stars": None,
        "stars": 30,
        "forks": 4,
        "open_issues": None,
        "open_issues_and_prs": 9,
        "license": "MIT",
        "language": "Python",
        "topics": ("a", "b"),
        "archived": True,
        "created_at": "2023-05-01T10:00:00Z",
        "pushed_at": "2024-05-01T10:00:00Z",
        "description": "A repository",
        "homepage": "https://example.org/x",
    }


def test_both_interfaces_give_the_same_record() -> None:
    """But for the issues, which only GraphQL counts without pull requests."""
    assert graphql() == rest().model_copy(update={"open_issues": 5})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({"key": "apache-2.0", "spdx_id": "Apache-2.0"}, "Apache-2.0"),
        ({"key": "other", "spdx_id": "NOASSERTION"}, "NOASSERTION"),
        ({"key": "other", "spdx_id": None}, "NOASSERTION"),
        ("MIT", None),
    ],
)
def test_unknown_license_is_not_no_license(value: Any, expected: str | None) -> None:
    """NOASSERTION: a licence file exists and is not recognised; null: there is none."""
    assert rest(license=value).license == expected


def test_license_of_graphql_may_have_no_spdx_id() -> None:
    """`spdxId` is nullable in the schema."""
    assert graphql(licenseInfo={"spdxId": None}).license == "NOASSERTION"
    assert graphql(licenseInfo=None).license is None


def test_nulls_are_unknown() -> None:
    """A list of links has no language, an empty repository was never pushed to."""
    record = graphql(
        primaryLanguage=None,
        pushedAt=None,
        description=None,
        databaseId=None,
        repositoryTopics=None,
    )

    assert (record.language, record.pushed_at, record.description, record.id) == (None,) * 4
    assert record.topics == ()


@pytest.mark.parametrize("name", ["issues", "pullRequests", "stargazerCount", "forkCount"])
def test_field_that_an_error_left_null_is_unknown_not_zero(name: str) -> None:
    """The sum is unknown too where one part is."""
    record = graphql(**{name: None})

    assert 0 not in (record.stars, record.forks, record.open_issues, record.open_issues_and_prs)
    if name in ("issues", "pullRequests"):
        assert record.open_issues_and_prs is None
        assert record.stars == 30


def test_a_fork_names_its_original_in_both_interfaces() -> None:
    """With its stars; a parent that may not be seen, or is none, says nothing."""
    over_rest = rest(fork=True, parent={"full_name": "up/Stream", "stargazers_count": 900})
    over_graphql = graphql(parent={"nameWithOwner": "up/Stream", "stargazerCount": 900})

    for record in (over_rest, over_graphql):
        assert (record.fork_of, record.original_stars) == ("up/Stream", 900)
    for parent in (None, {}, {"full_name": "<b>", "nameWithOwner": "<b>"}, "up/Stream"):
        assert rest(fork=True, parent=parent).fork_of is None
        assert graphql(parent=parent).fork_of is None


def test_absent_fields_are_unknown_not_zero() -> None:
    """Recordings of the preview era lack topics, listings lack counts."""
    record = record_of_rest({"full_name": "o/r"})

    assert record is not None
    assert set(record.model_dump(exclude={"service", "full_name", "url"}).values()) == {None, ()}


@pytest.mark.parametrize("value", ["30", 3.5, True, -1, [], {}])
def test_count_of_another_type_is_unknown(value: Any) -> None:
    """What is no number of things is not made one."""
    assert rest(stargazers_count=value).stars is None


@pytest.mark.parametrize(
    "value", [None, 7, "", "o", "o/", "o/r/x", "o/..", "../r", "o/r\n", "o/r x", "ö/r", "<b>/r"]
)
def test_what_names_no_repository_is_no_record(value: Any) -> None:
    """Name and address are the one thing that must be there."""
    assert record_of_rest({**REST, "full_name": value}) is None
    assert record_of_graphql({**GRAPHQL, "nameWithOwner": value}) is None


@pytest.mark.parametrize(
    "name",
    ["westlake-repl/IDvs.MoRec", "fajieyuan/SIGIR2020_peterrec", "a_corp/x", "0/-", "o/.github"],
)
def test_names_with_dots_and_underscores_are_names(name: str) -> None:
    """Of owners only those of managed users have an underscore."""
    assert FULL_NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("  two\r\n lines\t", "two lines"),
        ("nul\x00 bell\x07 esc\x1b[31m", "nul bell esc[31m"),
        ("half \ud83d emoji", "half  emoji"),
        ("right\u202eto left", "rightto left"),
        ("family 👨\u200d👩", "family 👨\u200d👩"),
        ("推荐系统", "推荐系统"),
        ("", None),
        (" \x00 ", None),
        (None, None),
        (5, None),
        (["x"], None),
    ],
)
def test_text_of_strangers_is_cleaned(value: Any, expected: str | None) -> None:
    """One line, nothing that a terminal obeys or UTF-8 cannot hold."""
    assert clean_text(value) == expected


def test_topics_are_cleaned_and_told_once() -> None:
    """What is no text is left out."""
    assert rest(topics=["a", "a\x00", None, 3, ""]).topics == ("a",)
    assert rest(topics="abc").topics == ()
    assert graphql(repositoryTopics={"nodes": [None, {"topic": None}, 3]}).topics == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        (" http://example.org ", "http://example.org"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("", None),
        (None, None),
        ("example.org", None),
        ("https://", None),
        ("https:///path", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://example.org", None),
        ("mailto:a@example.org", None),
        ("https://a b.example", None),
        ("https://[::1", None),
    ],
)
def test_homepage_is_a_web_address_or_none(value: Any, expected: str | None) -> None:
    """Only http and https lead to a page."""
    assert web_address(value) == expected


def test_private_repository_is_missing_for_its_readers() -> None:
    """Nothing of it is told."""
    record = rest()

    assert isinstance(outcome_of(record, private=True), Missing)
    assert "Owner" not in outcome_of(record, private=True).model_dump_json()
    assert isinstance(outcome_of(record, private=False), Found)
    assert isinstance(outcome_of(None, private=False), Failed)
