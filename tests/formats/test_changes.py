"""Changes in words: a sentence for each kind, and no word of a stranger's obeyed."""

import json
import re

import pytest

from pipeline.formats.changes import (
    counted,
    render_json,
    render_markdown,
    render_text,
    sentence,
    subject,
)
from pipeline.records.events import KINDS, Change, ChangeKind

HOSTILE = "x\n# [x](javascript:alert(1)) <img src=x> @all #1 \x1b[31m ##[group] | `code`"


def change(kind: ChangeKind, **more: object) -> Change:
    """A change of a paper called `On Lists`."""
    values = {"key": "arxiv:2401.00001", "title": "On Lists", "lists": ("seeds",)} | more
    return Change(id="a1", kind=kind, **values)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (change("added"), "On Lists: added to seeds"),
        (change("removed"), "On Lists: removed from seeds"),
        (change("identified"), "On Lists: identified as arxiv:2401.00001"),
        (change("retitled", before="Lists"), "On Lists: retitled, it was called Lists"),
        (change("published", after="KDD, 2024"), "On Lists: published: KDD, 2024"),
        (change("withdrawn", after="A {proof}"), "On Lists: withdrawn: A {proof}"),
        (change("withdrawn"), "On Lists: withdrawn"),
        (
            change("withdrawn", after="Merged", successor="https://arxiv.org/abs/2402.00002"),
            "On Lists: withdrawn: Merged; instead: https://arxiv.org/abs/2402.00002",
        ),
        (change("accepted", after="ICML 2024"), "On Lists: accepted: ICML 2024"),
        (change("retracted"), "On Lists: retracted"),
        (
            change("retracted", after="according to Crossref"),
            "On Lists: retracted, according to Crossref",
        ),
        (change("new-version", before="1", after="2"), "On Lists: version 2 (was 1)"),
        (change("link-dead", key="https://a.example/"), "https://a.example/: died"),
        (
            change("stars-jumped", key="github:ann/code", before="40", after="1400"),
            "ann/code: 1,400 stars (were 40)",
        ),
        (
            change("repository-renamed", key="github:org/code", before="ann/code"),
            "org/code: renamed from ann/code",
        ),
    ],
)
def test_sentences(one: Change, words: str) -> None:
    """What it is about, and what has become of it."""
    assert f"{subject(one)}: {sentence(one)}" == words


def test_numbers_of_each_kind() -> None:
    """One is one."""
    found = [change("added"), change("added"), change("link-dead")]

    assert counted(found) == "2 papers added, 1 link died"
    assert counted([]) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_words_are_inert(kind: ChangeKind) -> None:
    """On a terminal, in a job's log, in Markdown: each change stays on its line."""
    values = dict.fromkeys(("key", "title", "before", "after", "successor"), HOSTILE)
    one = change(kind, lists=(HOSTILE,), url="javascript:alert(1)", **values)

    text, page = render_text([one]), render_markdown([one])

    assert text.count("\n") == 1
    assert "\x1b" not in text
    assert "##[" not in text
    items = [line for line in page.splitlines() if line.startswith("- ")]
    assert len(items) == 1
    assert not re.search(r"(?<!\\)\]\(javascript", items[0])
    for raw in ("<img", "@all", "\x1b", "##[", "`code`"):
        assert raw not in items[0]
    assert json.loads(render_json([one]))["changes"][0]["key"] == HOSTILE
    assert "\x1b" not in render_json([one])
    assert "##[" not in render_json([one])


def test_markdown_has_a_heading_for_each_kind() -> None:
    """In the order in which changes are told."""
    moved = change("link-moved", key="https://a.example/x", after="https://b.example/x")

    page = render_markdown([change("added", url="https://arxiv.org/abs/2401.00001"), moved])

    assert page == (
        "## What changed\n\n1 paper added, 1 link moved\n"
        "\n### Paper added (1)\n\n"
        "- [On Lists](<https://arxiv.org/abs/2401.00001>): added to seeds\n"
        "\n### Link moved (1)\n\n"
        "- [`a.example/x`](<https://a.example/x>): moved to [`b.example/x`](<https://b.example/x>)\n"
    )
    assert render_markdown([]) == "## What changed\n\nNothing.\n"
