"""The measure of real and made-up references: what it reads, makes and counts."""

import asyncio
import json
from pathlib import Path

import pytest

from benchmarks.calibrate import TitleIndex
from benchmarks.references import (
    Indexed,
    Reference,
    as_list,
    labelled,
    made,
    outcomes_of,
    resolved,
    shown,
)
from pipeline.works.candidates import CandidateWork
from pipeline.works.titles import title_key

TITLES = (
    "Gated Attention Networks for Seasonal Weather Forecasts",
    "Sparse Voting Trees Improve Robust Tabular Learning",
    "Ranking Songs after Listening Twice with Children",
    "Hidden Markov Chains Describe Migrating Whales Better",
    "Solving Crossword Puzzles through Constraint Propagation",
    "Cheap Sensors Predict Floods along Small Rivers",
)
PERSONS = ("Ann Author", "Bo Writer", "Cy Third", "Di Fourth", "Ed Fifth", "Flo Sixth")
WORKS = [
    CandidateWork(key=f"arxiv:2101.0000{n}", title=title, authors=(who,), published="2021")
    for n, (title, who) in enumerate(zip(TITLES, PERSONS, strict=True))
]


def row(title: str, label: str = "VALID", **more: object) -> str:
    """A line of a labelled file."""
    author = "Author, Ann and Writer, Bo"
    fields = {"title": title, "author": author, "year": "2021", "booktitle": "KDD"}
    return json.dumps({"fields": fields, "label": label, **more})


def said(references: list[Reference]) -> dict[str, str]:
    """Return what a run says of each title, where the works are all that is known."""
    index = TitleIndex(WORKS)
    asked = resolved(
        as_list(references), Indexed(index, "arxiv-search"), [Indexed(index, "datacite-search")]
    )
    return {one.title: word for one, word in outcomes_of(references, asyncio.run(asked))}


def test_labelled_references_are_read(tmp_path: Path) -> None:
    """Names become those of persons; a made-up one with a real title is counted apart."""
    path = tmp_path / "dev.jsonl"
    kinds = {"hallucination_type": "swapped_authors", "subtests": {"title_exists": True}}
    lines = [
        row(TITLES[0]),
        row("A Made-Up Title", "HALLUCINATED", hallucination_type="plausible_fabrication"),
        row(TITLES[1], "HALLUCINATED", **kinds),
        row(f"On {TITLES[1]}", "HALLUCINATED", hallucination_type="near_miss_title"),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")

    first, second, third, fourth = labelled(path)

    assert first == Reference(TITLES[0], "Ann Author, Bo Writer", "KDD", "2021", "real")
    assert second.kind == "made-up: plausible_fabrication"
    assert third.kind == "made-up, real title: swapped_authors"
    assert fourth.kind == "near miss: near_miss_title"


def test_a_run_takes_real_ones_and_doubts_made_up_ones() -> None:
    """Pipes and stars in a title change no other line."""
    made_up = "Quokkas | Juggle *Burning* Torches over Tall Bridges"
    references = [
        Reference(TITLES[0], "Ann Author", "KDD", "2021", "real"),
        Reference(made_up, "Ann Author", "KDD", "2021", "made-up: plausible"),
        Reference(TITLES[2], "Flo Sixth", "KDD", "2021", "made-up: other authors"),
    ]

    assert said(references) == {
        TITLES[0]: "accepted",
        made_up: "unverified",
        TITLES[2]: "review",
    }


def test_made_references_are_the_same_every_time_and_no_title_is_a_real_one() -> None:
    """But for those of which only the authors are others."""
    once, again = list(made(WORKS, 1)), list(made(WORKS, 1))

    assert once == again
    known = set(map(title_key, TITLES))
    for one in once:
        if not one.is_real and one.kind != "made-up: other authors":
            assert title_key(one.title) not in known


@pytest.mark.parametrize(
    ("kind", "word", "code"),
    [
        ("real", "accepted", 0),
        ("real", "open", 0),
        ("real", "unverified", 1),
        ("made-up: plausible", "accepted", 1),
        ("made-up: plausible", "unverified", 0),
        ("made-up, real title: wrong_venue", "accepted", 0),
        ("near miss: near_miss_title", "accepted", 0),
    ],
)
def test_the_exit_code_tells_what_must_not_be(kind: str, word: str, code: int) -> None:
    """A real one accused, or a title that nobody has given accepted."""
    assert shown([(Reference(TITLES[0], "", "", "2021", kind), word)]) == code
