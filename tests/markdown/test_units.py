"""What is a unit: which lines belong together, and which stand for themselves."""

import pytest

from pipeline.markdown.marks import plain
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.reading import Unit
from pipeline.markdown.units import Units
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"


def units(source: str) -> list[Unit]:
    """Return the units of a small list."""
    return Units(source.encode()).read(read_blocks(source))


def texts(source: str, shape: str) -> list[str]:
    """Return the texts of the units of one shape."""
    return [plain(unit.text) for unit in units(source) if unit.shape == shape]


@pytest.mark.parametrize(
    ("below", "joined"),
    [
        (f"[paper]({ARXIV}2101.00001) | [code](https://github.com/a/b)", True),
        (f"- arXiv: {ARXIV}2101.00001\n- intro: University of Otters", True),
        (f"- arXiv: {ARXIV}2101.00001\n- github(a fork, official): https://github.com/a/b", True),
        ("*Ada Lovelace, Alan Turing.*", True),
        (f"[Another title about rivers]({ARXIV}2101.00002)", False),
        ("> A quoted remark about otters and rivers.", False),
    ],
)
def test_lines_below_a_title_belong_to_it_where_they_only_tell_of_it(
    below: str, joined: bool
) -> None:
    """Labels, leads and authors join the bold line above them; a title of its own does not."""
    (first, *_) = units(f"**Otters Crossing a River at Night**\n\n{below}\n")
    assert first.below is joined


def test_a_list_below_a_heading_is_not_swallowed() -> None:
    """Items that begin with authors present works, though authors alone would tell of one."""
    source = (
        "## Rivers that everybody should read about\n\n"
        f"- Ada Lovelace, Alan Turing. Rivers in spring. [[paper]({ARXIV}2101.00001)]\n"
        f"- Grace Hopper, Donald Knuth. Otters at rest. [[paper]({ARXIV}2101.00002)]\n"
    )
    assert len(texts(source, "item")) == 2


def test_nested_labels_and_authors_are_lines_of_their_item() -> None:
    """A nested item that is only a label or a list of persons belongs to the item above it."""
    source = (
        "- Otters in Winter Rivers\n"
        "  - Ada Lovelace, Alan Turing\n"
        f"  - [[pdf]]({ARXIV}2101.00001) [[code]](https://github.com/a/b)\n"
    )
    (unit,) = units(source)
    assert len(unit.anchors) == 2


def test_a_parent_of_titles_is_a_heading_for_them() -> None:
    """An item without links above items that present works presents none itself."""
    source = (
        "- **River otters**\n"
        f"  - [Otters in Winter Rivers]({ARXIV}2101.00001)\n"
        f"  - [Otters in Summer Rivers]({ARXIV}2101.00002)\n"
    )
    assert [unit.category for unit in units(source)] == [True, False, False]


def test_every_title_line_of_a_paragraph_opens_a_unit() -> None:
    """Plain titles, each above a line of labels, are units of their own."""
    source = (
        f"[2]Otters Crossing a River at Night<br>\n[paper]({ARXIV}2101.00001)<br>\n"
        f"[1]Beavers Building Dams in Spring<br>\n[paper]({ARXIV}2101.00002)\n"
    )
    titles = [entry.title for entry in parse(source, name="list").entries]
    assert titles == ["Otters Crossing a River at Night", "Beavers Building Dams in Spring"]


def test_a_folded_abstract_does_not_part_a_title_from_its_links() -> None:
    """A `<details>` that only folds an abstract away stands between a title and its labels."""
    source = (
        "### Otters Crossing a River at Night\n**Authors**: Ada Lovelace, Alan Turing\n"
        "<details>\n<summary>Abstract</summary>\nWe watch otters and rivers.\n</details>\n\n"
        f"[Paper]({ARXIV}2101.00001) | [Code](https://github.com/a/b)\n"
    )
    (entry,) = parse(source, name="list").entries
    assert (entry.title, len(entry.links)) == ("Otters Crossing a River at Night", 2)


def test_a_heading_inside_a_summary_closes_the_section_above() -> None:
    """`<summary><h2>` opens a section of its level, so that "News" ends there."""
    source = (
        "## News\n\nWe did something.\n\n<details><summary><h2>Surveys</h2></summary>\n\n"
        f"- [A Survey of Otters in Winter Rivers]({ARXIV}2101.00001)\n\n</details>\n"
    )
    (entry,) = parse(source, name="list").entries
    assert entry.section == ("Surveys",)


@pytest.mark.parametrize("names", ["*I. Gadjev, N. B. Sudar*", "A. Lee, B. C. Ray, D. Fox"])
def test_names_with_initials_tell_of_the_heading_above(names: str) -> None:
    """The full stop of an initial ends no sentence, so that the line is no title of its own."""
    source = (
        "# Papers\n\n"
        f"#### Otters in Winter Rivers (KDD 2021)\n\n{names}\n\n[paper]({ARXIV}2101.00001)\n\n"
        f"#### Herons Fish by Day (WWW 2022)\n\n{names}\n\n[paper]({ARXIV}2101.00002)\n"
    )
    entries = parse(source, name="list").entries
    assert [entry.title for entry in entries] == ["Otters in Winter Rivers", "Herons Fish by Day"]
    assert {entry.authors for entry in entries} == {names.strip("*")}


def test_a_label_tells_authors_and_venue() -> None:
    """`[Lee et al., KDD 2021]` on a paper's address holds both; `[KDD, 2021]` is a venue alone."""
    source = (
        f"- Otters in Winter Rivers [Lee et al., KDD 2021]({ARXIV}2101.00001)\n"
        f"- Tracking Voles by Night [Ann Ray, Cy Doe, WWW 2022]({ARXIV}2101.00002)\n"
        f"- Herons Fish in Shallow Water [KDD, 2021]({ARXIV}2101.00003)\n"
    )
    entries = parse(source, name="list").entries
    told = [(entry.authors, entry.venue, entry.year) for entry in entries]
    assert told == [
        ("Lee et al.", "KDD 2021", 2021),
        ("Ann Ray, Cy Doe", "WWW 2022", 2022),
        (None, "KDD, 2021", 2021),
    ]


def test_lines_with_a_bold_word_and_a_colon_tell_of_the_title_above() -> None:
    """A title opens the next unit, journals and authors belong to it, remarks to nothing."""
    source = "".join(
        f"**Title:** [{title}]({ARXIV}2101.0000{number})\n\n"
        "**Authors:** Ann Lee, et al.\n\n"
        "**Journal Info:** Nature Methods, June 2019\n\n"
        "**Recommendation(s):** All were well, but [otr](https://github.com/a/otr) is slow\n\n"
        for number, title in enumerate(["Otters in Winter Rivers", "A Survey of Old Dams"])
    )
    parsed = parse(source, name="list")
    told = [(one.title, one.authors, one.venue, one.year) for one in parsed.entries]
    assert told == [
        ("Otters in Winter Rivers", "Ann Lee, et al", "Nature Methods", 2019),
        ("A Survey of Old Dams", "Ann Lee, et al", "Nature Methods", 2019),
    ]
    assert {link.url for link in parsed.other_links} == {"https://github.com/a/otr"}


def test_bold_type_of_html_that_begins_with_a_line_break_opens_a_title() -> None:
    """`<b>`, a line break, and the title: not a line of the paper above."""
    source = "".join(
        f"<p>\n<font><b>\n{title}.\n</b></font>\n<br>\n<font>Ann Lee, Bo Ray.</font>\n<br>\n"
        f"<font>CVPR 2023.</font>\n<a href='{ARXIV}2101.0000{number}'>[paper]</a>\n</p>\n\n"
        for number, title in enumerate(["Otters in Winter Rivers", "[BVR] A Survey of Old Dams"])
    )
    found = parse(source, name="list").entries
    assert [(one.title, one.name) for one in found] == [
        ("Otters in Winter Rivers", None),
        ("A Survey of Old Dams", "BVR"),
    ]
    assert {(one.authors, one.venue) for one in found} == {("Ann Lee, Bo Ray", "CVPR 2023")}


@pytest.mark.parametrize(
    "second",
    [
        "Hopper, Grace, and Donald Knuth. **Compilers**. In OSDI, 2015.",
        "[2] Hopper G, Knuth D. *Compilers for Otters and Rivers*. 2015.",
        'Hopper, Grace, and Donald Knuth. 2015. "Compilers for Otters and Rivers." *Nature*.',
    ],
)
def test_a_citation_tells_of_no_other_one(second: str) -> None:
    """Names before a title that is set apart begin a unit, also without any link."""
    first = "Lovelace, Ada, and Alan Turing. **Rivers in spring**. In ICLR, 2016."
    assert len(texts(f"## Papers\n\n{first}\n\n{second}\n", "paragraph")) == 2


@pytest.mark.parametrize("venue", ["*NeurIPS 2016*", "**ICLR**", "*2016*"])
def test_names_and_a_venue_tell_of_the_title_above(venue: str) -> None:
    """What is set apart behind names is no title where it is a venue or a date."""
    source = f"**Rivers in spring and autumn**\n\nAda Lovelace, Alan Turing. {venue}\n"
    assert len(texts(f"{source}\n[paper]({ARXIV}2101.00001)\n", "paragraph")) == 1


@pytest.mark.parametrize("end", ["of the north.", "and *their* rivers"])
def test_a_bold_title_goes_on_in_bold_type_on_the_next_line(end: str) -> None:
    """A small letter goes on with the title; a capital begins something else."""
    link = "[paper](https://arxiv.org/abs/2101.00001)"
    (entry,) = parse(f"1. **Tracking the Otters**\n   **{end}** KDD 2019. {link}", name="l").entries
    assert entry.title == f"Tracking the Otters {end.replace('*', '').rstrip('.')}"
    (entry,) = parse(
        f"1. **Tracking the Otters**\n   **Ann Lee** KDD 2019. {link}", name="l"
    ).entries
    assert entry.title == "Tracking the Otters"
