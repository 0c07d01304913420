"""The verdict over all candidates, and the line that a person reads about each."""

from typing import Any

import pytest

from pipeline.works.candidates import (
    CandidateWork,
    Query,
    is_same_title,
    search_key,
    shares_part,
    shorter_titles,
    similarity,
)
from pipeline.works.deciding import decide, described
from pipeline.works.matching import score

TITLE = "Gated Attention for Long Term Weather Maps"
LONGER = "Gated Attention for Long Term Weather Maps of the North"
OTHER = "Sparse Retrieval of Ancient Seafaring Charts"


def work(title: str = TITLE, key: str = "arxiv:2305.00447", **fields: Any) -> CandidateWork:
    """Build a candidate."""
    fields = {"authors": ("Ann Author", "Bo Writer"), "published": "2023-04-30", **fields}
    return CandidateWork(key=key, title=title, **fields)


def line(query: Query, candidate: CandidateWork) -> str:
    """Return what a person reads about a candidate."""
    return described(score(query, candidate))


@pytest.mark.parametrize(
    ("query", "candidate", "expected"),
    [
        (
            Query(title=TITLE, authors="Ann Author", year=2023),
            work(source="arxiv-search"),
            "arxiv:2305.00447 (arxiv-search): same title, same first author, same year",
        ),
        (
            Query(title=TITLE, authors="Bo Writer"),
            work(),
            "arxiv:2305.00447: same title, 1 authors in common",
        ),
        (
            Query(title=TITLE, authors="Carl Other", year=2026),
            work(),
            "arxiv:2305.00447: same title, other authors, the list's year is 3 after the paper's",
        ),
        (
            Query(title=f"A Survey of {TITLE}", year=2021),
            work(published="2023"),
            (
                "arxiv:2305.00447 “Gated Attention for Long Term Weather Maps”: title 87.5 %"
                " similar, one is a survey, reply, erratum or the like, authors not"
                " compared: none could be read in the list, the list's year is 2 before the paper's"
            ),
        ),
    ],
)
def test_evidence_is_a_line(query: Query, candidate: CandidateWork, expected: str) -> None:
    """Key, title where it is another one, source, and every fact that was compared."""
    assert line(query, candidate) == expected


def test_near_title_of_other_words_is_said_to_be_one() -> None:
    """Not where the titles are equal, nor where they are far from each other."""
    near = line(Query(title=TITLE.replace("Weather", "Climate")), work())

    assert "other words in the title" in near
    assert "half of the title" not in near
    assert "other words" not in line(Query(title=TITLE), work())
    assert "other words" not in line(Query(title=OTHER), work())


@pytest.mark.parametrize(
    ("authors", "confidence"), [("Ann Author", 0.995), ("Bo Writer", 0.995), (None, 0.97)]
)
def test_authors_make_an_equal_title_surer(authors: str | None, confidence: float) -> None:
    """An equal title alone is trusted less."""
    decision = decide(Query(title=TITLE, authors=authors), [work()])

    assert decision.status == "found"
    assert (decision.confidence == 0.995) is (confidence == 0.995)


def test_what_several_sources_say_of_one_work_is_put_together() -> None:
    """Whichever names authors and dates: both count."""
    key = "doi:10.1234/a"  # which tells no year
    bare, full = work(key=key, authors=(), published=None), work(key=key)
    query = Query(title=TITLE, authors="Ann Author", year=2023)

    for candidates in ([bare, full], [full, bare]):
        (evidence,) = decide(query, candidates).evidence
        assert evidence.endswith("same first author, same year")


def test_nearest_candidate_comes_first() -> None:
    """An equal title before a near one, a near one before a far one."""
    works = [work(LONGER, "arxiv:2301.00001"), work(OTHER, "arxiv:2301.00002")]
    decision = decide(Query(title=TITLE.replace("Maps", "Charts")), [*reversed(works), work()])

    assert [one.key for one in decision.candidates][:2] == ["arxiv:2305.00447", "arxiv:2301.00001"]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        (
            "FLARE: Active Retrieval Augmented Generation",
            ("Active Retrieval Augmented Generation",),
        ),
        ("Active Retrieval Augmented Generation", ()),
        ("Deep and Long Names with Words: Active Retrieval Augmented Generation", ()),
        ("[FLARE]  Active   Retrieval Generation", ("Active Retrieval Generation",)),
        ("Active Retrieval Generation (FLARE)", ("Active Retrieval Generation",)),
        ("FLARE: Active Retrieval", ()),
    ],
)
def test_title_without_its_name(title: str, found: tuple[str, ...]) -> None:
    """Only a short name is left out, and only where three words are left."""
    assert shorter_titles(title) == found


def test_key_of_a_search_is_short() -> None:
    """On one line, of at most 500 characters, of the first thousand of the title."""
    assert search_key(f"  {TITLE[:5]}\n {TITLE[5:]} ") == TITLE
    assert search_key("ab " * 1000) == ("ab " * 167)[:500]
    assert search_key("x" + " " * 999 + "y") == "x"


def test_likeness_of_two_titles() -> None:
    """A hundred for the same words; the same part makes them no one title."""
    assert similarity(TITLE, TITLE.upper()) == 100
    assert similarity(TITLE, OTHER) < 60
    assert is_same_title(TITLE, TITLE.lower())
    assert not is_same_title(TITLE, OTHER)
    assert shares_part(f"GALE: {TITLE}", TITLE)
    assert not shares_part(f"GALE: {TITLE}", OTHER)
