"""That a change of a list is proven by reading it again: each gap has a test of its own."""

import pytest

from pipeline.markdown.entries import read_list
from pipeline.repair.fill import adds_only
from pipeline.repair.proof import changes_only_links, takes_bracket
from pipeline.repair.rewriting import Change, Source

OLD, NEW = "https://old.example/a/page", "https://new.example/b/page"
PAPER = "https://arxiv.org/abs/2401.00001"
CODE = "https://b.example/c"
HEAD = "| Title | Link | Notes |\n|---|---|---|\n"


def source(text: str) -> Source:
    """Return a text of plain UTF-8."""
    return Source(text, text, b"", "utf-8")


def is_proven(text: str, old: str, new: str, *, before: str = OLD, after: str = NEW) -> bool:
    """Say whether writing `new` over `old` passes for a change of one link."""
    start = text.index(old)
    line = text.count("\n", 0, start) + 1
    change = Change(start, start + len(old), new, "link-moved", line, before, after)
    return changes_only_links(source(text), read_list(text, "mine"), [(change,)])


ENTRY = f"- [A Title of a Paper]({OLD}) [[code]](https://b.example/c)\n"
PROSE = f"See [the page]({OLD}) and [another](https://b.example/c).\n"


@pytest.mark.parametrize("text", [ENTRY, PROSE])
@pytest.mark.parametrize(
    ("old", "new", "good"),
    [
        (OLD, NEW, True),
        (OLD, f"{NEW}) [more](https://c.example/d", False),
        (OLD, "https://else.example/", False),
        ("https://b.example/c", "https://else.example/", False),
    ],
)
def test_other_links_are_compared(text: str, old: str, new: str, good: bool) -> None:
    """Of entries and of prose: none may come, go or change beside the one that is meant."""
    assert is_proven(text, old, new) is good


@pytest.mark.parametrize("text", [ENTRY, PROSE])
def test_other_link_that_goes_is_noticed(text: str) -> None:
    """The change reaches over the next link."""
    assert not is_proven(text, text[text.index(OLD) : text.index("https://b.example/c") + 19], NEW)


def test_problems_are_counted() -> None:
    """A link of prose that becomes a paper's without a title is one more line that is not read."""
    text = f"## Papers\n\n- [page]({OLD})\n- [A Title of a Paper](https://b.example/c)\n"

    assert is_proven(text, OLD, NEW)
    assert not is_proven(text, OLD, PAPER, after=PAPER)


def test_problems_are_counted_for_what_is_added_too() -> None:
    """An addition that makes another line unreadable is none."""
    text = "## Papers\n\n- [A Title of a Paper](https://b.example/c)\n"
    place = len(text)

    def added(new: str) -> bool:
        change = Change(place, place, new, "fill", 3, "", PAPER)
        return adds_only(source(text), read_list(text, "mine"), [(change,)])

    assert not added(f"- [[paper]]({PAPER})\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A Title of a Paper", "A Title of a Paper, Changed"),
        ("## Papers", "## Others"),
        ("ICML 2024", "ICML 2023"),
    ],
)
def test_words_are_compared(old: str, new: str) -> None:
    """Title, section and venue stay what they were."""
    text = f"## Papers\n\n- **A Title of a Paper**, ICML 2024, [[paper]]({OLD})\n"
    start, place = text.index(old), text.index(OLD)
    link = Change(place, place + len(OLD), NEW, "link-moved", 3, OLD, NEW)
    words = Change(start, start + len(old), new, "link-moved", 3, OLD, NEW, twin=True)
    parsed = read_list(text, "mine")

    assert changes_only_links(source(text), parsed, [(link,)])
    assert not changes_only_links(source(text), parsed, [(words, link)])


@pytest.mark.parametrize(
    "text",
    [
        f"- [A Title of a Paper]({OLD}), Ann Author and Bo Writer, *ICML 2024*. [[code]]({CODE})\n",
        f"- **NAME**: A Title of a Paper, Ann Author, ICML 2024, [[paper]]({OLD})\n",
        f"- A Title of a Paper {OLD} (see also {OLD}x), *ICML 2024*\n",
        f"{HEAD}| A Title of a Paper | [paper]({OLD}) | {OLD} is slow |\n",
        f"- [A Title of a Paper]({OLD})\n  Ann Author\n  *ICML 2024*\n- [Another]({PAPER})\n",
    ],
)
def test_everything_that_an_entry_has_may_stand_beside_the_change(text: str) -> None:
    """Authors, venue, name, columns, an address in words: as before, or with the new address."""
    assert read_list(text, "mine").entries
    assert is_proven(text, OLD, NEW)


@pytest.mark.parametrize(
    ("text", "old", "good"),
    [
        ("See ({}) there.\n", f"{OLD})", False),
        ("See [x {}] there.\n", f"{OLD}]", False),
        ("See $\\text{{{}}}$ there.\n", f"{OLD}}}", False),
        ("See {} there.\n", f"{OLD})", True),
        ("See (a) {} there.\n", f"{OLD})", True),
    ],
)
def test_bracket_that_ends_what_began_before_stays(text: str, old: str, good: bool) -> None:
    """Whatever the reading takes for the address."""
    target = old if good else OLD
    written = text.replace("{}", old, 1) if good else text.format(OLD)
    start = written.index(OLD)
    change = Change(start, start + len(old), NEW, "link-moved", 1, target, NEW)

    assert takes_bracket(written, change) is not good
