"""BibTeX, read by a strict parser."""

from dataclasses import replace
from io import StringIO

import pytest
from pybtex.database import BibliographyData
from pybtex.database.input.bibtex import Parser

from pipeline.formats.exports.bibtex import render_bibtex
from pipeline.records.catalog import PublishedVersion
from tests.formats.exports.works_by_hand import ATTENTION, PUBLISHED, work, works


def read(text: str) -> BibliographyData:
    """Read with pybtex, which rejects a missing comma, double keys and double fields."""
    return Parser().parse_stream(StringIO(text))


def test_arxivs_own_form() -> None:
    """Byte for byte; a group is kept together by braces."""
    assert render_bibtex([work(ATTENTION)]) == (
        "@misc{vaswani2017attention,\n"
        "  title         = {Attention Is All You Need},\n"
        "  author        = {Vaswani, Ashish and Kaiser, Łukasz and {Google Brain Team}},\n"
        "  year          = {2017},\n"
        "  eprint        = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass  = {cs.CL},\n"
        "  doi           = {10.48550/arXiv.1706.03762},\n"
        "  url           = {https://arxiv.org/abs/1706.03762},\n"
        "}\n"
    )


def test_a_published_work_with_signs_of_latex() -> None:
    """Signs are escaped, a formula stays, capitals that a style would lower are in braces."""
    entry = read(render_bibtex([work(PUBLISHED)])).entries["beethoven2023recallatk"]

    assert entry.type == "inproceedings"
    assert entry.fields["booktitle"] == "SIGIR 2023"
    assert entry.fields["title"] == (r"100\% Recall\_at\_k \& $O(n^2)$ {BERT}-like {3D} Ranking")
    assert [str(person) for person in entry.persons["author"]] == [
        "van Beethoven, Ludwig",
        "Ñandú, José",
    ]


def test_a_journal() -> None:
    """Its name tells."""
    journal = PublishedVersion(venue="IEEE Transactions", doi=None, source="crossref")
    paper = replace(PUBLISHED, published_as=journal)
    (entry,) = read(render_bibtex([work(paper)])).entries.values()

    assert (entry.type, "journal" in entry.fields) == ("article", True)


def test_every_work_is_read_back() -> None:
    """Hostile ones too."""
    both = [read(render_bibtex(works(), ascii_only=ascii_only)) for ascii_only in (False, True)]

    assert [set(one.entries) for one in both] == [{work.cite for work in works()}] * 2
    assert render_bibtex([]) == ""


def test_the_word_and_inside_a_name_parts_no_persons() -> None:
    """Braces keep together what could not be taken apart for certain."""
    paper = replace(ATTENTION, authors=("Alice Smith and Bob Builder", "Tim And"))
    (entry,) = read(render_bibtex([work(paper)])).entries.values()

    assert [str(person) for person in entry.persons["author"]] == [
        "{Alice Smith and Bob Builder}",
        "{Tim And}",
    ]


@pytest.mark.parametrize(
    ("named", "more"), [("A. Vaswani, N. Shazeer et al.", 1), ("A. Vaswani", 0)]
)
def test_a_list_that_names_the_first_authors_alone_says_so(named: str, more: int) -> None:
    """`and others`, as BibTeX has it; a registry names all."""
    mention = replace(ATTENTION.mentions[0], authors=named)
    paper = replace(ATTENTION, authors=(), mentions=(mention,))
    (entry,) = read(render_bibtex([work(paper)])).entries.values()

    assert [str(one) for one in entry.persons["author"]].count("others") == more
    (known,) = read(render_bibtex([work(replace(paper, authors=("Ann Li",)))])).entries.values()
    assert [str(one) for one in known.persons["author"]] == ["Li, Ann"]


def test_ascii() -> None:
    """Accents as commands; what has none by its number."""
    paper = replace(ATTENTION, authors=("José Ñandú", "王伟"), title="Naïve “Straße” – ≤ 中")
    text = render_bibtex([work(paper)], ascii_only=True)

    assert text.isascii()
    assert r"{\~{N}}and{\'{u}}, Jos{\'{e}}" in text
    assert r"Na{\"{i}}ve ``Stra{\ss}e" in text
    assert r'{\symbol{"738B}}' in text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            r"$\input{/etc/passwd}$ x",
            r"\$\textbackslash{}input\textbraceleft{}/etc/passwd\textbraceright{}\$ x",
        ),
        (r"\write18{rm} x", r"\textbackslash{}write18\textbraceleft{}rm\textbraceright{} x"),
        ("From $5 to $10 a day", r"From \$5 to \$10 a day"),
        (r"$\mathcal{O}(n)$ Time", r"$\mathcal{O}(n)$ Time"),
        (
            r"$\frac{1}{2$ Bits",
            r"\$\textbackslash{}frac\textbraceleft{}1\textbraceright{}\textbraceleft{}2\$ Bits",
        ),
        ("A ~ B ^ C", r"A \textasciitilde{} {B} \textasciicircum{} {C}"),
        ("A } , note = {x", r"A \textbraceright{} , note = \textbraceleft{}x"),
    ],
)
def test_a_title_can_neither_run_nor_break_anything(title: str, expected: str) -> None:
    """Only a formula of known commands and with even braces stays as it is."""
    paper = replace(ATTENTION, title=title)

    assert f"  title         = {{{expected}}},\n" in render_bibtex([work(paper)])
    assert len(read(render_bibtex([work(paper)])).entries) == 1
