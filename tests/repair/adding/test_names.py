"""Authors as a list writes them."""

import pytest

from pipeline.repair.adding.names import author_style, written

THREE = ("Ann B. Author", "Bo Writer", "Cy de Vries")


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (["Max Gardener, Mia Planter", "Tim Digger, Ed Sower, Al Reaper"],
         "Ann B. Author, Bo Writer, Cy de Vries"),
        (["Max Gardener, Mia Planter and Tim Digger"], "Ann B. Author, Bo Writer and Cy de Vries"),
        (["Max Gardener, Mia Planter, and Tim Digger"],
         "Ann B. Author, Bo Writer, and Cy de Vries"),
        (["Max Gardener & Mia Planter"], "Ann B. Author, Bo Writer & Cy de Vries"),
        (["Max Gardener; Mia Planter"], "Ann B. Author; Bo Writer; Cy de Vries"),
        (["Max Gardener et al.", "Tim Digger et al."], "Ann B. Author et al."),
        (["Max Gardener, et al", "Tim Digger, et al"], "Ann B. Author, et al"),
        (["Gardener et al.", "Digger et al."], "Author et al."),
        (["M. Gardener, M. Planter", "T. Digger, E. Sower"],
         "A. B. Author, B. Writer, C. de Vries"),
        (["Gardener, M., & Planter, M.", "Digger, T., & Sower, E."],
         "Author, A. B., Writer, B., & de Vries, C."),
        (["Gardener, Max and Planter, Mia T", "Digger, Tim and Sower, Ed"],
         "Author, Ann B. and Writer, Bo and de Vries, Cy"),
        (["Gardener, M. and Planter, M.", "Digger, T. and Sower, E."],
         "Author, A. B. and Writer, B. and de Vries, C."),
        (["Max Gardener and Mia Planter", "Tim Digger, Ed Sower and Al Reaper"],
         "Ann B. Author, Bo Writer and Cy de Vries"),
        (["Gardener M, Planter MT"], "Author AB, Writer B, de Vries C"),
    ],
)  # fmt: skip
def test_form_of_the_others(seen: list[str], wanted: str) -> None:
    """Full names, initials before or behind, separators, what stands for the others."""
    style = author_style(seen)
    assert style is not None
    assert written(THREE, style) == wanted


def test_so_many_are_named_as_others_name() -> None:
    """Three in full, of more the first: where some entries have all and some have not."""
    style = author_style(
        [
            "Max Gardener, Mia Planter",
            "Max Gardener, Mia Planter, Tim Digger",
            "Max Gardener et al.",
        ]
    )
    assert style is not None
    assert written(THREE, style) == "Ann B. Author, Bo Writer, Cy de Vries"
    assert written((*THREE, "Di Fourth"), style) == "Ann B. Author et al."


def test_single_names_and_none() -> None:
    """A group has no first name; nothing seen is no style."""
    style = author_style(["M. Gardener, M. Planter"])
    assert style is not None
    assert written(("Plato",), style) == "Plato"
    assert author_style(["", " "]) is None
