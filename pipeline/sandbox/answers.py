"""The forms that every service of the replica answers in."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx

HTML = "text/html; charset=utf-8"
XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"


def answer(
    status: int, body: str = "", kind: str = TEXT, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Return a response of text."""
    return httpx.Response(
        status, content=body.encode(), headers={"content-type": kind, **(headers or {})}
    )


def json_answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Return a response of JSON."""
    return answer(status, json.dumps(body, ensure_ascii=False), JSON, headers)


def parameters(request: httpx.Request) -> dict[str, str]:
    """Return the parameters of a query string or of a posted form; the last of a name counts."""
    form = request.content.decode() if request.method == "POST" else ""
    query = request.url.query.decode()
    return dict(parse_qsl("&".join(part for part in (query, form) if part), keep_blank_values=True))
