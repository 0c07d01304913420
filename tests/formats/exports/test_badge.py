"""The badge of the links' health."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.formats.exports.badge import render_badge
from pipeline.records.links import LinkHealth, Verdict
from tests.formats.telling import link

AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def of(**numbers: int) -> dict[str, object]:
    """Return the badge of so many links with these verdicts."""
    links: list[LinkHealth] = []
    for verdict, number in numbers.items():
        kind: Verdict = verdict  # type: ignore[assignment]
        links += [link(kind, f"https://h.example/{verdict}/{n}") for n in range(number)]
    badge: dict[str, object] = json.loads(render_badge(links, AT))
    return badge


@pytest.mark.parametrize(
    ("numbers", "message", "colour"),
    [
        ({"alive": 100}, "100 % healthy, checked 2026-11-28", "brightgreen"),
        ({"alive": 999, "dead": 1}, "99 % healthy, checked 2026-11-28", "brightgreen"),
        ({"alive": 95, "dead": 5}, "95 % healthy, checked 2026-11-28", "green"),
        ({"moved": 1, "failing": 1}, "50 % healthy, checked 2026-11-28", "orange"),
        ({"alive": 9, "blocked": 90}, "100 % healthy, checked 2026-11-28", "brightgreen"),
        ({"alive": 1, "malformed": 1}, "50 % healthy, checked 2026-11-28", "orange"),
        ({"blocked": 3}, "not checked yet", "lightgrey"),
        ({"malformed": 6, "unknown": 26}, "not checked yet", "lightgrey"),
        ({}, "not checked yet", "lightgrey"),
    ],
)  # fmt: skip
def test_the_share_of_what_was_decided(numbers: dict[str, int], message: str, colour: str) -> None:
    """Never rounded up to 100; what was not decided counts on neither side."""
    assert of(**numbers) == {
        "schemaVersion": 1,
        "label": "links",
        "message": message,
        "color": colour,
    }
