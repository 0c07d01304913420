"""
A badge of the links' health for shields.io: its "endpoint" JSON (shields.io/badges/endpoint-badge).

The date is that of the last run: "2 days ago" would be untrue on every other day.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pipeline.formats.jsonl import safe_json
from pipeline.records.links import LinkHealth

_COLOURS: Final = (
    (98, "brightgreen"),
    (95, "green"),
    (90, "yellowgreen"),
    (80, "yellow"),
    (0, "orange"),
)
"""From which share on, in per cent, the badge has a colour."""


def render_badge(links: Iterable[LinkHealth], checked_at: datetime | None) -> str:
    """
    Return the JSON of the badge: the share of links that work among those that were decided.

    What is blocked or was not asked is neither. Where no host has answered, as with the network
    down, nothing was checked, and malformed links alone make no share.
    """
    verdicts = Counter(link.verdict for link in links)
    well = verdicts["alive"] + verdicts["moved"]
    answered = well + verdicts["dead"] + verdicts["failing"]
    decided = answered + verdicts["malformed"] if answered else 0
    share = 100 * well // decided if decided else 0
    message = f"{share} % healthy" if decided else "not checked yet"
    if decided and checked_at is not None:
        message += f", checked {checked_at:%Y-%m-%d}"
    colour = next(name for least, name in _COLOURS if share >= least) if decided else "lightgrey"
    badge = {"schemaVersion": 1, "label": "links", "message": message, "color": colour}
    return safe_json(badge) + "\n"
