"""What a family of units settles together: the place of their titles, and guesses."""

import pytest

from pipeline.markdown.families import settle
from pipeline.markdown.fields import read_text
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.units import Units
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"


def titles(source: str) -> list[str]:
    """Return the titles of the entries of a small list."""
    return [entry.title for entry in parse(source, name="list").entries]


def test_a_short_name_above_a_title_line_is_not_the_title() -> None:
    """The nested line that looks like a title is the title; the bold name is a name."""
    source = (
        "- **OTR**\n  - Tracking Otters along Winter Rivers, KDD'19\n"
        f"  - [[paper]]({ARXIV}2101.00001)\n"
        "- **BVR**\n  - Beavers and Dams: A Survey of Rivers, WWW'20\n"
        f"  - [[paper]]({ARXIV}2101.00002)\n"
    )
    entries = parse(source, name="list").entries
    assert [entry.title for entry in entries] == [
        "Tracking Otters along Winter Rivers",
        "Beavers and Dams: A Survey of Rivers",
    ]
    assert [entry.year for entry in entries] == [2019, 2020]


def test_repository_before_the_paper_is_not_the_title() -> None:
    """A linked paper of several words beats a linked name before it."""
    source = f"* [OTR](https://github.com/a/otr): [Tracking Otters along Rivers]({ARXIV}2101.00001)"
    assert titles(source) == ["Tracking Otters along Rivers"]


def test_what_looks_like_authors_once_is_given_back() -> None:
    """One title of five that goes on with "by …" is cut by nobody's habit."""
    rest = "".join(
        f"- [Rivers of the World, Part {number}]({ARXIV}2101.0000{number})\n" for number in range(4)
    )
    cut = f"- [Better Maps by Watching Dogs and Cats]({ARXIV}2101.00009)\n"
    assert "Better Maps by Watching Dogs and Cats" in titles(cut + rest)


def test_remarks_after_a_colon_are_no_part_of_linked_titles() -> None:
    """`[Title](…): a remark` keeps the title; `[Name](…): Title` joins both."""
    remarks = (
        f"- [Otters crossing winter rivers](https://arxiv.org/abs/2101.00001): A good start\n"
        f"- [Beavers and their many dams]({ARXIV}2101.00002): Still one of the best\n"
    )
    names = (
        f"- [Otter]({ARXIV}2101.00001): Tracking Animals along Rivers\n"
        f"- [Beaver]({ARXIV}2101.00002): Mapping Dams from the Air\n"
    )
    assert titles(remarks) == ["Otters crossing winter rivers", "Beavers and their many dams"]
    assert titles(names) == [
        "Otter: Tracking Animals along Rivers",
        "Beaver: Mapping Dams from the Air",
    ]


def test_readings_that_look_like_titles_stay() -> None:
    """Without doubt nothing is weighed: the reading of the rules is the same object."""
    source = f"- [Otters in Winter Rivers]({ARXIV}2101.00001), KDD 2019"
    units = Units(source.encode()).read(read_blocks(source))
    for unit in units:
        unit.reading = read_text(unit.text)
    before = [unit.reading for unit in units]
    settle(units)
    assert all(unit.reading is old for unit, old in zip(units, before, strict=True))


@pytest.mark.parametrize(
    "before",
    [
        "[otr](https://github.com/a/otr) - [R] - A suite of tools that follow animals in rivers. ",
        "OtterNet (a net that follows many animals in rivers): ",
        "Fast Tracking of Otters Based on Rivers: ",
        "A data set of animals which was made in winter (",
    ],
)
def test_a_linked_paper_after_a_long_description_is_an_entry(before: str) -> None:
    """An item that ends with the linked title of a paper presents it, however long it begins."""
    source = f"- {before}[Tracking otters along frozen rivers]({ARXIV}2101.00001)\n"
    assert titles(source) == ["Tracking otters along frozen rivers"]


@pytest.mark.parametrize(
    "source",
    [
        f"- Many have asked how otters cross rivers and [this paper]({ARXIV}2101.00001) says",
        "- A tool that follows animals in rivers. [Applied to otters here](https://a.org/otters)",
    ],
)
def test_a_link_in_a_sentence_or_to_any_page_presents_no_paper(source: str) -> None:
    """What goes on before the link, or leads elsewhere, stays a remark."""
    assert titles(f"{source}\n") == []


def test_quotation_marks_in_a_sentence_do_not_make_a_title() -> None:
    """Of two quoted texts the one that a sentence uses is no title; nor is what lies between."""
    words = 'many tools that look for such a thing as the "quiet otters of winter" in maps. '
    source = (
        f"- [otr](https://github.com/a/otr) - {words}\n"
        f'  Doe, Jane. "Mapping Otters along Frozen Rivers" {ARXIV}2101.00001 Preprint\n'
    )
    assert titles(source) == ["Mapping Otters along Frozen Rivers"]


def test_title_case_after_a_colon_is_no_list_of_persons() -> None:
    """`A: Unifying B, C, and D` looks like names, and is the title below a name in bold."""
    source = (
        "- **NetOtter**\n"
        "  - Tracking as Crossing Rivers: Unifying DeepOtter, LINES, and Node2Otter, WSDM 2018\n"
        "  - [[Paper]](https://a.org/o.pdf)\n  - [[Python OtterClub]](https://github.com/a/o)\n"
    )
    (entry,) = parse(source, name="list").entries
    assert entry.title.startswith("Tracking as Crossing Rivers: Unifying")
    assert (entry.name, entry.year, len(entry.links)) == ("NetOtter", 2018, 2)


@pytest.mark.parametrize(
    ("before", "name", "authors"),
    [
        ("Otter V2: ", "Otter V2", None),
        ("(Otter Net): ", "Otter Net", None),
        ("[[Project Page]](https://a.org/) ", None, None),
        ("2021: ", None, None),
        ("Ada Lovelace, ", None, "Ada Lovelace"),
    ],
)
def test_what_stands_before_a_linked_title(
    before: str, name: str | None, authors: str | None
) -> None:
    """A short text is a name; a label or a date is none, and a person before a comma wrote it."""
    source = f"- {before}[Tracking otters along frozen rivers]({ARXIV}2101.00001)\n"
    (entry,) = parse(source, name="list").entries
    assert (entry.title, entry.name) == ("Tracking otters along frozen rivers", name)
    assert entry.authors == authors


def test_groups_after_a_quoted_title_are_read_one_by_one() -> None:
    """`"Title" [2021-02] [KDD 2021]`: the date of the preprint is no part of the venue."""
    source = f'- "Tracking Otters along Rivers" [2020-12] [KDD 2021] [[paper]({ARXIV}2101.00001)]\n'
    (entry,) = parse(source, name="list").entries
    assert (entry.title, entry.venue) == ("Tracking Otters along Rivers", "KDD 2021")
    assert entry.year == 2021


def test_a_description_of_software_is_no_title() -> None:
    """`[name](repository) - What it does.` is named by its link, with capitals or without."""
    source = (
        "- [otr](https://github.com/a/otr) - Python package that follows many animals in rivers\n"
        "- [bvr](https://github.com/a/bvr) - A Benchmark of Animals for River Mapping\n"
        f"- Tracking Otters along Frozen Rivers, ICML 2021. [[paper]({ARXIV}2101.00001)]\n"
    )
    assert titles(source)[:2] == ["otr", "bvr"]


def test_a_table_of_contents_with_the_lists_own_address_has_no_entries() -> None:
    """A section of a README is no work, unless it is the one that a repository is known by."""
    source = (
        "## Papers\n\n"
        "- [Frozen rivers](https://github.com/a/rivers-papers#frozen-rivers)\n"
        "- [Wide rivers](https://github.com/a/rivers-papers/#wide-rivers)\n"
        f"- [Tracking Otters along Frozen Rivers]({ARXIV}2101.00001)\n"
        "- [OtterNet](https://github.com/a/otternet#readme) code, ICML 2021\n"
    )
    assert titles(source)[0] == "Tracking Otters along Frozen Rivers"


PAPERS = [
    ("Otters in Winter Rivers", "Ann Lee, Bo Ray", "Lee A, Ray B", "KDD 2019"),
    (
        "A Survey of Dams: Builders and Tools",
        "Cy Doe, Di Fox, Ed Orr",
        "Doe C, Fox D, Orr E",
        "WWW 2020",
    ),
    ("Tracking Voles by Night", "Flo Hay, Gus Ivy", "Hay F, Ivy G", "ICML 2021"),
    ("How Herons Fish in Shallow Water", "Hal Joy, Ida Kay", "Joy H, Kay I", "ACL 2022"),
]
FORMS = {
    "dashes": "- {title} - {names} - {venue} - [pdf]({url})",
    "long dashes": "- {title} – {names} – [pdf]({url})",
    "slashes": "* {title} / {names} / {venue} / [pdf]({url})",
    "names and a colon": "- {names}: {title}. {venue}. [pdf]({url})",
    "venue and a colon": "- {venue}: {title} [pdf]({url})",
    "initials behind surnames": "- {short}. {title}. {venue}. [pdf]({url})",
    "year in brackets behind names": "- {names} (2019) {title}. Journal of Rivers. {url}",
    "names behind commas": "- 2021/03/12, {title}, {names}, [pdf]({url})",
    "quotes of German": "- {names}: „{title}“, {venue}, [pdf]({url})",
    "other quotes of German": "- {names}, „{title}”. {venue}. {url}",
}


def in_form(form: str) -> str:
    """Return a list of all papers in one form."""
    return "# Papers\n\n" + "\n".join(
        form.format(
            title=title, names=names, short=short, venue=venue, url=f"{ARXIV}2101.0000{number}"
        )
        for number, (title, names, short, venue) in enumerate(PAPERS)
    )


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_family_tells_what_sets_its_titles_apart(form: str) -> None:
    """One line may have a dash or a name in its title; four lines of a form do not."""
    assert titles(in_form(form)) == [title for title, _, _, _ in PAPERS]


@pytest.mark.parametrize(
    "form", [form for name, form in FORMS.items() if "initials" not in name and "{names}" in form]
)
def test_names_that_are_set_apart_are_the_authors(form: str) -> None:
    """What stands before or behind the titles of a family is theirs."""
    entries = parse(in_form(form), name="list").entries
    assert [entry.authors for entry in entries] == [names for _, names, _, _ in PAPERS]


@pytest.mark.parametrize(
    "title",
    [
        "Describe, Explain, Plan and Select: Planning with Language Models",
        "Serverless Rivers - Are We There Yet? A Case Study of Dams",
        "Maps / Otters: Both at Once",
        "Security of Dams: Flood Analysis, Vole Analysis, Reverse Digging",
    ],
)
def test_one_title_with_such_signs_stays_whole(title: str) -> None:
    """Signs that few of a family have are signs of the title."""
    rest = "".join(
        f"- {other} [pdf]({ARXIV}2101.0000{number})\n"
        for number, (other, _, _, _) in enumerate(PAPERS)
    )
    assert title in titles(f"{rest}- {title} [pdf]({ARXIV}2101.00009)\n")


def test_a_text_that_holds_names_in_most_lines_is_no_title() -> None:
    """Short titles, too: what is glued to names everywhere speaks against its place."""
    source = "# Papers\n\n" + "".join(
        f"- {title} - {names} - {venue} - [pdf]({ARXIV}2101.0000{number})\n"
        for number, (title, names, venue) in enumerate(
            [
                ("Otters in Winter Rivers", "Ann Lee, Bo Ray", "KDD 2019"),
                ("Tracking Voles by Night", "Flo Hay, Gus Ivy", "ICML 2021"),
                ("Herons Fish by Day", "Hal Joy, Ida Kay", "ACL 2022"),
                ("A Survey of Dams", "Cy Doe, Di Fox", "WWW 2020"),
            ]
        )
    )
    entries = parse(source, name="list").entries
    assert [entry.title for entry in entries][::3] == [
        "Otters in Winter Rivers",
        "A Survey of Dams",
    ]
    assert [entry.venue for entry in entries] == ["KDD 2019", "ICML 2021", "ACL 2022", "WWW 2020"]


def test_the_year_behind_names_is_that_of_the_work() -> None:
    """`Lee et al. 2021: Title`: authors, and a year."""
    source = "# Papers\n\n" + "".join(
        f"- {names[:3]} et al. 20{number + 12}: {title} [pdf]({ARXIV}2101.0000{number})\n"
        for number, (title, names, _, _) in enumerate(PAPERS)
    )
    entries = parse(source, name="list").entries
    assert [entry.title for entry in entries] == [title for title, _, _, _ in PAPERS]
    assert [entry.year for entry in entries] == [2012, 2013, 2014, 2015]
    assert all("et al" in (entry.authors or "") for entry in entries)


def test_a_line_alone_below_a_heading_is_read_as_the_others_of_the_page() -> None:
    """A family of one has no votes; those of the page tell where its names begin."""
    lines = [
        f"{title}, {names.partition(', ')[0]}, KDD 2019 [pdf]({ARXIV}2101.0000{number})\n\n"
        for number, (title, names, _, _) in enumerate(PAPERS)
    ]
    source = "## One\n\n" + "".join(lines[:-1]) + "## Two\n\n" + lines[-1]
    assert titles(source) == [title for title, _, _, _ in PAPERS]


def test_a_bold_title_behind_names_without_any_link() -> None:
    """`[1] Lee A, et al. **Title**. arXiv preprint …`: neither the names nor the venue."""
    source = "# Papers\n\n" + "".join(
        f"**[{number}]** Lee A, Ray B, et al. **{title}**. arXiv preprint, 2017.\n\n"
        for number, (title, _, _, _) in enumerate(PAPERS)
    )
    assert titles(source) == [title for title, _, _, _ in PAPERS]


def test_a_long_list_of_names_before_a_bold_title() -> None:
    """A name with an initial is no title, and `Lee et al.: Title` begins with names."""
    names = "D. Silver, A. Huang, L. Sifre, G. Van Den Driessche, J. Schrittwieser, and D. Hassabis"
    source = (
        f"- {names}, **Otters in Winter Rivers**, Nature, 2016. [pdf]({ARXIV}2101.00001)\n"
        f"- **OTR**: A Survey of Dams, KDD 2019 [pdf]({ARXIV}2101.00002)\n"
        f"- **Lee et al.**: Tracking Voles by Night and Day, 2023 [pdf]({ARXIV}2101.00003)\n"
        f"- **BVR**: How Herons Fish, KDD 2019 [pdf]({ARXIV}2101.00004)\n"
    )
    found = parse(source, name="list").entries
    assert [one.title for one in found][::2] == [
        "Otters in Winter Rivers",
        "Tracking Voles by Night and Day",
    ]
    assert [one.authors for one in found][::2] == [names, "Lee et al"]


def test_one_person_before_a_colon_where_others_have_several() -> None:
    """`Ann Lee: Title` beside `Ann Lee and Bo Ray: Title`; `Word Word: Title` elsewhere stays."""
    names = ["Ann Lee and Bo Ray", "Cy Day, Di Fox", "Ann Lee", "Bo Ray and Cy Day"]
    source = "# Papers\n\n" + "".join(
        f"* {persons}: {title}, KDD 2019.\n"
        for persons, (title, _, _, _) in zip(names, PAPERS, strict=True)
    )
    named = f"- Winter Rivers: Otters and How They Swim [pdf]({ARXIV}2101.00001)\n"
    assert titles(source) == [title for title, _, _, _ in PAPERS]
    assert titles(named) == ["Winter Rivers: Otters and How They Swim"]


@pytest.mark.parametrize(
    ("line", "title", "authors", "venue"),
    [
        ('Hoare, "An Axiom of Dams"', "An Axiom of Dams", "Hoare", None),
        (
            "A. Lee, *Why Voles Swim Alone*, J. Voles 4, 12",
            "Why Voles Swim Alone",
            "A. Lee",
            "J. Voles",
        ),
        (
            "OTR Collaboration, *Otters seen at last*, Phys. Rev. 7, 12",
            "Otters seen at last",
            "OTR Collaboration",
            "Phys. Rev.",
        ),
        (
            "Lee A. B., Ray C. Otters in Winter Rivers // KDD. — 2019.",
            "Otters in Winter Rivers",
            "Lee A. B., Ray C",
            "KDD",
        ),
        (
            '«The Market for "Voles"», by Ann Lee',
            'The Market for "Voles"',
            "Ann Lee",
            None,
        ),
        (
            "Otters in Winter, Ann Lee, Bo Ray, Cy Fox, KDD 2019",
            "Otters in Winter",
            "Ann Lee, Bo Ray, Cy Fox",
            "KDD 2019",
        ),
        (
            "Otters in Winter Rivers, Lee, A., Ray, B. C. & Fox, D. (2015)",
            "Otters in Winter Rivers",
            "Lee, A., Ray, B. C. & Fox, D",
            None,
        ),
        (
            "Ann Lee et Bo Ray. « Otters in Winter Rivers ». KDD 2019.",
            "Otters in Winter Rivers",
            "Ann Lee et Bo Ray",
            "KDD",
        ),
        (
            "*Otters in Winter Rivers*, A. Lee e altri",
            "Otters in Winter Rivers",
            "A. Lee e altri",
            None,
        ),
        ("**OTR**: OTR: Rivers in Winter Again", "OTR: Rivers in Winter Again", "", None),
        ("[[@lee2019]] Otters in Winter Rivers", "Otters in Winter Rivers", "", None),
    ],
)
def test_names_before_or_behind_a_title(
    line: str, title: str, authors: str, venue: str | None
) -> None:
    """What is quoted or in italics behind names is the title, as in citations of all fields."""
    (entry,) = parse(f"# Papers\n\n- {line} [pdf]({ARXIV}2101.00001)\n", name="list").entries
    assert (entry.title, (entry.authors or "").rstrip("."), entry.venue) == (title, authors, venue)


def test_a_name_before_a_link_with_a_colon_is_no_person() -> None:
    """`Domain Agnostic: [Title](…)` looks like a person; several names would be authors."""
    found = parse(
        f"- Domain Agnostic: [Otters in Winter Rivers]({ARXIV}2101.00001)\n"
        f"- Lee, Ray: [Tracking Voles by Night]({ARXIV}2101.00002)\n",
        name="list",
    ).entries
    assert [(one.title, one.authors) for one in found] == [
        ("Otters in Winter Rivers", None),
        ("Tracking Voles by Night", "Lee, Ray"),
    ]


def test_the_linked_title_of_a_cell_counts_more_than_names_before_it() -> None:
    """`Lee, Ray: [Title](…). KDD 2019` in one cell."""
    cell = f"Lee, Ray: [Otters in Winter]({ARXIV}2101.00001). KDD 2019"
    (entry,) = parse(f"|Day|Text|\n|-|-|\n|5 May|{cell}|\n", name="list").entries
    assert (entry.title, entry.authors, entry.year) == ("Otters in Winter", "Lee, Ray", 2019)


@pytest.mark.parametrize(
    "source",
    [
        f"Voles\n: A. Lee. [Otters in Winter Rivers]({ARXIV}2101.00001). KDD 2019.\n",
        f"1、【KDD 2019】Otters in Winter Rivers\n   论文地址：{ARXIV}2101.00001\n",
        f"- Otters in Winter Rivers[^1] (KDD 2019) [pdf]({ARXIV}2101.00001)\n\n[^1]: [x](https://a.b)",
    ],
    ids=["definition", "label below", "footnote"],
)
def test_a_title_among_signs_of_other_writers(source: str) -> None:
    """Definitions, labels on lines of their own, footnotes: none is a part of the title."""
    assert titles(source) == ["Otters in Winter Rivers"]
