"""BibTeX to entries: whole files, and blocks within Markdown."""

from collections.abc import Callable

import pytest

from pipeline.markdown.bibtex import is_bibtex, plain_text
from pipeline.records.lists import ParsedList
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"
FILE = r"""% Encoding: UTF-8
@string{neurips = "Advances in Neural Information Processing Systems"}

@inproceedings{vaswani2017,
  author    = {Vaswani, Ashish and Noam Shazeer and {\'E}cole, Jos{\'e} and others},
  title     = {Attention is {All} You Need for {\"U}ber 100% R&D},
  booktitle = neurips,
  year      = {2017},
  url       = {https://arxiv.org/abs/1706.03762},
}

@article{devlin2018,
  title={{BERT}: Pre-training of Deep
         Bidirectional Transformers},
  journal={arXiv preprint arXiv:1810.04805},
  year=2018
}
"""
OTHER = "@misc{x, title={Deep Residual Learning for Image Recognition}, eprint={1512.03385}}\n"


def read(text: str) -> ParsedList:
    """Read a list."""
    return parse(text, name="l")


def test_file_gives_entries_with_their_places() -> None:
    """LaTeX is decoded, names are turned round, abbreviations written out."""
    first, second = read(FILE).entries

    assert first.title == "Attention is All You Need for Über 100% R&D"
    assert first.authors == "Ashish Vaswani, Noam Shazeer, José École, et al."
    assert first.venue == "Advances in Neural Information Processing Systems"
    assert (first.year, first.line, first.end_line, first.kind) == (2017, 4, 10, "paper")
    (link,) = first.links
    assert (link.url, link.role, link.line, link.column) == (f"{ARXIV}1706.03762", "paper", 9, 16)
    assert second.title == "BERT: Pre-training of Deep Bidirectional Transformers"
    assert (second.venue, second.year, second.links[0].url) == (None, 2018, f"{ARXIV}1810.04805")
    assert (second.links[0].line, second.links[0].column) == (15, 12)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_hold_for_every_line_end(end: str) -> None:
    """As in every list."""
    entries = read(FILE.replace("\n", end)).entries

    assert [one.line for one in entries] == [4, 12]
    assert entries[0].links[0].line == 9


@pytest.mark.parametrize(
    ("fields", "urls"),
    [
        ("doi = {10.1145/3292500.3330701}", ["https://doi.org/10.1145/3292500.3330701"]),
        ('doi = "https://doi.org/10.1145/1.2"', ["https://doi.org/10.1145/1.2"]),
        ("eprint = {arXiv:1810.04805v2}", [f"{ARXIV}1810.04805v2"]),
        ("eprint={1810.04805}, archivePrefix={arXiv}", [f"{ARXIV}1810.04805"]),
        ("eprint = {12345}, eprinttype = {hal}", []),
        ("note = {See \\url{https://a.example/x\\_y} and https://b.example/z.}",
         ["https://a.example/x_y", "https://b.example/z"]),
        ("url={https://a.example/}, pdf={https://a.example/}", ["https://a.example/"]),
        ("abstract = {We release https://a.example/ here.}", []),
        ("url = {a.example}", []),
    ],
)  # fmt: skip
def test_links_of_a_record(fields: str, urls: list[str]) -> None:
    """Written out, as DOI, as eprint; each once; those of an abstract are not the record's."""
    (entry,) = read(f"@misc{{k, title={{A Title of a Paper}}, {fields}}}\n").entries

    assert [link.url for link in entry.links] == urls


@pytest.mark.parametrize(
    "damaged",
    [
        "@article{broken,\n  title = {No end,\n  url = {https://lost.example/}\n",
        "@article{broken\n  title = {No comma}, url = {https://lost.example/}\n}\n",
        "@article{broken, title {No sign} url={https://lost.example/}}\n",
        "@article{broken, year = 2020, url={https://lost.example/}}\n",
    ],
)
def test_damaged_record_costs_itself_only(damaged: str) -> None:
    """It is told with its line, and its links are checked."""
    parsed = read(f"{OTHER}\n{damaged}\n{OTHER.replace('{x', '{y').replace('Deep', 'A Deep')}")

    assert [one.line for one in parsed.entries] == [1, parsed.entries[-1].line]
    assert [(one.code, one.line) for one in parsed.problems] == [("unread-entry", 3)]
    assert [one.url for one in parsed.other_links] == ["https://lost.example/"]


def test_repeated_keys_and_fields_cost_nothing() -> None:
    """People paste records without looking at their keys."""
    parsed = read(f"{OTHER}{OTHER.replace('Deep', 'A Deep')}@misc{{z, title={{A B}}, title={{C}}}}")

    assert [one.title for one in parsed.entries] == [
        "Deep Residual Learning for Image Recognition",
        "A Deep Residual Learning for Image Recognition",
        "A B",
    ]
    assert parsed.problems == ()


def test_record_takes_from_its_parent_what_it_lacks() -> None:
    """A volume is no paper, though its papers refer to it."""
    parsed = read(
        "@inproceedings{a, title={A Title of a Paper}, crossref={v}}\n"
        "@proceedings{v, title={Proceedings of X}, booktitle={X 2020}, year=2020,"
        " url={https://x.example/}}\n"
    )

    (entry,) = parsed.entries
    assert (entry.venue, entry.year) == ("X 2020", 2020)
    assert [one.url for one in parsed.other_links] == ["https://x.example/"]


LIST = f"# Papers\n\n- [Attention Is All You Need]({ARXIV}1706.03762)\n"


@pytest.mark.parametrize(
    "around",
    [
        "```bibtex\n{}```\n",
        "~~~\n{}~~~\n",
        "````\n{}````\n",
        "{}\n",
        "{}\n- [A Further Title of a Paper](https://openreview.net/forum?id=H1eA7AEtvS)\n",
    ],
)
def test_block_in_a_list_gives_entries(around: str) -> None:
    """Fenced or not, under its heading, beside what is written in Markdown."""
    parsed = read(f"{LIST}\n## Residual\n\n{around.format(OTHER)}")
    first, second, *more = parsed.entries

    assert (first.title, second.title) == ("Attention Is All You Need", OTHER[16:60])
    assert second.section == ("Papers", "Residual")
    assert (second.links[0].url, len(more)) == (f"{ARXIV}1512.03385", "Further" in around)


@pytest.mark.parametrize(
    "before",
    [
        "## Citation\n\n",
        "## How to cite\n\nUse this:\n\n",
        "If this is helpful, please cite:\n",
        "## 引用\n\n",
        "Please consider citing us.\n\n```bibtex\n@misc{own, title={Our Own Survey}}\n```\n\n",
    ],
)
def test_own_citation_is_no_entry(before: str) -> None:
    """What a list asks to be cited by, it does not present."""
    parsed = read(f"{LIST}\n{before}```bibtex\n{OTHER}```\n")

    assert [one.title for one in parsed.entries] == ["Attention Is All You Need"]


def test_record_below_its_own_entry_is_no_second_one() -> None:
    """By its title or its link; a further link of it is checked all the same."""
    same = OTHER.replace(
        "Deep Residual Learning for Image Recognition", "Attention is all you need"
    )
    parsed = read(f"{LIST}  ```\n  {same}  ```\n")

    assert len(parsed.entries) == 1
    assert [one.url for one in parsed.other_links] == [f"{ARXIV}1512.03385"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (FILE, True),
        ("\ufeff\n\n@Article {x, }", True),
        ("@comment(none)", True),
        (LIST, False),
        ("@maintainer: please look\n", False),
        ("mail@misc{x}", False),
        ("", False),
    ],
)
def test_file_is_known_by_its_beginning(text: str, wanted: bool) -> None:
    """Whatever its name is: standard input has none."""
    assert is_bibtex(text) is wanted


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\'E}cole {\"U}ber Stra{\ss}e \o{} \c{c} {\v{s}}", "École Über Straße ø ç š"),
        (r"A {BERT} for $\alpha$-divergence", "A BERT for α-divergence"),
        (r"R\&D, 50\% and 50% of a_b", "R&D, 50% and 50% of a_b"),
        ("One--Two ``quoted'' and~so", "One–Two “quoted” and so"),
        (r"\emph{New} \textbf{Title}", "New Title"),
        (r"a \input{/etc/passwd} b", "a b"),
        ("\\" + "{" * 9000, ""),
    ],
)
def test_latex_is_shown(latex: str, text: str) -> None:
    """No command reads a file, and nothing that is odd raises."""
    assert plain_text(latex).replace("\\", "") == text


def test_time_is_linear(growth: Callable[..., float]) -> None:
    """Records, damaged ones, and openings that never end."""
    for piece in (
        OTHER,
        "@article{a,",
        "@a{b, c={",
        "@string{x = {y}}\n@misc{k, title=x, url=x}\n",
    ):
        assert growth(lambda size, piece=piece: "@misc{,}" + piece * size, read, small=200) < 20
