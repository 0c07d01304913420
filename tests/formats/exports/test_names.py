"""Names of authors, taken apart."""

import pytest

from pipeline.formats.exports.names import Name, breaks_off, name_of, names_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ashish Vaswani", Name("Vaswani", "Ashish")),
        ("Jan P. van der Berg", Name("van der Berg", "Jan P.")),
        ("Vaswani, Ashish", Name("Vaswani", "Ashish")),
        ("Martin L. King Jr.", Name("King", "Martin L.", "Jr.")),
        ("King, Jr.", Name("King Jr.")),
        ("Wei Wang 0001", Name("Wang", "Wei")),
        ("Madonna", Name("Madonna")),
        ("王伟", Name("王伟")),
        ("De La Cruz", Name("La Cruz", "De")),
        ("LIGO Scientific Collaboration", Name("LIGO Scientific Collaboration")),
        ("The Gemini Team", Name("The Gemini Team")),
        ("OpenAI", Name("OpenAI")),
        ("A; B", Name("A; B")),
        ("Alice Smith and Bob Builder", Name("Alice Smith and Bob Builder")),
        ("O'Brien, Jr., Tim and Bob", Name("O'Brien, Jr., Tim and Bob")),
    ],
)
def test_a_name_is_split_where_that_is_sure(text: str, expected: Name) -> None:
    """Groups stay whole; particles go with the family name; a suffix is apart."""
    assert name_of(text) == expected


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("Jane Sun, Wei Li and Bo Wu", ["Sun", "Li", "Wu"]),
        ("Jane Sun et al.", ["Sun"]),
        ("Sun, Jane and Li, Wei", ["Sun", "Li"]),
        ("Jane Sun & Wei Li; Bo Wu and others", ["Sun", "Li", "Wu"]),
        ("", []),
    ],
)
def test_authors_of_a_list(text: str, families: list[str]) -> None:
    """Lists separate names in many ways; what says that there are more is no name."""
    assert [name.family for name in names_of(text)] == families


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jane Sun et al.", True),
        ("J. Sun, W. Li, et al", True),
        ("Jane Sun and others", True),
        ("Jane Sun, …", True),
        ("Jane Sun and Wei Li", False),
        ("Etal Alon", False),
        ("", False),
    ],
)
def test_a_list_may_name_the_first_authors_alone(text: str, expected: bool) -> None:
    """A bibliography then says that there are others."""
    assert breaks_off(text) is expected


def test_the_whole_name() -> None:
    """As one reads it."""
    assert Name("King", "Martin L.", "Jr.").whole == "Martin L. King Jr."
    assert Name("OpenAI").whole == "OpenAI"
