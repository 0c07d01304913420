"""What stands behind a title: authors, venue and year, alone and among siblings."""

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

URL = "https://arxiv.org/abs/1706.0376"
TITLE = "Attention Is All You Need"


def entries(*tails: str, title: str = f"**{TITLE}**") -> tuple[Entry, ...]:
    """Return the entries of a list of one title with different tails."""
    lines = (f"- {title}{tail} [[paper]({URL}{n})]" for n, tail in enumerate(tails))
    return parse("\n".join(lines), name="list").entries


@pytest.mark.parametrize(
    ("tail", "authors", "venue", "year"),
    [
        (" Ann Lee, Bo Ray, Cy Day ICLR 2021", "Ann Lee, Bo Ray, Cy Day", "ICLR 2021", 2021),
        (". _Fong & Vedaldi CVPR 2018_", "Fong & Vedaldi", "CVPR 2018", 2018),
        (". Lee J, Ray R, Day S. FC '16", "Lee J, Ray R, Day S", "FC '16", 2016),
        (". Lee J, Ray R. '15", "Lee J, Ray R", None, 2015),
        (". A. Lee, B. Ray. CVPR2014", "A. Lee, B. Ray", "CVPR2014", 2014),
        (" *H. Peng and P.S. Yu*. IJCAI 2019", "H. Peng and P.S. Yu", "IJCAI 2019", 2019),
        (" Ann Lee, Bo Ray, TOPLAS 2024", "Ann Lee, Bo Ray", "TOPLAS 2024", 2024),
        (" Ann Lee, Bo Ray, under review, 2022", "Ann Lee, Bo Ray", "under review, 2022", 2022),
        (", Amanda Curry and Judy Robertson, 2020", "Amanda Curry and Judy Robertson", None, 2020),
        (". _Alvarez-Melis and Jaakola 2018_", "Alvarez-Melis and Jaakola", None, 2018),
        (" *Ann Lee (Some Institute), Bo Ray. arXiv*", "Ann Lee, Bo Ray", "arXiv", None),
        (" *Lee et al. Nature Medicine 2022*", "Lee et al.", "Nature Medicine 2022", 2022),
        (". Ann Lee, Bo Ray, accepted by NDSS 2016", "Ann Lee, Bo Ray", "NDSS 2016", 2016),
        (", *Lee et al.*, EMNLP 2023 (Findings).", "Lee et al", "EMNLP 2023 (Findings)", 2023),
        (
            " — *Proceedings of the 1st Workshop on Climate Language (ClimateNLP 2024)* (2024)",
            None,
            "Proceedings of the 1st Workshop on Climate Language (ClimateNLP 2024)",
            2024,
        ),
        (", IEEE T-RO 31, 5 (2015)", None, "IEEE T-RO", 2015),
        (". Otter Med. 2019;25(1):44-56.", None, "Otter Med", 2019),
        (". Beavers. 2019;25(1):44-56.", None, "Beavers", 2019),
        (", 4 Dam L. Rev. 193 (1890).", None, "Dam L. Rev", 1890),
        (", Phys. Rev. **47**, 777 (1935)", None, "Phys. Rev", 1935),
        (". Geophys. J. Int., 153, 213–228, 2003", None, "Geophys. J. Int", 2003),
        (". *Otter Biol* 9, 13-20 (2018)", None, "Otter Biol", 2018),
        (". River Letters 44, 7–19, 1998", None, "River Letters", 1998),
        (". River Letters 44(2), 7–19, 1998", None, "River Letters", 1998),
        (". River Letters 44(2), 1998", None, "River Letters", 1998),
        (". A. Lee, B. Ray. River Acts 44(2): 7–19", "A. Lee, B. Ray", "River Acts", None),
        (". A. Lee, B. Ray. Molecular Cell, May 3, 2020", "A. Lee, B. Ray", "Molecular Cell", 2020),
        (" (Kumar, 2017)", "Kumar", None, 2017),
        (" (Oct, 2024)", None, None, 2024),
        (" (Google, 2016)", None, None, 2016),
        (" (Nature, 2017)", None, "Nature, 2017", 2017),
        (", 改变数据结构，计算资源更少", None, None, None),
        (". Ann Lee and B. Ray EUROGRAPHICS 2018", "Ann Lee and B. Ray", "EUROGRAPHICS 2018", 2018),
        (", A. Lee, B. T. Ray, Cy Day, CVPR 2018", "A. Lee, B. T. Ray, Cy Day", "CVPR 2018", 2018),
        (" (2019) by Ann Lee", "Ann Lee", None, 2019),
        ("  \n  intro: BMVC 2017  \n  arXiv: ", None, "BMVC 2017", 2017),
        ("  \n  arXiv： ", None, None, None),
        ("  \n  note: what we said at the talk of 2017", None, None, None),
        (" ![](https://img.shields.io/badge/EMNLP%202022-orange)", None, "EMNLP 2022", 2022),
        (" ![](https://img.shields.io/badge/Citations-22-green)", None, None, None),
    ],
)  # fmt: skip
def test_one_tail(tail: str, authors: str | None, venue: str | None, year: int | None) -> None:
    """Persons end where a venue begins, with a comma or without; brackets belong to a venue."""
    (entry,) = entries(tail)
    assert (entry.title, entry.authors, entry.venue, entry.year) == (TITLE, authors, venue, year)


def test_authors_over_several_lines() -> None:
    """A line break after "and" or a comma is none."""
    (entry,) = parse(
        f"- [{TITLE}]({URL}1), (2019) by *Ann Lee and\n  Bo Ray and\n  Cy Day*", name="x"
    ).entries
    assert entry.authors == "Ann Lee, Bo Ray, Cy Day"


def test_a_place_of_venues_holds_venues() -> None:
    """A name that nobody knows is a venue where most siblings have one, and nowhere else."""
    known = [f", *Ann Lee, Bo Ray*, {venue}, 2020." for venue in ("NeurIPS", "ICML", "CVPR")]
    unknown = ", *Cy Day, Di Fox*, Annual Meeting of Some Kind, 2021."
    assert entries(*known, unknown)[-1].venue == "Annual Meeting of Some Kind"
    assert entries(unknown)[-1].venue is None


@pytest.mark.parametrize("other", ["Google", "Plagiarism", "Ann Lee"])
def test_what_siblings_do_not_make_a_venue(other: str) -> None:
    """An organisation, a plain word or a person stays out of the venue."""
    tails = (" | ICML'20", " | ICLR'21", " | OSDI'22", f" | {other}")
    assert [entry.venue for entry in entries(*tails)] == ["ICML'20", "ICLR'21", "OSDI'22", None]


def test_a_place_of_authors_holds_authors() -> None:
    """One person alone is an author where siblings have authors."""
    several = [f"\n  *Ann Lee, Bo Ray, {name}*" for name in ("Cy Day", "Di Fox", "Ed Gow")]
    assert entries(*several, "\n  *Fay Hill*")[-1].authors == "Fay Hill"


def test_tags_of_siblings_are_venues() -> None:
    """A tag before the title is a venue where most tags are, and a name where most are names."""
    tags = ("2021 Cell", "2020 PNAS", "2022 Nature Methods", "2022 Cancers")
    source = "\n".join(f"- [{tag}] **{TITLE}** [[paper]({URL}{n})]" for n, tag in enumerate(tags))
    assert [entry.venue for entry in parse(source, name="x").entries] == list(tags)
    named = source.replace("[2022 Cancers]", "[Ma 2013]").replace("[2021 Cell]", "[Chen 2012]")
    named = named.replace("[2020 PNAS]", "[Chan 2008]").replace(
        "[2022 Nature Methods]", "[Lee 2011]"
    )
    names = [entry.name for entry in parse(named, name="x").entries]
    assert names == ["Chen 2012", "Chan 2008", "Lee 2011", "Ma 2013"]


@pytest.mark.parametrize(("year", "wanted"), [("2010", 2020), ("2020", 2020), ("2011", 2011)])
def test_a_month_of_arxiv_is_no_year(year: str, wanted: int) -> None:
    """Beside 2010.12345 "arXiv 2010" is October 2020."""
    source = f"- [{TITLE}](https://arxiv.org/abs/2010.12345), arXiv {year}"
    assert [entry.year for entry in parse(source, name="x").entries] == [wanted]


def test_a_name_of_persons_is_their_names() -> None:
    """A text with "et al." in the place of a short name tells authors."""
    source = f'- **Wang et al.**: "{TITLE}" [[paper]({URL}1)]'
    (entry,) = parse(source, name="x").entries
    assert (entry.title, entry.name, entry.authors) == (TITLE, None, "Wang et al")


def test_a_column_that_no_header_names_is_told_by_its_cells() -> None:
    """A column of venues or dates is one whatever stands above it; an unknown venue counts too."""
    rows = ("ICLR 2024", "CVM 2024", "2021", "NeurIPS 2023", "Toplas Letters 2020")
    lines = [f"|**{TITLE} {n}**| {venue} | [Link]({URL}{n}) |" for n, venue in enumerate(rows)]
    source = "|Name|Info|Link|\n|---|---|---|\n" + "\n".join(lines)
    entries = parse(source, name="x").entries
    assert [entry.venue for entry in entries] == [rows[0], rows[1], None, rows[3], rows[4]]
    assert [entry.year for entry in entries] == [2024, 2024, 2021, 2023, 2020]


def test_a_name_in_a_table_leaves_out_who_made_it() -> None:
    """Authors and year in brackets behind a method's name are authors and year."""
    source = "|Model|Score|Paper|\n|---|---|---|\n" + "\n".join(
        f"| {name} | {n}.5 | [{TITLE} {n}]({URL}{n}) |"
        for n, name in enumerate(("TRADE (Wu et al, 2019)", "SAS (Hu and Lee, 2020)"))
    )
    read = [(e.name, e.authors, e.year) for e in parse(source, name="x").entries]
    assert read == [("TRADE", "Wu et al", 2019), ("SAS", "Hu and Lee", 2020)]


@pytest.mark.parametrize(
    ("line", "title", "venue", "year"),
    [
        (
            f"- **OTR**: Dams at single-cell, single-drop solution. NeurIPS 2024 [[pdf]({URL}1)]",
            "OTR: Dams at single-cell, single-drop solution",
            "NeurIPS 2024",
            2024,
        ),
        (
            f"- **14-NSDI-mOTR: A Stack for Rivers** [[pdf]({URL}1)]",
            "mOTR: A Stack for Rivers",
            "NSDI",
            2014,
        ),
        (f"- {TITLE}. arXiv 1706 [[pdf]({URL}1)]", TITLE, "arXiv 1706", 2017),
        (f"- {TITLE}. arXiv 1705 [[pdf]({URL}1)]", TITLE, "arXiv 1705", None),
        (
            f"- 1995 A. Lee and B. Ray. A Linear Time Algorithm for Dams. SIGMOD. [[pdf]({URL}1)]",
            "A Linear Time Algorithm for Dams",
            "SIGMOD",
            1995,
        ),
    ],
)  # fmt: skip
def test_venue_and_year_of_a_line(line: str, title: str, venue: str, year: int | None) -> None:
    """A sentence that ends in a venue is none, a month of arXiv tells the year, a year may lead."""
    (entry,) = parse(line, name="list").entries
    assert (entry.title, entry.venue, entry.year) == (title, venue, year)


def test_a_column_of_citations_is_neither_title_nor_venue() -> None:
    """`Lee et al. '20` links a paper; the model that the row presents is named elsewhere."""
    head = "| Model | F1 | Paper/Source |\n|---|---|---|\n"
    rows = [
        f"| {name} | 9{n}.1 | [{cited}]({URL}{n}) |"
        for n, (name, cited) in enumerate(
            [
                ("BiOTR", "Lee et al. '20"),
                ("BVR-CRF", "Ray et al. '18"),
                ("Heron", "Day et al. '17"),
            ]
        )
    ]
    found = parse(head + "\n".join(rows), name="list").entries
    assert [one.title for one in found] == ["BiOTR", "BVR-CRF", "Heron"]
    assert {one.venue for one in found} == {None}


SAYS = "We follow many otters from one river to the next and say in which of them they sleep."


@pytest.mark.parametrize(
    ("line", "venue"),
    [
        (" in OTRW 2019.", "OTRW 2019"),
        (
            f" - {SAYS} In KDD 2019.",
            "KDD 2019",
        ),
        (
            f". River Letters, 12(3), 4-9. {SAYS}",
            "River Letters",
        ),
    ],
)
def test_a_venue_stands_around_a_description(line: str, venue: str) -> None:
    """A description does not hide the venue before or behind it."""
    source = f"- [Otters of Winter Rivers](https://arxiv.org/abs/1901.00001){line}"
    (entry,) = parse(source, name="list").entries
    assert (entry.title, entry.venue) == ("Otters of Winter Rivers", venue)
