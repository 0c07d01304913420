"""Large texts in parts: parsed as they are whole."""

import pyromark
import pytest

from pipeline.markdown.parser import OPTIONS, parts_of


@pytest.mark.parametrize(
    "block",
    [
        "```\n# a\n\n# b\n\n```",
        "~~~\n\n# a\n",
        "<!-- a\n\n# b\n\n-->",
        "<!-- a\n\n# b",
        "<pre>\n\n# a\n\n</pre>",
        "<script>\n\n# a\n",
        "<?a\n\n# b\n\n?>",
        "<div>\n\n# a\n\n</div>",
        "- a\n  ```\n  b\n\n# c",
        "- <!-- a\n\n# b",
        "> ```\n> a\n\n# b",
        "| a |\n|---|\n| b |\n\n# c",
        "    a\n\n# b",
        "a\r\n\r\n# b\r\n\r\n## ä",
    ],
)
def test_a_text_is_parsed_alike_whole_and_in_parts(block: str) -> None:
    """CommonMark 4.5 and 4.6: headings end all but code and HTML that go on behind blank lines."""
    text = f"# ä\n\n{block}\n\n# Next\n\n- [Title](http://x.y)\n\n# Last\n"
    parts = list(parts_of(text, 1))

    def events(text: str, base: int = 0) -> list[tuple[object, int, int]]:
        found = pyromark.events_with_range(text, options=OPTIONS)
        return [(event, place["start"] + base, place["end"] + base) for event, place in found]

    assert "".join(part for _, part in parts) == text
    assert [event for base, part in parts for event in events(part, base)] == events(text)


def test_a_text_is_cut_at_headings_of_its_own() -> None:
    """Parts are as large as asked for; the last block of one, HTML with an end, keeps nothing."""
    text = "# A\n\n<b>b</b>\n\n## B\n\n```\nc\n```\n\n## C\n\nd\n\n## D\n"
    assert [part[:4] for _, part in parts_of(text, 1)] == ["# A\n", "## B", "## C", "## D"]
    assert [part[:4] for _, part in parts_of(text, 25)] == ["# A\n", "## C"]
    assert list(parts_of("", 1)) == []
