"""Forms of whole lists that no public list at hand had: each kind in several spellings."""

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

HOST = "https://rivers.example/"
ARXIV = "https://arxiv.org/abs/2101.0000"


def read(source: str) -> list[Entry]:
    """Return the entries of a small list."""
    return list(parse(source, name="list").entries)


def told(entry: Entry) -> tuple[str, str | None, str | None, int | None]:
    """Return what is said of a work."""
    return entry.title, entry.authors, entry.venue, entry.year


@pytest.mark.parametrize("quotes", ["“{}”", '"{}"', '**"{}"**', "**“{}”**"])
def test_a_quoted_title_is_told_of_by_the_lines_below_it(quotes: str) -> None:
    """Quotes set a title apart, with its full stop in them; persons and venue are nested."""
    titles = ["Otters crossing a river at night.", "Beavers and the price of wood."]
    items = "".join(f"* {quotes.format(one)}\n  * Otterman et al. ICLR. 2019.\n" for one in titles)
    found = read(f"# Papers\n{items}")
    assert [told(one) for one in found] == [
        (title[:-1], "Otterman et al.", "ICLR", 2019) for title in titles
    ]


@pytest.mark.parametrize("sign", ["-", "_"])
def test_year_and_venue_before_a_title_are_joined_by_one_sign(sign: str) -> None:
    """`2019_KDD_Title` and `2019-KDD-Title` are numbered paragraphs, each a work of its own."""
    titles = ["Counting Otters in Winter Rivers", "A Fast Index of Beaver Dams"]
    lines = "\n\n".join(
        f"[{number}] 2019{sign}KDD{sign}{title}." for number, title in enumerate(titles, 1)
    )
    assert [told(one) for one in read(f"# Papers on rivers\n\n{lines}\n")] == [
        (title, None, "KDD", 2019) for title in titles
    ]


@pytest.mark.parametrize(
    ("tail", "venue", "year"),
    [
        (" - CVPR - 2017", "CVPR", 2017),
        (" - ECCV -2018", "ECCV", 2018),
        (" – arXiv – 2018", "arXiv", 2018),
        (" - CVPR 2017", "CVPR 2017", 2017),
        (", arXiv201704", "arXiv201704", 2017),
        ("， arXiv2017.4", "arXiv2017.4", 2017),
    ],
)
def test_venue_and_year_trail_a_title_behind_dashes_and_wide_commas(
    tail: str, venue: str, year: int
) -> None:
    """They may be part of the link's text; a dash within the title stays."""
    title = "Real-Time Counting of Semi-Wild Otters"
    (entry,) = read(f"## Papers\n- [{title}{tail}]({ARXIV}1)\n")
    assert told(entry) == (title, None, venue, year)


def test_a_dash_before_what_is_no_venue_stays_in_the_title() -> None:
    """Subtitles stand behind dashes, too."""
    (entry,) = read(f"## Papers\n- [Counting Otters - A Survey of Rivers]({ARXIV}1)\n")
    assert entry.title == "Counting Otters - A Survey of Rivers"


@pytest.mark.parametrize("persons", ["Otterman et al.", "van den Otter et al", "Otter et al."])
def test_persons_behind_a_colon_are_no_part_of_the_title(persons: str) -> None:
    """`[Title: Otterman et al.](…)`."""
    (entry,) = read(f"## Papers\n- [Counting Otters at Night (CON): {persons}]({ARXIV}1)\n")
    assert entry.title.startswith("Counting Otters at Night")
    assert entry.title.endswith(("Night", "(CON)"))
    assert entry.authors == persons.rstrip(".")


@pytest.mark.parametrize("name", ["Dynamic 3D Otters", "4D Rivers", "RiverNet2"])
def test_a_name_with_digits_may_lead_a_quoted_title(name: str) -> None:
    """`**Name**: "Title"`, also with a blank before the colon."""
    line = (
        f'- **{name}** : "Counting the Otters of Winter Rivers", *CVPR 2019*. [[Paper]]({ARXIV}1)'
    )
    (entry,) = read(f"## Papers\n{line}\n")
    assert (entry.title, entry.name) == ("Counting the Otters of Winter Rivers", name)


def test_citations_of_acm_without_a_link_are_entries_of_their_own() -> None:
    """`Persons. Year. Title. Venue.`: a paragraph that tells of the work above has no title."""
    source = (
        f"## To read\n\nCVPR 2019, [Counting Otters at Night]({ARXIV}1)\n\n"
        "A. Otterman and B. Beaver. 2018. Fair Shares of Wood on Rivers. In KDD 2018. 10-19.\n\n"
        "C.D. Lynx, E. Hare, and F. Wolf. 2017. Tracks in Snow: A Survey. IEEE Access 8 (2017).\n"
    )
    first, second, third = read(source)
    assert (first.authors, first.end_line) == (None, 3)
    assert told(second)[:2] == ("Fair Shares of Wood on Rivers", "A. Otterman and B. Beaver")
    assert told(third)[:2] == ("Tracks in Snow: A Survey", "C.D. Lynx, E. Hare, and F. Wolf")
    assert [one.year for one in (second, third)] == [2018, 2017]


def test_a_bold_line_with_its_own_link_tells_of_nothing_above() -> None:
    """No link of one paragraph comes to the work of another, however short its name is."""
    blocks = [f"**{name}**\\\nHow it stores fish\\\n{HOST}{name}.pdf" for name in ("Weir", "Dam")]
    found = read("## Papers\n\n" + "\n\n".join(blocks) + "\n")
    assert [[link.url for link in one.links] for one in found] == [
        [f"{HOST}Weir.pdf"],
        [f"{HOST}Dam.pdf"],
    ]


@pytest.mark.parametrize("written", [f"#{ARXIV}1", f"#{HOST}a.pdf"])
def test_an_address_behind_a_number_sign_is_a_broken_link(written: str) -> None:
    """`(#https://…)` leads nowhere; what it means is plain, and what stood there is kept."""
    (entry,) = read(f"## Papers\n- [Counting Otters at Night]({written})\n")
    (link,) = entry.links
    assert (link.url, link.written, link.role) == (written[1:], written, "paper")


def test_a_paper_with_the_sign_of_an_image_is_a_link() -> None:
    """`![Title](https://arxiv.org/abs/…)`; a picture from a paper's host is none."""
    row = f"| ![Counting Otters at Night]({ARXIV}1) | 2021 |"
    (entry,) = read(f"| Paper | Year |\n|---|---|\n{row}\n")
    assert (entry.title, [link.url for link in entry.links]) == (
        "Counting Otters at Night",
        [f"{ARXIV}1"],
    )
    picture = "![figure](https://arxiv.org/html/2101.00001v1/x1.png)"
    assert read(f"## Papers\n- Otters {picture}\n") == []


@pytest.mark.parametrize("heading", ["SIGCOMM 2024", "CVPR'24", "NeurIPS 2023"])
def test_a_linked_heading_that_names_a_venue_and_a_year_is_no_work(heading: str) -> None:
    """What it published stands below."""
    source = f"## [{heading}]({HOST}program.html)\n- [Counting Otters at Night]({ARXIV}1)\n"
    assert [one.title for one in read(source)] == ["Counting Otters at Night"]


@pytest.mark.parametrize("label", ["Notes", "Code", "Slides", "Notes:"])
def test_a_label_behind_a_linked_title_is_no_sentence(label: str) -> None:
    """A paragraph: the venue, the linked title, a label and its link."""
    line = f"KDD 2019, [Counting Otters at Night]({HOST}a/) --- {label} [here]({HOST}b)"
    (entry,) = read(f"## Learning\n\n{line}\n")
    assert (entry.title, entry.year) == ("Counting Otters at Night", 2019)


def test_a_short_linked_name_is_told_of_by_the_citation_nested_below_it() -> None:
    """The name stays the name; the nested line has title, venue and persons, and no link."""
    source = (
        "## Denoising\n"
        f"- OTR [[Web]]({HOST}otr) [[Code]](https://github.com/a/otr)\n"
        "  - Counting Otters at Night by Their Shadows (CVPR 2019), Otterman et al.\n"
        f"- BVR [[Web]]({HOST}bvr) [[PDF]]({ARXIV}1)\n"
        "  - Weighing Beavers in Muddy Water Alone (TIP 2018), Beaver et al.\n"
    )
    assert [(one.name, *told(one)) for one in read(source)] == [
        ("OTR", "Counting Otters at Night by Their Shadows", "Otterman et al", "CVPR 2019", 2019),
        ("BVR", "Weighing Beavers in Muddy Water Alone", "Beaver et al", "TIP 2018", 2018),
    ]


def test_works_without_a_blank_line_between_begin_where_their_titles_stand() -> None:
    """Bold title, persons, links: the next work begins with its title, not with its link."""
    block = "**{}**  \nAnn Otterman, Bo Beaver, Cy Lynx  \n[arXiv 2019]({}) • [code]({})  \n"
    titles = ["Counting Otters in Winter Rivers", "Weighing Beavers in Muddy Water"]
    blocks = "".join(
        block.format(title, f"{ARXIV}{n}", f"https://github.com/a/{n}")
        for n, title in enumerate(titles, 1)
    )
    found = read(f"## Papers\n{blocks}")
    assert [(one.line, one.title) for one in found] == [(2, titles[0]), (5, titles[1])]


def test_numbered_references_in_one_paragraph_are_works_of_their_own() -> None:
    """`[n] Title, 1964` without links; a line between two numbers tells of the first."""
    source = (
        "## Papers on rivers\n\n"
        "[1] Counting Otters in Winter Rivers, 1964\n"
        "    - the first to count them\n"
        "[2] Weighing Beavers in Muddy Water Alone, 2018, KDD\n"
        "[3] Fair Shares of Wood on Long Rivers, 1967\n"
    )
    assert [(one.line, one.title, one.year) for one in read(source)] == [
        (3, "Counting Otters in Winter Rivers", 1964),
        (5, "Weighing Beavers in Muddy Water Alone", 2018),
        (6, "Fair Shares of Wood on Long Rivers", 1967),
    ]


def test_titles_with_notes_of_readers_in_brackets_are_works() -> None:
    """The notes are files beside the list; a line that sends to such a file is no title."""
    titles = [
        "Counting Otters in Winter Rivers",
        "Weighing Beavers in Muddy Water",
        "Wood on Rivers",
    ]
    items = "".join(f"* {one} ([Ann](./notes/{n}.md))\n" for n, one in enumerate(titles))
    assert [one.title for one in read(f"## List of papers\n\n{items}")] == titles
    assert (
        read("## List of papers\n\n* How to add a paper is told in [a file](./ADDING.md)\n") == []
    )


@pytest.mark.parametrize("colon", [":", ": "])
def test_references_of_dblp_have_persons_before_a_colon(colon: str) -> None:
    """`Persons:Title. Venue year: pages`, as dblp shows them."""
    persons = ["Ann Otterman, Bo Beaver, Cy Lynx", "Di Hare, Ed Wolf", "Flo Fox, Gus Elk, Hal Owl"]
    titles = ["Counting Otters on Rivers", "Weighing Beavers in Water", "Sharing Wood with Others"]
    items = "".join(
        f"+ {names}{colon}{title}. KDD 2018: 128-142\n"
        for names, title in zip(persons, titles, strict=True)
    )
    assert [told(one) for one in read(f"## Papers\n{items}")] == [
        (title, names, "KDD 2018", 2018) for names, title in zip(persons, titles, strict=True)
    ]
