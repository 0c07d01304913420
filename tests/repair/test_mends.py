"""The lines of single entries as they should be."""

from datetime import UTC, datetime

import pytest

from pipeline.links.ignores import Ignores
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.repair import mends
from pipeline.repair.mends import Lines, mend_between, mended
from pipeline.repair.repairs import LastRun

TEXT = """# Papers

- [Attention Is All You Need](https:/arxiv.org/abs/1706.03762)
- [Deep Residual Learning for Images](https:/arxiv.org/abs/1512.03385)
- [Adam: A Method for Optimization](https://arxiv.org/abs/1412.6980)
"""


def mend(*wanted: Lines, text: str = TEXT, known: LastRun | None = None) -> str:
    """Return the list with these lines mended."""
    return mended(text.encode(), "list", known or LastRun(), wanted, Ignores()).decode()


def test_only_the_lines_that_are_asked_for() -> None:
    """The fault of the line above is another one's."""
    after = mend(Lines(4, 4, {}))

    assert after == TEXT.replace("https:/arxiv.org/abs/1512", "https://arxiv.org/abs/1512")


def test_an_address_that_a_finding_names() -> None:
    """It is written where a machine alone would not."""
    after = mend(
        Lines(5, 5, {"https://arxiv.org/abs/1412.6980": "https://arxiv.org/abs/2305.00447"})
    )

    assert after == TEXT.replace("1412.6980", "2305.00447")


@pytest.mark.parametrize("new", ["https://example.org/a)b [c](d)", "javascript:alert(1)", "é.org"])
def test_no_address_breaks_out(new: str) -> None:
    """What would read otherwise is not written."""
    after = mend(Lines(5, 5, {"https://arxiv.org/abs/1412.6980": new}))

    assert after.splitlines()[:4] == TEXT.splitlines()[:4]
    assert after.count("](") == TEXT.count("](")


def test_what_a_run_is_certain_of() -> None:
    """A renamed repository, as `pipeline fix` writes it."""
    url, new = "https://github.com/old/name", "https://github.com/new/name"
    text = (
        f"# Papers\n\n- [A Paper of Some Words](https://arxiv.org/abs/1706.03762) [code]({url})\n"
    )
    health = LinkHealth(
        url=url,
        verdict="moved",
        reason_code="repository-renamed",
        reason="The repository has a new name.",
        evidence="github",
        checked_at=datetime(2026, 1, 1, tzinfo=UTC),
        suggestion=new,
        occurrences=(Occurrence(list="list", line=3, column=70, role="code", paper=None),),
    )

    assert mend(Lines(3, 3, {}), text=text, known=LastRun(links=(health,))) == (
        text.replace(url, new)
    )


def test_a_list_that_is_too_large_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a pull request must not choose how long it takes."""
    monkeypatch.setattr(mends, "LARGEST", len(TEXT) - 1)

    assert mend(Lines(4, 4, {})) == TEXT


def test_other_bytes_stay_as_they_are() -> None:
    """Line ends, a mark at the start, letters of other encodings."""
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").replace("Images", "Imágenes").encode()

    after = mended(data, "list", LastRun(), [Lines(4, 4, {})], Ignores())

    assert after == data.replace(b"https:/arxiv.org/abs/1512", b"https://arxiv.org/abs/1512")
    one = mend_between(data, after, "list", 4, 4)
    assert one is not None
    assert one.lines == (
        "- [Deep Residual Learning for Imágenes](https://arxiv.org/abs/1512.03385)",
    )


def test_as_few_lines_as_differ() -> None:
    """Of a long entry those between the first and the last that change."""
    before, after = b"a\nb\nc\nd\ne\n", b"a\nB\nc\nD\ne\n"

    one = mend_between(before, after, "list", 1, 5)

    assert one is not None
    assert (one.line, one.end_line, one.lines) == (2, 4, ("B", "c", "D"))
    assert mend_between(before, before, "list", 1, 5) is None
    assert mend_between(before, b"a\n", "list", 1, 5) is None
    assert mend_between(before, after, "list", 1, 99) is None
