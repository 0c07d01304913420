"""Numbers of very many keys."""

import random

import pytest

from pipeline.records.catalog import Paper
from pipeline.storage.numbers import ByKey, Distinct, Latest, Numbers
from pipeline.storage.spool import Keep, Spool, held
from tests.storage.test_spool import paper


def test_each_key_has_its_number() -> None:
    """However many there are, and whatever has the same end of its hash."""
    words = [f"https://example.org/{number}" for number in range(5_000)]
    numbers = Numbers(words)

    assert [numbers.get(word) for word in words] == list(range(5_000))
    assert len(numbers) == 5_000
    assert words[7] in numbers
    assert "elsewhere" not in numbers
    assert numbers.get("elsewhere") is None


def test_the_last_number_of_a_key_counts() -> None:
    """As in a `dict`; keys may be of several parts."""
    numbers = Numbers([("a", "b"), ("a", "c"), ("a", "b")])
    numbers["a", "c"] = 7

    assert (numbers.get(("a", "b")), numbers.get(("a", "c")), len(numbers)) == (2, 7, 2)


def test_one_digest_for_two_ends_of_the_table() -> None:
    """Digests that differ above the table's size alone stand one behind the other."""
    numbers = Numbers(4096 * number for number in range(600))

    assert [numbers.get(4096 * number) for number in range(600)] == list(range(600))


@pytest.mark.parametrize("keep", [Spool, held])
def test_papers_are_found_by_their_keys(keep: Keep) -> None:
    """And what no paper has is not found."""
    papers = ByKey(keep(Paper, [paper(1), paper(2)]))

    assert (papers["arxiv:2"], papers.get("arxiv:3")) == (paper(2), None)
    assert (list(papers), len(papers)) == (["arxiv:1", "arxiv:2"], 2)


def test_texts_are_there_once_by_their_lowest_rank() -> None:
    """Whatever they hold."""
    ranked = [("b", 5), ("a\x00", 3), ("a", 4), ("b", 1), ("\udce9", 2), ("a", 9)]
    random.shuffle(ranked)
    distinct = Distinct()
    for text, rank in ranked:
        distinct.add(text, rank)
    distinct.end()

    assert list(distinct) == ["b", "\udce9", "a\x00", "a"]
    assert list(map(distinct.number, distinct)) == [0, 1, 2, 3]
    assert (len(distinct), distinct.number("c")) == (4, None)


def test_what_was_said_last_counts() -> None:
    """In one share and across them; nothing is left of what is said no more."""
    every, first, second = Latest[str](), Latest[str](), Latest[str]()
    for key, what in (("a", "found"), ("b", "late"), ("a", "late"), ("c", "late")):
        first.say(key, what)
    second.say("b", "found")
    second.say("c", "found")
    second.say("a", "gone")
    every.add(first)
    every.add(second)

    assert first.counts() == {"late": 3}
    assert every.counts() == {"found": 2, "gone": 1}
    assert every.counts() == {"found": 2, "gone": 1}
    assert Latest[str]().counts() == {}
