"""Addresses of copies in the Wayback Machine."""

from datetime import date

import pytest

from pipeline.links.captures import capture_at, distance, key_of, url_and_day
from pipeline.records.sources import CaptureRecord

URL = "https://lab.example/paper"
COPY = f"https://web.archive.org/web/20240501093000/{URL}"


@pytest.mark.parametrize(
    ("day", "key"), [(None, URL), (date(2024, 5, 1), f"20240501 {URL}")], ids=["newest", "near"]
)
def test_a_key_names_a_page_and_a_day(day: date | None, key: str) -> None:
    """And is read as it was written."""
    assert key_of(URL, day) == key
    assert url_and_day(key) == (URL, f"{day:%Y%m%d}" if day else "")


@pytest.mark.parametrize("address", [COPY, COPY.replace("https", "http", 1)])
def test_the_address_of_a_copy(address: str) -> None:
    """Over https from now on."""
    found = capture_at(URL, address)

    assert found == CaptureRecord(url=COPY, timestamp="20240501093000")


@pytest.mark.parametrize(
    "address",
    [
        "https://web.archive.org/web/2024/https://lab.example/paper",
        "https://web.archive.org/web/20240501093000/https://other.example/paper",
        "https://evil.example/web/20240501093000/https://lab.example/paper",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_copy_of_the_page(address: str) -> None:
    """Nothing else goes into a list."""
    assert capture_at(URL, address) is None


def test_days_between() -> None:
    """A day that is none is far."""
    copy = CaptureRecord(url=COPY, timestamp="20240501093000")

    assert [distance(copy, day) for day in ("20240501", "20240401", "20240531")] == [0, 30, 30]
    assert distance(copy, "") == distance(copy, "20249999") == 1_000_000
