"""Copies in the Wayback Machine: their addresses, and how one near a day is asked for. Pure."""

import re
from datetime import date
from typing import Final

from pipeline.links.addresses import same_address
from pipeline.records.sources import CaptureRecord
from pipeline.urls import url_fault

_CAPTURE: Final = re.compile(
    r"https?://web\.archive\.org/web/([0-9]{14})(?:[a-z]{2}_)?/(.{1,8192})", re.ASCII
)
_KEY: Final = re.compile(r"(?:([0-9]{8}) )?(.*)", re.ASCII | re.DOTALL)


def capture_of(url: str, timestamp: str, original: str) -> CaptureRecord | None:
    """Return a capture, where what came is one of this very page."""
    found = f"https://web.archive.org/web/{timestamp}/{original}"
    whole = re.fullmatch(r"[0-9]{14}", timestamp, re.ASCII) and url_fault(original) is None
    if not whole or url_fault(found) is not None or not same_address(url, original):
        return None
    return CaptureRecord(url=found, timestamp=timestamp)


def capture_at(url: str, address: str) -> CaptureRecord | None:
    """Return the capture of a page that an address leads to; None where it is none of it."""
    match = _CAPTURE.fullmatch(address)
    return capture_of(url, match[1], match[2]) if match else None


def key_of(url: str, day: date | None) -> str:
    """Return the key of a page: its URL, behind the day to which the capture is to be near."""
    return url if day is None else f"{day:%Y%m%d} {url}"


def url_and_day(key: str) -> tuple[str, str]:
    """Return the URL of a key and its day (`YYYYMMDD`), which may be empty."""
    match = _KEY.fullmatch(key)
    return (match[2], match[1] or "") if match else (key, "")


def distance(capture: CaptureRecord, day: str) -> int:
    """Return how many days lie between a capture and a day; what is no day is far."""
    try:
        return abs((date.fromisoformat(capture.day) - date.fromisoformat(day)).days)
    except ValueError:
        return 1_000_000
