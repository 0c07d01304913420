"""From a filled form to a request, and the answers: hostile text stays text."""

from typing import Any

import pytest

from pipeline.publishing.additions import (
    LABELS,
    Request,
    Told,
    pull_text,
    refusal_text,
    request_of,
)
from pipeline.setup.files import form


def event(body: str | None, **fields: Any) -> dict[str, Any]:
    """Return the event of an issue."""
    return {"action": "opened", "issue": {"number": 5, "state": "open", "body": body} | fields}


def filled(**answers: str) -> str:
    """Return the text that GitHub makes of a form."""
    names = dict(zip(("link", "title", "code", "list", "section"), LABELS, strict=True))
    parts = [f"### {names[name]}\n\n{answer}" for name, answer in answers.items()]
    return "\n\n".join([*parts, "### Before you send this\n\n- [x] I have looked."])


def test_form_is_read() -> None:
    """One line an answer; none where GitHub writes that there is none."""
    body = filled(link=" 2305.00447 ", title="_No response_", code="_No response_", section="Two")
    assert request_of(event(body)) == Request(5, link="2305.00447", section="Two")
    assert request_of(event(body.replace("\n", "\r\n"))) == request_of(event(body))


def test_labels_are_those_of_the_form() -> None:
    """What `pipeline init` writes is what is read."""
    text = form(["one", "two"])
    assert all(f"label: {label}\n" in text for label in LABELS)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"issue": None},
        {"issue": {"number": 5, "state": "open", "body": "A question about the list"}},
        {"issue": {"number": 5, "state": "open", "body": None}},
        {"issue": {"number": "5; rm", "state": "open", "body": filled(link="x")}},
        {"issue": {"number": True, "state": "open", "body": filled(link="x")}},
        event(filled(link="2305.00447"), state="closed"),
        event(filled(link="2305.00447"), pull_request={"url": "x"}),
    ],
)
def test_what_is_no_form_asks_for_nothing(given: dict[str, Any]) -> None:
    """Other issues, closed ones, pull requests, nonsense."""
    assert isinstance(request_of(given), str)


def test_answers_of_strangers_are_cut_and_bare() -> None:
    """The first of a label counts, its first line, without what is invisible, not for ever."""
    body = filled(link="2305.00447\nsecond line", title="T\u202eitle\x1b[31m", section="x" * 900)
    body += "\n\n### Link to the paper\n\n9999.99999\n"
    found = request_of(event(body))
    assert isinstance(found, Request)
    assert (found.link, found.title) == ("2305.00447", "Title[31m")
    assert len(found.section) == 400
    assert isinstance(request_of(event("### " * 100_000)), str)


HOSTILE = (
    "@team #1 <img src=x> [x](https://evil.example) `a` ```\n"
    "::error::x **b** <!-- pipeline:fixes -->"
)


def test_comment_shows_hostile_text_as_text() -> None:
    """No mention, reference, image, link, markup or mark of ours."""
    text = refusal_text(HOSTILE, [HOSTILE])
    assert "<img" not in text
    assert "[x](" not in text
    assert "@team" not in text
    assert " #1" not in text
    assert "<!-- pipeline:fixes" not in text
    assert text.count("<!--") == 1


def test_pull_request_shows_hostile_text_as_text() -> None:
    """The entry stands in a fence that nothing in it ends."""
    told = Told(
        HOSTILE, "arxiv:2305.00447", "README.md", 3, HOSTILE, HOSTILE, HOSTILE, HOSTILE, ("w",)
    )
    title, text = pull_text(Request(5, link=HOSTILE), told)
    assert "\n" not in title
    head, fence, rest = text.partition("\n````markdown\n")
    assert fence
    inside, end, tail = rest.partition("\n````\n")
    assert end
    assert "::error::x" in inside
    for part in (head, tail):
        assert "<img" not in part
        assert "@team" not in part
        assert "[x](" not in part
    assert tail.endswith("Closes #5")
