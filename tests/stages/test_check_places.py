"""Where links stand, and which requests they stand for."""

import pickle
from collections.abc import Sequence

import pytest

from pipeline.links.ignores import Ignores
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.stages.check.places import CheckRules, Fault, Places, collected
from pipeline.storage.spool import Keep, Spool, held


def paper(key: str, *urls: str, line: int) -> Paper:
    """Return a paper with one entry at a line, which has these links."""
    links = tuple(
        Link(url=url, role="paper", line=line, column=column) for column, url in enumerate(urls)
    )
    entry = Entry(list="l", line=line, end_line=line, title="T", links=links)
    return Paper(key=key, title="T", mentions=(entry,), resolution=Resolution(status="found"))


def noted(papers: Sequence[Paper]) -> Places:
    """Return where the links of papers stand, each paper noted in another process."""
    places = Places()
    for number, one in enumerate(papers):
        share = places.new()
        share.note(number, one)
        places.add(pickle.loads(pickle.dumps(share)))  # noqa: S301  our own
    return places


PAPERS = (
    paper("k:1", "https://z.example/", "https://a.example/#one", line=1),
    paper("k:2", "https://a.example/#two", "https://left.example/", line=2),
    paper("k:3", "https://z.example/", line=3),
)
PROSE = Link(url="https://b.example/", role="other", line=9, column=1)
LISTS = (ParsedList(name="l", entries=(), other_links=(PROSE,)),)
RULES = CheckRules(exclude=("*left*",))


@pytest.mark.parametrize("keep", [Spool, held])
def test_targets_are_sorted_and_requests_are_in_the_order_of_the_lists(keep: Keep) -> None:
    """Each once; what is left out is not asked."""
    targets, keys = collected(noted(PAPERS).with_lists(3, LISTS), RULES, Ignores(), keep)

    assert [(one.url, [place.line for place in one.places]) for one in targets] == [
        ("https://a.example/#one", [1]),
        ("https://a.example/#two", [2]),
        ("https://b.example/", [9]),
        ("https://left.example/", [2]),
        ("https://z.example/", [1, 3]),
    ]
    assert list(keys) == ["https://z.example/", "https://a.example/", "https://b.example/"]


def test_paper_that_changes_has_the_places_of_its_new_links() -> None:
    """Under its new key, and asked about at its old place."""
    places = noted(PAPERS)
    places.change(0, paper("k:9", "https://c.example/", line=1))
    targets, keys = collected(places.with_lists(3, ()), CheckRules(), Ignores())

    assert [(one.url, [place.paper for place in one.places]) for one in targets] == [
        ("https://a.example/#two", ["k:2"]),
        ("https://c.example/", ["k:9"]),
        ("https://left.example/", ["k:2"]),
        ("https://z.example/", ["k:3"]),
    ]
    assert next(iter(keys)) == "https://c.example/"


@pytest.mark.parametrize(
    ("url", "targets"),
    [
        ("https://a.example", [("https://a.example", "https://a.example/", None)]),
        ("https://A.example/#x", [("https://A.example/#x", "https://a.example/", None)]),
        (
            "https:///b.example/",
            [
                ("https:///b.example/", None, "https://b.example/"),
                ("https://b.example/", "https://b.example/", None),
            ],
        ),
        ("http://\ud83d.example/", [("http://\ud83d.example/", None, None)]),
    ],
)
def test_target_is_asked_about_in_one_form(
    url: str, targets: list[tuple[str, str | None, str | None]]
) -> None:
    """What is at fault is asked about in the form that it plainly has, if any."""
    found, _ = collected(noted([paper("k:1", url, line=1)]).with_lists(1, ()), RULES, Ignores())

    assert [(one.url, one.key, one.fault and one.fault.repaired) for one in found] == targets


def test_what_one_link_says_of_a_target_is_said_of_it_wherever_it_stands() -> None:
    """The parentheses of one link may hold what another link leads to."""
    entry = Entry(
        list="l",
        line=1,
        end_line=1,
        title="T",
        links=(
            Link(url="https://a.example/", role="paper", line=1, column=1),
            Link(
                url="https://b.example/",
                written="https://a.example/",
                role="paper",
                line=1,
                column=9,
            ),
        ),
    )
    one = Paper(key="k:1", title="T", mentions=(entry,), resolution=Resolution(status="found"))
    (first, second), keys = collected(noted([one]).with_lists(1, ()), RULES, Ignores())

    words = "the parentheses contain more than an address"
    assert (first.fault, len(first.places)) == (Fault(words, "https://b.example/"), 2)
    assert (second.url, list(keys)) == ("https://b.example/", ["https://b.example/"])
