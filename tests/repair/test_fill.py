"""What the catalog knows and a list lacks, in the list's own style."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from pipeline.markdown.entries import read_list
from pipeline.previous import Previous
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    PublishedVersion,
    RepositoryPart,
    Resolution,
)
from pipeline.records.lists import Entry, Link
from pipeline.repair.fill import filled
from pipeline.repair.rewriting import Plan, applied
from pipeline.repair.venues import evident, short_venue

NAME = "mine"
A = "A Strange Title about Reading Lists"


def arxiv(number: int) -> str:
    """Return the address of a paper."""
    return f"https://arxiv.org/abs/2401.{number:05}"


def code(number: int) -> str:
    """Return the address of a repository."""
    return f"https://github.com/owner/name{number}"


def known(text: str, title: str = A, **fields: Any) -> Previous:
    """Return a catalog in which the entry of this title is a work that was found."""
    mention = next(entry for entry in read_list(text, NAME).entries if entry.title == title)
    facts: dict[str, Any] = {
        "key": "arxiv:2401.00099",
        "title": title,
        "arxiv": ArxivPart(id="2401.00099"),
        "mentions": (mention,),
        "resolution": Resolution(status="found", method="list"),
    }
    return Previous(papers=(Paper(**(facts | fields)),))


def with_code(
    text: str, *urls: str, title: str = A, status: Any = "found", **more: Any
) -> Previous:
    """Return a catalog in which another list has the work's code."""
    links = tuple(Link(url=url, role="code", line=1, column=1) for url in urls)
    other = Entry(list="other", line=1, end_line=1, title=title, links=links)
    previous = known(text, title)
    parts = tuple(
        RepositoryPart(full_name=url.removeprefix("https://github.com/"), url=url, status=status)
        for url in urls
    )
    (paper,) = previous.papers
    mentions = (*paper.mentions, other)
    update = {"mentions": mentions, "repositories": parts, **more}
    return Previous(papers=(replace(paper, **update),))


def done(text: str, previous: Previous) -> tuple[str, Plan]:
    """Return a list after it was filled in; a second time nothing is added."""
    plan = filled(text.encode(), NAME, previous.papers)
    after = applied(text.encode(), plan.edits)
    assert filled(after, NAME, previous.papers).edits == ()
    return after.decode(), plan


def bullets(line: str, join: str = ", ", count: int = 4) -> str:
    """Return a list of entries with paper and code, and one more line."""
    rows = [
        f"+ A Title Number {n} of Some Papers, ICML 2024,"
        f" [[paper]]({arxiv(n)}){join}[[code]]({code(n)})."
        for n in range(1, count + 1)
    ]
    return "\n".join(["# List", "", *rows, line, ""])


def table(*cells: str, head: str = "| Title | Venue | Link |") -> str:
    """Return a table whose rows have their links in one cell each."""
    rows = [
        f"| A Title Number {n} of Some Papers | ICML 2024 | {cell} |"
        for n, cell in enumerate(cells)
    ]
    return "\n".join([head, "|---|---|---|", *rows, ""])


# --- links ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("join", "after"),
    [
        (", ", ", [[paper]](https://arxiv.org/abs/2401.00099), [[code]]({c})."),
        (" ", ", [[paper]](https://arxiv.org/abs/2401.00099) [[code]]({c})."),
        ("", ", [[paper]](https://arxiv.org/abs/2401.00099)[[code]]({c})."),
        (" / ", ", [[paper]](https://arxiv.org/abs/2401.00099) / [[code]]({c})."),
    ],
)
def test_paper_link_of_a_code_only_item(join: str, after: str) -> None:
    """It is written before the code, as in the entries around."""
    line = f"+ {A}, ICML 2024, [[code]]({code(50)})."
    text = bullets(line, join)
    filled_in, plan = done(text, known(text))
    assert filled_in == text.replace(line, f"+ {A}, ICML 2024{after.format(c=code(50))}")
    assert plan.counts == {"fill": 1}


def test_code_link_of_an_item() -> None:
    """It is written behind the paper, before what ends the sentence."""
    line = f"+ {A}, ICML 2024, [[paper]]({arxiv(99)})."
    text = bullets(line)
    filled_in, _ = done(text, with_code(text, code(60)))
    assert filled_in == text.replace(line, f"{line[:-1]}, [[code]]({code(60)}).")


def test_entry_that_moved_is_found() -> None:
    """The last run saw it further up."""
    text = bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
    moved = text.replace("# List", "# List\n\nnew words")
    filled_in, _ = done(moved, with_code(text, code(60)))
    assert f", [[code]]({code(60)})." in filled_in


def test_line_ends_stay() -> None:
    """CRLF, and no newline at the end."""
    line = f"+ {A}, ICML 2024, [[paper]]({arxiv(99)})"
    text = bullets(line).rstrip("\n").replace("\n", "\r\n")
    filled_in, _ = done(text, with_code(text, code(60)))
    assert filled_in == f"{text}, [[code]]({code(60)})"


@pytest.mark.parametrize(
    ("neighbours", "own", "after"),
    [
        (
            ["[[Paper]]({p}) [[Code]]({c})"] * 3,
            f"[[Code]]({code(50)})",
            f"[[Paper]]({arxiv(99)}) [[Code]]({code(50)})",
        ),
        (
            ["[Paper]({p})<br>[Code]({c})"] * 3,
            f"[Code]({code(50)})",
            f"[Paper]({arxiv(99)})<br>[Code]({code(50)})",
        ),
        (
            ["[code]({c}), [link]({p})"] * 3,
            f"[code]({code(50)})",
            f"[code]({code(50)}), [link]({arxiv(99)})",
        ),
        (
            ["[[Paper]]({p})", "[[Code]]({c})"] * 2,
            f"[[Code]]({code(50)})",
            f"[[Paper]]({arxiv(99)}) [[Code]]({code(50)})",
        ),
    ],
)
def test_paper_link_of_a_row(neighbours: list[str], own: str, after: str) -> None:
    """In the cell and the form of the other rows; a space where no row has both."""
    cells = [cell.format(p=arxiv(n + 1), c=code(n + 1)) for n, cell in enumerate(neighbours)]
    row = f"| {A} | ICML 2024 | {own} |\n"
    text = table(*cells) + row
    filled_in, _ = done(text, known(text))
    assert filled_in == text.replace(own, after)


@pytest.mark.parametrize(
    "empty", [" ", "  -  ", "                                               ", " N/A "]
)
def test_code_in_a_column_of_its_own(empty: str) -> None:
    """An empty cell takes the link; a wide one keeps its width."""
    rows = [
        f"| A Title Number {n} of Some Papers | [link]({arxiv(n)}) | [link]({code(n)}) |"
        for n in range(1, 4)
    ]
    head = ["| Title | Paper | Code |", "|:--|---|---|"]
    row = f"| {A} | [link]({arxiv(99)}) |{empty}|"
    text = "\n".join([*head, *rows, row, ""])

    filled_in, _ = done(text, with_code(text, code(60)))

    new = filled_in.splitlines()[-1].split("|")[3]
    assert new.strip() == f"[link]({code(60)})"
    assert filled_in.splitlines()[:-1] == text.splitlines()[:-1]
    assert len(new) == len(empty) or len(empty) < 20


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).", count=1), "no one form"),
        (
            bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
            .replace("1), [[code]]", "1); [[code]]")
            .replace("2), [[code]]", "2)[[code]]"),
            "side by side",
        ),
        (
            bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
            .replace(
                "[[code]](https://github.com/owner/name1)",
                "[github](https://github.com/owner/name1)",
            )
            .replace(
                "[[code]](https://github.com/owner/name2)", "[git](https://github.com/owner/name2)"
            ),
            "no one form",
        ),
        (bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}). <!-- pipeline:ignore -->"), "ignore"),
    ],
)
def test_without_one_style_nothing_is_written(text: str, why: str) -> None:
    """It is said instead."""
    filled_in, plan = done(text, with_code(text, code(60)))
    assert filled_in == text
    assert why in plan.left[0].why


@pytest.mark.parametrize(
    "previous",
    [
        {"urls": (code(60), code(61))},
        {"urls": (code(60),), "status": "missing"},
        {"urls": (f"{code(60)}/tree/main/part",)},
        {"urls": ()},
        {"urls": (code(60),), "resolution": Resolution(status="review")},
        {"urls": (code(60),), "identifiers": {"github": "owner/other"}, "repositories": ()},
        {
            "urls": (code(60),),
            "findings": (
                Finding(
                    code="foreign-code-link",
                    severity="warning",
                    message="…",
                    list="other",
                    line=1,
                    url=code(60),
                ),
            ),
        },
        {
            "urls": (code(60),),
            "findings": (
                Finding(code="wrong-paper", severity="error", message="…", list=NAME, line=7),
            ),
        },
    ],
)
def test_uncertain_code_is_not_written(previous: dict[str, Any]) -> None:
    """Several, gone, part of another, foreign, or of a work that is not certain itself."""
    text = bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
    facts = dict(previous)
    filled_in, _ = done(text, with_code(text, *facts.pop("urls"), **facts))
    assert filled_in == text


def test_entry_that_has_all_is_left_alone() -> None:
    """Another address of the same paper, or code elsewhere, is there already."""
    text = bullets(
        f"+ {A}, ICML 2024, [[pdf]](https://openreview.net/pdf?id=abcdefgh) [[code]](https://gitlab.com/a/b)."
    )
    assert done(text, with_code(text, code(60)))[0] == text


def test_mojibake_around_stays() -> None:
    """The other cells are no business of a repair."""
    cells = [f"[[Paper]]({arxiv(n)}) [[Code]]({code(n)})" for n in range(1, 4)]
    row = f"| {A} | ICML 2024 åˆ—è¡¨âœ… | [[Code]]({code(50)}) |\n"
    text = table(*cells) + row
    filled_in, _ = done(text, known(text))
    assert filled_in == text.replace("| [[Code]]", f"| [[Paper]]({arxiv(99)}) [[Code]]")


# --- venues -----------------------------------------------------------------------------------

LONG = "Proceedings of the 46th International ACM SIGIR Conference on Research and Development"


def published(venue: str, year: int | None = 2023) -> dict[str, Any]:
    """Return what the catalog says of a published version."""
    return {
        "published_as": PublishedVersion(
            venue=venue, doi="10.1145/1.1", year=year, source="crossref"
        )
    }


@pytest.mark.parametrize(
    ("style", "old", "venue", "new"),
    [
        ("{} {}", "arxiv 2023", LONG, "SIGIR 2023"),
        ("{} {}", "arXiv", LONG, "SIGIR 2023"),
        ("{}'{:.2}", "arXiv 2022", LONG, "SIGIR'23"),
        ("{} {}", "arxiv 2023", "ACM Conference on Recommender Systems", "RecSys 2023"),
        ("{} {}", "arxiv 2023", "Journal of Unheard Things", None),
        ("{} {}", "arxiv 2023", "SIGIR Workshop on eCommerce", None),
        ("{} {}", "ECIR 2023", LONG, None),
    ],
)
def test_venue_of_a_preprint_that_was_published(
    style: str, old: str, venue: str, new: str | None
) -> None:
    """By its short name, in the style of the list; what is no preprint stays."""
    year = "24" if ".2" in style else "2024"
    names = ("ICML", "KDD", "WWW", "RecSys")
    rows = [
        f"+ A Title Number {n} of Some Papers, {style.format(name, year)}, [[paper]]({arxiv(n)})."
        for n, name in enumerate(names, start=1)
    ]
    line = f"+ {A}, {old}, [[paper]]({arxiv(99)})."
    text = "\n".join([*rows, line, ""])

    filled_in, _ = done(text, known(text, **published(venue)))

    assert filled_in == (text.replace(line, line.replace(old, new)) if new else text)


@pytest.mark.parametrize(
    ("venue", "short"),
    [
        (LONG, "SIGIR"),
        (
            "Proceedings of the 29th ACM SIGKDD Conference on Knowledge Discovery and Data Mining",
            "KDD",
        ),
        ("Proceedings of the ACM Web Conference 2024", "WWW"),
        ("Findings of the Association for Computational Linguistics: EMNLP 2023", None),
        ("Companion Proceedings of the ACM Web Conference 2024", None),
        ("Lecture Notes in Computer Science", None),
        ("arXiv", None),
    ],
)
def test_short_name_of_a_venue(venue: str, short: str | None) -> None:
    """What people write for what a registry writes; nothing where that is not certain."""
    assert short_venue(venue) == short


COLUMNS = """\
| Title | Venue | Year | Paper |
|---|---|---|---|
| A Title Number 1 of Some Papers | ICML | 2024 | [pdf](https://arxiv.org/abs/2401.00001) |
| A Title Number 2 of Some Papers | KDD | 2024 | [pdf](https://arxiv.org/abs/2401.00002) |
| A Title Number 3 of Some Papers | WWW | 2024 | [pdf](https://arxiv.org/abs/2401.00003) |
"""


@pytest.mark.parametrize("cell", ["", "-", "arXiv", "n/a"])
def test_venue_in_a_column_of_its_own(cell: str) -> None:
    """An empty cell is filled, and the name stands as those of the other rows do."""
    row = f"| {A} | {cell:8} | 2024 | [pdf]({arxiv(99)}) |\n"
    accepted = PublishedVersion(
        venue="NeurIPS 2024", doi=None, year=2024, source="arxiv", state="accepted"
    )

    filled_in, _ = done(COLUMNS + row, known(COLUMNS + row, published_as=accepted))

    line = filled_in.splitlines()[-1]
    assert [one.strip() for one in line.split("|")][2:4] == ["NeurIPS", "2024"]
    assert filled_in.startswith(COLUMNS)


def test_a_workshop_is_not_its_conference() -> None:
    """Nothing is written where a short name would say more than the authors do."""
    row = f"| {A} | arXiv | 2024 | [pdf]({arxiv(99)}) |\n"
    workshop = PublishedVersion(
        venue="ICML 2024 Workshop on X", doi=None, year=2024, source="arxiv", state="accepted"
    )

    assert done(COLUMNS + row, known(COLUMNS + row, published_as=workshop))[0] == COLUMNS + row


def test_code_that_the_paper_names_itself() -> None:
    """GitHub knows it, under its name of today; no other entry has to link to it."""
    line = f"+ {A}, ICML 2024, [[paper]]({arxiv(99)})."
    text = bullets(line)
    part = RepositoryPart(
        full_name="us/ours",
        url="https://github.com/us/ours",
        status="found",
        renamed_from="us/old",
        named_by="abstract",
    )
    fact = {"abstract": "Our code is available at https://github.com/us/old."}

    filled_in, _ = done(text, known(text, repositories=(part,), **fact))

    assert "[[code]](https://github.com/us/ours)." in filled_in.splitlines()[-1]


def test_code_at_another_service() -> None:
    """Its service has answered for it."""
    text = bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
    url = "https://codeberg.org/us/ours"
    part = RepositoryPart(service="codeberg", full_name="us/ours", url=url, status="found")
    part = part.model_copy(update={"named_by": "abstract"})

    filled_in, _ = done(text, known(text, repositories=(part,), abstract=f"Our code is at {url}."))

    assert f"[[code]]({url})." in filled_in.splitlines()[-1]


@pytest.mark.parametrize(
    ("status", "abstract"),
    [
        ("missing", "Our code is available at https://github.com/us/ours."),
        ("failed", "Our code is available at https://github.com/us/ours."),
        ("found", "We build on https://github.com/us/ours."),
        ("found", "Code: https://github.com/us/ours and https://github.com/us/more"),
        ("found", "Code: https://github.com/us/ours/tree/main/part"),
    ],
)
def test_code_without_proof_is_not_written(status: Any, abstract: str) -> None:
    """Gone, not answered for, of somebody else, one of two, or a part of something."""
    text = bullets(f"+ {A}, ICML 2024, [[paper]]({arxiv(99)}).")
    part = RepositoryPart(full_name="us/ours", url="https://github.com/us/ours", status=status)
    part = part.model_copy(update={"named_by": "abstract"})

    assert done(text, known(text, repositories=(part,), abstract=abstract))[0] == text


def test_style_must_be_evident() -> None:
    """Three in four, and at least two."""
    assert evident(Counter("aaab")) == "a"
    assert evident(Counter("aab")) is None
    assert evident(Counter("a")) is None
    assert evident(Counter()) is None
