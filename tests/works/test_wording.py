"""Tests of `pipeline.works.wording`: which words may differ in two spellings of one title."""

import pytest

from pipeline.works.wording import MAX_WORDS, differs_slightly, is_variant


@pytest.mark.parametrize(
    ("one", "other", "slight"),
    [
        ("maps for weather", "maps for weather", True),
        ("search in visual rooms", "search for the visual rooms", True),
        ("pre training of models", "pretraining models", True),
        ("pre training of nets", "pretrained nets", False),
        ("text mixtures of experts", "video mixtures of experts", False),
        ("adam is a good optimizer", "adam is not a good optimizer", False),
        ("learning with labels", "learning without labels", False),
        ("supervised learning", "unsupervised learning", False),
        ("linear maps", "non linear maps", False),
        ("linear maps", "nonlinear maps", False),
        ("convex games", "in convex games", True),
        ("intra class spread", "inter class spread", False),
        ("maps of rooms", "maps of dark rooms", False),
        ("sound from vision", "sound to vision", False),
        ("maps over water", "maps under water", False),
        ("maps from water", "maps of water", True),
        ("maps of water", "maps into water", True),
        ("streams of type a", "streams of type", False),
        ("text to image", "image to text", False),
        ("a " * (MAX_WORDS + 1), "a " * (MAX_WORDS + 1), False),
        ("", "", True),
    ],
)
def test_what_differs_must_be_spelling(one: str, other: str, slight: bool) -> None:
    """Function words, hyphens and inflections are spelling; a negation or a noun is not."""
    assert differs_slightly(one, other) is slight
    assert differs_slightly(other, one) is slight


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("map", "maps", True),
        ("strategy", "strategies", True),
        ("class", "classes", True),
        ("behaviour", "behavior", True),
        ("composed", "comoposed", True),
        ("generation", "generative", True),
        ("image", "imgae", False),
        ("sdmt", "sdmv", False),
        ("micro", "macro", False),
        ("intertemporal", "intratemporal", False),
        ("explicit", "implicit", False),
        ("深度学习推荐系统综述研究", "深度学习推荐系统综述研讨", False),
        ("is", "i", False),
    ],
)
def test_variants_of_a_word(one: str, other: str, same: bool) -> None:
    """Plurals, and one or two letters in a long Latin word that begins alike."""
    assert is_variant(one, other) is same
    assert is_variant(other, one) is same
