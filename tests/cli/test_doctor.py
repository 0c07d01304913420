"""`pipeline doctor`, from the command to its exit code."""

import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.network.transport import AddressPolicy, family_fault
from pipeline.settings.loading import load
from pipeline.setup import probes


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "CI", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def doctor(*words: str, columns: int = 80) -> Result:
    """Run the command."""
    environment = {"COLUMNS": str(columns)}
    return CliRunner().invoke(app, ["doctor", *words], prog_name="pipeline", env=environment)


def checks(result: Result) -> list[dict[str, Any]]:
    """Read its JSON Lines."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def by_topic(result: Result, topic: str) -> list[str]:
    """Return the statuses of one topic."""
    return [one["status"] for one in checks(result) if one["topic"] == topic]


def test_sandbox_is_well() -> None:
    """Every service of the replica answers, its token is accepted, exit 0."""
    done = doctor("--sandbox")

    assert done.exit_code == 0, done.output
    assert "GitHub answers" in done.stdout
    assert "GitHub core: 5,000 of 5,000 requests left" in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1] == "Nothing is wrong."
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_nothing_is_wider_than_the_terminal(columns: int) -> None:
    """Lines are wrapped, not cut."""
    done = doctor("--offline", columns=columns)

    assert max(map(len, done.stdout.splitlines())) < columns
    assert "so the owners of hosts cannot reach you" in " ".join(done.stdout.split())


def test_offline_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a name is resolved."""
    monkeypatch.setattr(probes, "family_fault", None)
    done = doctor("--offline", "--format", "json")

    assert done.exit_code == 0, done.output
    assert by_topic(done, "network") == ["note"]
    assert by_topic(done, "services") == []


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_no_network_is_said_at_once(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """No name resolves, or the resolver is silent: exit 1 within seconds, and what to do."""
    never = threading.Event()

    def resolve(*_: Any, **__: Any) -> Any:
        never.wait(seconds)
        raise socket.gaierror(socket.EAI_AGAIN, "no")

    monkeypatch.setattr(probes, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    began = time.monotonic()
    done = doctor("--format", "json")
    never.set()

    assert time.monotonic() - began < 5
    assert done.exit_code == 1
    (wrong,) = [one for one in checks(done) if one["status"] == "error"]
    assert "no network" in wrong["text"]
    assert "HTTPS_PROXY" in wrong["to_do"]


def test_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be reached is wrong, and nothing else is asked."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:very-secret@127.0.0.1:{port}")
    done = doctor()

    assert done.exit_code == 1
    assert f"the proxy 127.0.0.1:{port}" in done.stdout
    assert "the proxy cannot be reached" in done.stdout
    assert "very-secret" not in done.output
    assert "services:" not in done.stdout


def test_families_are_tried_one_by_one() -> None:
    """A server of IPv4 alone; private networks only where they are allowed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert family_fault("127.0.0.1", port, 4, None, 2) is None
        assert family_fault("127.0.0.1", port, 6, None, 2) == "no IPv6 address was found"
        refusal = family_fault("127.0.0.1", port, 4, AddressPolicy(), 2)
        assert refusal is not None
        assert "private" in refusal
    assert family_fault("127.0.0.1", port, 4, None, 2) == "no connection could be made"


def spoil_config() -> None:
    """A setting that there is not."""
    Path("pipeline.toml").write_text("colour = 1\n")


def spoil_list() -> None:
    """A list that is not there."""
    Path("pipeline.toml").write_text('[lists]\na = "gone.md"\n')


def spoil_ignores() -> None:
    """A rule without a reason."""
    Path("pipeline-ignore.toml").write_text('[[ignore]]\nurl = "https://example.org"\n')


def spoil_results() -> None:
    """A file in the place of the folder."""
    Path("data").write_text("")


def spoil_cache() -> None:
    """The same for the answers."""
    Path("cache").write_text("")


@pytest.mark.parametrize(
    ("spoil", "topic", "words"),
    [
        (spoil_config, "settings", "no setting is called 'colour'"),
        (spoil_list, "lists", "gone.md: no such file"),
        (spoil_ignores, "lists", "pipeline-ignore.toml:1: "),
        (spoil_results, "results", "data"),
        (spoil_cache, "cache", "cache"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    spoil: Callable[[], None], topic: str, words: str
) -> None:
    """Exit 1, one error, its place and a remedy."""
    spoil()
    done = doctor("--offline", "--format", "json")
    (wrong,) = [one for one in checks(done) if one["status"] == "error"]

    assert done.exit_code == 1
    assert wrong["topic"] == topic
    assert words in wrong["text"]
    assert wrong["to_do"]


def test_token_with_a_line_break_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused where settings are read; the doctor says so and goes on to an end."""
    monkeypatch.setenv("GITHUB_TOKEN", "very\nsecret")
    done = doctor("--offline")

    assert done.exit_code == 1
    assert "GITHUB_TOKEN" in done.stdout
    assert "secret" not in done.output


def test_hostile_values_steer_no_terminal() -> None:
    """A config file may be a stranger's."""
    Path("pipeline.toml").write_text('exclude = ["\\u001b[31m\\u202e::error::x"]\n')
    done = doctor("--offline")

    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_refused_token_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replica knows one token; with another one GitHub answers 401."""
    monkeypatch.setattr("pipeline.wiring.SANDBOX_TOKEN", "another")
    done = doctor("--sandbox", "--format", "json")

    assert done.exit_code == 1
    assert by_topic(done, "token") == ["error"]
    assert load({"sandbox": True}).github_token is None
