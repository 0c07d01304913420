"""Tests of `pipeline.works.decisions`."""

import pytest

from pipeline.records.lists import Entry
from pipeline.works.decisions import (
    NONE,
    Decisions,
    HumanDecision,
    accept,
    decision_on,
    no_paper,
    parse_decisions,
    reject,
    serialise_decisions,
    without,
)
from pipeline.works.titles import title_digest

ID, OTHER = "arxiv:2305.00447", "arxiv:2306.00001"


def entry(title: str = "A Long Title of a Paper", list_: str = "a", line: int = 1) -> Entry:
    """Build an entry."""
    return Entry(list=list_, line=line, end_line=line, title=title)


def test_what_is_decided_is_found_again() -> None:
    """By list and title, in whatever line the entry stands and however it is spelt."""
    decisions = accept(NONE, entry(), ID)

    found = decision_on(decisions, entry("A long *title* of a paper", line=99))
    assert found is not None
    assert found.accepted == ID
    assert decision_on(decisions, entry(list_="b")) is None
    assert decision_on(decisions, entry("Another Title")) is None


def test_a_later_decision_replaces_an_earlier_one() -> None:
    """Accepting takes back a rejection, and the other way round."""
    decisions = accept(reject(no_paper(NONE, entry()), entry(), ID, OTHER), entry(), ID)
    known = decision_on(decisions, entry())
    assert known is not None
    assert (known.accepted, known.rejected, known.no_paper) == (ID, (OTHER,), False)

    known = decision_on(reject(decisions, entry(), ID), entry())
    assert known is not None
    assert (known.accepted, known.rejected) == (None, (ID, OTHER))

    known = decision_on(no_paper(decisions, entry()), entry())
    assert known is not None
    assert (known.accepted, known.no_paper) == (None, True)


def test_a_decision_can_be_taken_back() -> None:
    """The entry is open again."""
    assert not without(accept(NONE, entry(), ID), entry())


def test_the_given_decisions_stay_as_they_are() -> None:
    """Every function returns new decisions."""
    decisions = accept(NONE, entry(), ID)
    no_paper(decisions, entry())

    assert serialise_decisions(decisions) == serialise_decisions(accept(NONE, entry(), ID))


def test_the_file_is_read_as_it_was_written() -> None:
    """One line an entry, in an order that does not depend on that of the decisions."""
    one = accept(reject(NONE, entry(), OTHER), entry(), ID)
    both = no_paper(one, entry("Zeta of a Long Title", list_="b"))
    turned = accept(
        reject(no_paper(NONE, entry("Zeta of a Long Title", list_="b")), entry(), OTHER),
        entry(),
        ID,
    )
    text = serialise_decisions(both)

    assert text == serialise_decisions(turned)
    assert len(text.splitlines()) == 2
    assert parse_decisions(text) == (both, [])


def test_two_lines_about_one_entry_are_united() -> None:
    """After a merge of two branches the later word counts, and rejections add up."""
    text = "".join(
        serialise_decisions(decisions)
        for decisions in (accept(NONE, entry(), ID), reject(NONE, entry(), OTHER))
    )
    known = decision_on(parse_decisions(text)[0], entry())

    assert known is not None
    assert (known.accepted, known.rejected) == (ID, (OTHER,))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (reject(NONE, entry(), ID), (None, (ID,), False)),
        (reject(NONE, entry(), ID, OTHER), (None, (ID, OTHER), False)),
        (accept(NONE, entry(), OTHER), (OTHER, (), False)),
        (no_paper(NONE, entry()), (None, (), True)),
        (accept(reject(NONE, entry(), ID), entry(), OTHER), (OTHER, (ID,), False)),
    ],
)
def test_the_later_line_takes_back_what_was_accepted(
    later: Decisions, expected: tuple[str | None, tuple[str, ...], bool]
) -> None:
    """A rejection of the accepted work counts like any other later word."""
    text = serialise_decisions(accept(NONE, entry(), ID)) + serialise_decisions(later)
    known = decision_on(parse_decisions(text)[0], entry())

    assert known is not None
    assert (known.accepted, known.rejected, known.no_paper) == expected


def test_a_damaged_line_is_named() -> None:
    """The others count."""
    text = "no json\n" + serialise_decisions(accept(NONE, entry(), ID))
    decisions, faults = parse_decisions(text)

    assert len(decisions) == 1
    assert [fault.partition(":")[0] for fault in faults] == ["line 1"]


def test_an_empty_file_is_no_decision() -> None:
    """Nothing decided, nothing wrong."""
    assert parse_decisions("") == ({}, [])
    assert serialise_decisions(NONE) == ""


def test_fields_of_a_newer_version_are_kept() -> None:
    """Whatever is decided next, and where two lines are united."""
    line = serialise_decisions(reject(NONE, entry(), OTHER)).rstrip("}\n") + ',"by":"Ann"}\n'
    known, faults = parse_decisions(line)
    twice, _ = parse_decisions(line + serialise_decisions(accept(NONE, entry(), ID)))

    for decisions in (accept(known, entry(), ID), no_paper(known, entry()), twice):
        assert '"by":"Ann"' in serialise_decisions(decisions)
    assert faults == []


@pytest.mark.parametrize(
    ("title", "digest"),
    [
        ("GPT-3.5 in Practice for All", "GPT-3 5 in Practice for All"),
        ("On the Question of P ≠ NP", "On the Question of P  NP"),
        ("C# for Everybody and More", "C for Everybody and More"),
        (r"Is $P \neq NP$ or What Else", "Is P NP or What Else"),
    ],
)
def test_decision_outlives_the_rules_of_titles(title: str, digest: str) -> None:
    """Lines of before, keyed by titles whose signs were not heard, still count."""
    old = HumanDecision(
        list="a", digest=title_digest(digest), title=title, accepted="arxiv:2305.00447"
    )

    decisions, faults = parse_decisions(serialise_decisions({old.place: old}))

    assert faults == []
    entry = Entry(list="a", line=1, end_line=1, title=title)
    found = decision_on(decisions, entry)
    assert found is not None
    assert found.accepted == "arxiv:2305.00447"
