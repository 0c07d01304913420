"""Tests of `pipeline.works.titles`."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.works.titles import (
    MAX_TITLE_LENGTH,
    normalise,
    title_digest,
    title_key,
    version_tokens,
    word_count,
)

SAME = [
    ("Pre-training of Language Models", "Pretraining of language models"),
    ("Learning with $\\beta$-VAE", "Learning with β-VAE"),
    ("Learning with β-VAE", "Learning with Beta-VAE"),
    ("Depth from 360° Images", "Depth from 360-Degree Images"),
    ("Depth from $360^\\circ$ Images", "Depth from 360deg images"),
    ("E<sup>2</sup>NeRF", "E²NeRF"),
    ("Search &amp; Recommendation", "Search & Recommendation"),
    ("**TALLRec**: An Effective `Framework`", "TALLRec: an effective framework"),
    ("[TALLRec](https://example.org/a_b): A Framework", "TALLRec: A Framework"),
    ("Detecting Objects (CVPR'24)", "Detecting Objects"),
    ("Detecting Objects [ICLR 2024 Oral]", "Detecting Objects"),
    ("Users’ Preferences and ChatGPT’s Views", "Users' Preferences and ChatGPT's Views"),
    ('Schr\\"odinger and Erd\\H{o}s', "Schrödinger and Erdos"),
    ("G\\'erard na{\\\"\\i}ve", "Gérard naïve"),
    ("$\\textit{et al.}$ considered", "et al. considered"),
    ("ＬＬＭ for ﬁne-tuning", "LLM for fine-tuning"),
    ("A – B — C", "A-B-C"),
    ("🚀 A Title ✅", "A Title"),
    ("推荐系统：综述", "推荐系统 综述"),
    ("Large Language Models‚Äô Limits", "Large Language Models' Limits"),
    ("O($\\log n$) Search", "O(log n) search"),
]
DIFFERENT = [
    ("CGOF: Controllable Generation", "CGOF++: Controllable Generation"),
    ("E2NeRF: Event Enhanced", "E³NeRF: Event Enhanced"),
    ("GBDT+LR", "GBDT LR"),
    ("Detecting COVID-19", "Detecting COVID"),
    ("A Paradigm (P5)", "A Paradigm"),
    ("推荐系统综述", "推荐系统研究"),
    ("हिन्दी का", "हिन्दी की"),
    ("ガラス", "カラス"),
    ("🚀", "✅"),
    ("Глубокое обучение", "Глубокое чтение"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_title_have_one_key(one: str, other: str) -> None:
    """Markup, encoding, accents, case and punctuation do not make another title."""
    assert title_key(one) == title_key(other)
    assert title_digest(one) == title_digest(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_titles_keep_two_keys(one: str, other: str) -> None:
    """What tells two works apart survives, in every script."""
    assert title_key(one) != title_key(other)
    assert title_digest(one) != title_digest(other)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("CGOF++: Controllable 3D Faces", "cgof plusplus controllable 3d faces"),
        ("GBDT+LR", "gbdt plus lr"),
        ("  Many\n spaces\t here ", "many spaces here"),
        ("Don't Stop: “Quotes”", "dont stop quotes"),
        ("X_y under_score", "x y under score"),
        ("$x_1$ and $x^2$", "x1 and x2"),
        ("a < b and c > d", "a less b and c greater d"),
        ("0", "0"),
        ("", ""),
        ("???", "???"),
        ("\ud800", "\ud800"),
    ],
)
def test_normalise_gives_words(title: str, words: str) -> None:
    """The word form is lower case with single spaces; signs alone are kept."""
    assert normalise(title) == words


@pytest.mark.parametrize(
    ("title", "tokens"),
    [
        ("RoMa v2", ("2",)),
        ("OnePose++", ("plusplus",)),
        ("Part II of 3D + 4D", ("3", "4", "ii", "plus")),
        ("MVImgNet2.0", ("2.0",)),
        ("Division of Labour", ()),
        ("Galactic Streams V", ("v",)),
        ("Galactic Streams, Part VIII", ("viii",)),
        ("Streams: Part B", ("b",)),
        ("Streams, Volume Two", ("two",)),
        ("Streams, vol. c", ("c",)),
        ("Chapter Ten of Two", ("ten",)),
        ("A Party of Two", ()),
    ],
)
def test_version_tokens(title: str, tokens: tuple[str, ...]) -> None:
    """Numbers, plus signs and Roman numerals that stand alone are version tokens."""
    assert version_tokens(title) == tokens


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("", 0),
        ("Amazon", 1),
        ("Zero-Shot Recommender Systems", 4),
        ("推荐系统综述", 3),
        ("LLM 综述", 2),
    ],
)
def test_word_count(title: str, words: int) -> None:
    """Words are counted after normalisation, two ideographs as one word."""
    assert word_count(title) == words


def test_digest_is_stable() -> None:
    """The digest is part of published keys: twelve hexadecimal digits that never change."""
    assert title_digest("Attention Is All You Need") == "5563e10cdb03"


@pytest.mark.parametrize(
    "piece", ["[", "](", "<a", "\\", "(a", "${", "![", "{\\'", "<", "(aaaa ", "'", "1-", "é"]
)
def test_hostile_titles_take_linear_time(piece: str, growth: Callable[..., float]) -> None:
    """A title of repeated openings costs no more than its length, up to the longest looked at."""
    eighth = MAX_TITLE_LENGTH // 8 // len(piece)

    assert growth(lambda times: piece * times, normalise, small=eighth) < 24


def test_titles_are_cut() -> None:
    """What is beyond the longest title is not looked at."""
    assert normalise("ab " * 100_000) == normalise(("ab " * 1_000)[:MAX_TITLE_LENGTH])


def test_hard_pairs_agree_on_version_tokens(shared: Path) -> None:
    """On the labelled hard pairs no two works have one key, and version tokens are as labelled."""
    with (shared / "data/matching/hard_pairs.csv").open(newline="", encoding="utf-8") as file:
        pairs = list(csv.DictReader(file))

    assert len(pairs) > 50
    for pair in pairs:
        one, other = pair["arxiv_title"], pair["published_title"]
        equal = version_tokens(one) == version_tokens(other)
        assert equal == (pair["version_tokens_equal"] == "True"), one
        assert pair["label"] == "same" or title_key(one) != title_key(other), one


def test_keys_of_real_titles_are_unique(shared: Path) -> None:
    """Among some 50,000 real titles only records that repeat a title share a key."""
    path = shared / "data/arxiv/bulk_titles.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        titles = [json.loads(line)["title"] for line in file]

    assert len(titles) > 45_000
    assert len(titles) - len({title_key(title) for title in titles}) <= 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C# for Everybody", "C for Everybody"),
        ("F# and Friends", "F and Friends"),
        ("GPT-3.5 in Practice", "GPT-35 in Practice"),
        ("Scaling to 1.5 Billion", "Scaling to 15 Billion"),
        ("Release v1.1 of a Corpus", "Release v11 of a Corpus"),
        ("On the Question of P = NP", "On the Question of P ≠ NP"),
        ("On the Question of P = NP", "On the Question of P != NP"),
        ("On the Question of P = NP", r"On the Question of $P \neq NP$"),
        ("Why x ≤ y Holds", "Why x ≥ y Holds"),
        ("Why x < y Holds", "Why x > y Holds"),
        ("Gains of ±3 Points", "Gains of 3 Points"),
    ],
)
def test_signs_that_make_another_title(one: str, other: str) -> None:
    """What a sign or a point tells apart has two keys."""
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("On the Question of P ≠ NP", r"On the Question of $P \neq NP$"),
        ("From Images -> Text", "From Images → Text"),
        ("1,000 Genomes", "1000 Genomes"),
        ("MVImgNet2.0: Data", "MVImgNet 2.0 Data."),
        ("Introducing Issue #5", "Introducing Issue 5"),
        ("No.1 of All", "No. 1 of All"),
        ("The End.", "The End"),
    ],
)
def test_signs_that_make_no_other_title(one: str, other: str) -> None:
    """Punctuation, arrows, and other spellings of one sign."""
    assert title_key(one) == title_key(other)
