"""COinS: what a reference manager reads out of a row."""

from urllib.parse import parse_qs

from pipeline.formats.exports.page.coins import coins
from tests.formats.exports.works_by_hand import ATTACK, ATTENTION, PUBLISHED, work


def test_preprint() -> None:
    """With its DOI and its page; no journal."""
    assert parse_qs(coins(work(ATTENTION)), strict_parsing=True) == {
        "ctx_ver": ["Z39.88-2004"],
        "rft_val_fmt": ["info:ofi/fmt:kev:mtx:journal"],
        "rft.genre": ["preprint"],
        "rft.atitle": ["Attention Is All You Need"],
        "rft.date": ["2017-06-12"],
        "rft.au": ["Vaswani, Ashish", "Kaiser, Łukasz", "Google Brain Team"],
        "rft_id": ["info:doi/10.48550/arXiv.1706.03762", "https://arxiv.org/abs/1706.03762"],
    }


def test_published() -> None:
    """As an article of a conference, with its name."""
    fields = parse_qs(coins(work(PUBLISHED)))

    assert fields["rft.genre"] == ["proceeding"]
    assert fields["rft.jtitle"] == ["SIGIR 2023"]


def test_hostile_title() -> None:
    """No sign of it ends the attribute, or a field."""
    text = coins(work(ATTACK))

    assert not set(text) & set('<>" \n')
    assert parse_qs(text)["rft.atitle"] == [work(ATTACK).title]
