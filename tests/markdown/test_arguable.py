"""
Citations between commas only, and kinds of lists that are left as they are read, each with why.

A rule is worth having where three public lists or more gain by it and none loses.
"""

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/2401.0000"
TITLES = (
    "Walking robots in motion and at rest",
    "A fast method for rivers and lakes",
    "Numerical swimming in cold water",
    "The shape of hills at night",
)


def entries(*lines: str) -> tuple[Entry, ...]:
    """Return what is read in a section that is not named after papers."""
    text = "\n".join(("# L\n\n## Things\n", *lines))
    return parse(f"{text}\n", name="l").entries


@pytest.mark.parametrize(
    ("form", "authors", "year"),
    [
        (
            "{n}. J. Walker, S. Ito, {t}, Bull. Hill Soc. 93 (200{n}) 882–890.",
            "J. Walker, S. Ito",
            2000,
        ),
        ("- J. Walker, {t}, J. Comput. Hills 12 (199{n}) 1–7.", "J. Walker", 1990),
        ("* Walker, J. B., 201{n}, {t}, Hills, 56, 231–241.", "Walker, J. B.", 2010),
        (
            "- Jane Walker, Sora Ito, and Kim Berg, {t}, HillConf, 201{n}",
            "Jane Walker, Sora Ito, and Kim Berg",
            2010,
        ),
    ],
)
def test_citations_between_commas(form: str, authors: str, year: int) -> None:
    """Names, title and journal without any link: the family tells which is which."""
    found = entries(*(form.format(n=n, t=title) for n, title in enumerate(TITLES)))

    assert [one.title for one in found] == list(TITLES)
    assert {one.authors for one in found} == {authors}
    assert [one.year for one in found] == [year + n for n in range(len(TITLES))]


def test_names_before_a_title_with_links() -> None:
    """What follows the title is not theirs, and `and` at the end is no name."""
    form = "* J. Walker, S. Ito, {t}, HillConf, 201{n}. [[paper]]({u}{n})"
    found = entries(*(form.format(n=n, t=t, u=ARXIV) for n, t in enumerate(TITLES)))

    assert [(one.title, one.authors) for one in found] == [(t, "J. Walker, S. Ito") for t in TITLES]


ARGUABLE = {
    "a year glued to the title": (
        (f"- Walking robots in motion 2020. [paper]({ARXIV}1)",),
        ["Walking robots in motion"],
        "of 20 such titles in public lists 12 end in their year officially (challenges)",
    ),
    "names after a dash": (
        (f"- Walking Robots at Work - Jane Walker(2019) [[pdf]]({ARXIV}1)",),
        ["Walking Robots at Work"],
        "what stands behind a dash is a subtitle in 12 titles of public lists, a name in none",
    ),
    "year, then names": (
        (f"- Walking Robots at Work (2010), J. Walker and S. Ito [[pdf]]({ARXIV}1)",),
        ["Walking Robots at Work"],
        "no public list has the form",
    ),
    "notes on papers as issues": (
        tuple(f"- [[N{n}] {t}](https://github.com/a/b/issues/{n})" for n, t in enumerate(TITLES)),
        list(TITLES),
        "no public list has more than three such lines; elsewhere they are reports of faults",
    ),
    "fields between tabs": (
        tuple(f"+ [ ] {t}\t812\t187\tHill University\tUK\tacademia" for t in TITLES),
        list(TITLES),
        "no public list has the form, and Markdown takes tabs for blanks",
    ),
    "a label with a note, and no title": (
        (f"* [PDF1]({ARXIV}1) - Good reading but a little long",),
        [""],
        "no public list has the form, and a title may stand behind a label and a dash as well",
    ),
    "two citations alone": (
        tuple(
            f"{n}. J. Walker, S. Ito, {t}, Bull. Hill Soc. 93 (200{n}) 882–890."
            for n, t in enumerate(TITLES[:2], 1)
        ),
        list(TITLES[:2]),
        "two lines are no family; three are read",
    ),
}


@pytest.mark.parametrize("kind", ARGUABLE)
def test_arguable_kinds(kind: str, request: pytest.FixtureRequest) -> None:
    """What a careful reader says; once it is read, the case belongs to `test_formats`."""
    lines, titles, why = ARGUABLE[kind]
    request.applymarker(pytest.mark.xfail(strict=True, reason=why))

    assert [one.title for one in entries(*lines)] == titles
