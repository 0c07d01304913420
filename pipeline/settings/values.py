"""What the value of a setting may be: durations, addresses, networks, lists, tables by host."""

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

Refresh = Literal["all", "arxiv", "github", "links"]
Strict = Literal["no", "all", "new"]
LONGEST = timedelta(days=36_500)
"""No longer duration is taken: every time that is reckoned with one stays in the calendar."""


def parse_duration(value: Any) -> Any:
    """Turn `250ms`, `90s`, `15m`, `20h`, `3d` or a number of seconds into a `timedelta`."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    match = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*(ms|[smhd]?)\s*", str(value), re.ASCII)
    if match is None:
        raise ValueError("a duration is a positive number and a unit: 90s, 15m, 20h, 3d")
    unit = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    seconds = float(match[1]) * unit
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"a duration is at most {LONGEST.days}d")
    return timedelta(seconds=seconds)


def _split(value: Any) -> Any:
    """Turn the commas of an environment variable into a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _networks(value: Any) -> Any:
    parts = _split(value)
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError('networks are a row of texts: ["10.0.0.0/8"]')
    return tuple(ipaddress.ip_network(part, strict=False) for part in parts)


def _one_or_many(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('lists are a table: name = "path", or name = ["path", …]')  # noqa: TRY004
    lists = {name: (files,) if isinstance(files, str) else files for name, files in value.items()}
    for name, files in lists.items():
        if not isinstance(files, tuple | list) or not all(isinstance(one, str) for one in files):
            raise ValueError(f"{name} should be a path or a row of paths in quotes")
    return lists


def _by_host(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('a table of hosts: "example.org" = "2s"')  # noqa: TRY004
    return {str(host).lower().rstrip("."): interval for host, interval in value.items()}


_REACHES: re.Pattern[str] = re.compile(r"https?://[^\s/]+|[^\s@]+@[^\s@]+")


def _one_line(value: str) -> str:
    plain = value.isascii() and not any(ord(char) < 32 for char in value)
    if not plain or (value and not _REACHES.search(value)):
        raise ValueError("a contact is a URL or a mail address on one line")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("an address begins with http:// or https:// and names no user or password")
    return value.rstrip("/")


def is_proxy(text: str) -> bool:
    """Say whether a text is the URL of a proxy; it may name a user and a password."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _place_of_work(value: str) -> str:
    parts = urlsplit(value)
    try:
        named = parts.scheme == "dask" and parts.hostname and parts.port and not parts.path
    except ValueError:
        named = False
    if value not in ("local", "dask") and not named:
        raise ValueError("an executor is local, dask or dask://HOST:PORT")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Contact = Annotated[str, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_web_address)]
PlaceOfWork = Annotated[str, AfterValidator(_place_of_work)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Networks = Annotated[
    tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], BeforeValidator(_networks)
]
OptionalSource = Literal["crossref", "semanticscholar", "openalex", "huggingface", "openreview"]
CodeHost = Literal["gitlab", "codeberg", "bitbucket"]
CodeHosts = Annotated[tuple[CodeHost, ...], BeforeValidator(_split)]
Sources = Annotated[tuple[OptionalSource, ...], BeforeValidator(_split)]
Intervals = Annotated[dict[str, Duration], BeforeValidator(_by_host)]
Lists = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_one_or_many)]
