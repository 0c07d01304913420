"""Tests of `pipeline.works.authors`."""

import pytest

from pipeline.works.authors import author_keys, same_author, shared_authors


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("Ann Author, Bo Writer and Carl van der Other", ["author", "writer", "other"]),
        ("Ann Author et al.", ["author"]),
        ("Ann Author et.al.", ["author"]),
        ("Author, A., Writer, B., & Other, C.", ["author", "writer", "other"]),
        ("Author, Ann; Writer, Bo", ["author", "writer"]),
        ("Author, Ann and Writer, Bo", ["author", "writer"]),
        ("Devlin, Chang, Lee", ["devlin", "chang", "lee"]),
        ("Wei Wang 0001 & Jörg Müller", ["wang", "muller"]),
        ("*Ann Author*, **Bo Writer**†", ["author", "writer"]),
        ("Mukund Varma T.", ["varma"]),
        ("Sammy Davis Jr.", ["davis"]),
        ("The Weather Team, Ann Author", ["author"]),
        ("Ann Author\nBo Writer", ["author", "writer"]),
        ("Authors TBD", []),
        ("", []),
    ],
)
def test_author_keys(text: str, lasts: list[str]) -> None:
    """The names of a list's author field, in order, by last name."""
    assert [author.last for author in author_keys(text)] == lasts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann Author", "A. Author", True),
        ("Ann Author", "Author", True),
        ("Ann Author", "Bo Author", False),
        ("Ann Author", "Ann Writer", False),
        ("Wei Zhang", "Zhang Wei", True),
        ("Jiang-Tian Zhai", "Jiang{-}Tian Zhai", True),
        ("Vitomir Štruc", "Vitomir Struc", True),
        ("Author, Ann", "Ann Author", True),
        ("Laurens van der Maaten", "L. Maaten", True),
    ],
)
def test_same_author(one: str, other: str, same: bool) -> None:
    """Equal last name and compatible first initial, or the same words in another order."""
    first, second = author_keys((one, "Someone Else"))[0], author_keys((other, "Someone Else"))[0]

    assert same_author(first, second) is same


def test_a_registry_that_puts_all_authors_in_one_field() -> None:
    """A field with several commas is several names."""
    assert shared_authors(author_keys("A. Author"), author_keys(("Ann Author, B C, and D E",))) == 1


@pytest.mark.parametrize("authors", ["Author" * 5000, "A, " * 20000, " and" * 20000, "(" * 20000])
def test_hostile_authors_cost_no_time(authors: str) -> None:
    """Whatever stands there, there is an answer, and soon."""
    assert len(author_keys(authors)) <= 4000
