"""Which proxy is in use, and which variable sets it."""

import os

import pytest

from pipeline.network import proxies
from pipeline.network.proxies import proxy_in_use


@pytest.fixture(autouse=True)
def none_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, None),
        ({"HTTP_PROXY": "http://a.example:1"}, None),
        ({"HTTPS_PROXY": "http://me:word@a.example:1/"}, "a.example:1, set by HTTPS_PROXY"),
        ({"https_proxy": "a.example:1"}, "a.example:1, set by https_proxy"),
        ({"ALL_PROXY": "http://a.example:1"}, "a.example:1, set by ALL_PROXY"),
        (
            {"https_proxy": "http://a.example:1", "HTTPS_PROXY": "http://b.example:2"},
            "a.example:1, set by https_proxy",
        ),
    ],
)
def test_proxy_is_named_with_the_variable_that_sets_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str | None
) -> None:
    """Never with the password in it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert proxy_in_use() == said


@pytest.mark.parametrize("url", ["http://a.example:1", "http://me:w@rd@a.example:1"])
def test_proxy_of_the_system_is_named_so(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Where no variable sets it; a password may hold the sign behind it."""
    monkeypatch.setattr(proxies, "getproxies", lambda: {"https": url})

    assert proxy_in_use() == "a.example:1, set by the system's settings"
