"""Clusters of Dask that are not there, or not ours to use."""

import builtins
import re
import socket
from pathlib import Path
from typing import Any, Final

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from pipeline import __version__
from pipeline.cli.main import app
from pipeline.errors import ConfigurationError
from pipeline.executors import dask
from pipeline.executors.dask import Dask
from tests.executors.test_executors import scheduler

TIME: Final = re.compile(r"2\d{3}-\d\d-\d\d(?:[T ]\d\d:\d\d[:0-9.]*Z?)?")


@pytest.mark.parametrize("place", [None, "127.0.0.1:1"])
def test_without_the_extra_the_command_to_install_it_is_told(
    place: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, also where a cluster of our own would be started later."""
    load = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match="pip install"), Dask(place):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 0.3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match=f"dask://{place}: no scheduler"), Dask(place):
            pass


def test_a_cluster_without_workers_does_nothing() -> None:
    """A run does not wait for ever."""
    cluster: Any = LocalCluster
    with cluster(n_workers=0, dashboard_address="127.0.0.1:0") as made:
        place = made.scheduler_address.removeprefix("tcp://")
        with pytest.raises(ConfigurationError, match="no worker"), Dask(place):
            pass


def test_workers_of_another_version_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version makes of a list is not what this one would write."""
    monkeypatch.setattr(dask, "__version__", "9.9")
    with (
        pytest.raises(ConfigurationError, match=rf"has paper-list-pipeline {__version__}, this is"),
        Dask(scheduler()),
    ):
        pass


def test_a_run_writes_the_same_whoever_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, but for the times of the run."""
    written = []
    for place in ("local", f"dask://{scheduler()}"):
        folder = tmp_path / place[:4]
        folder.mkdir()
        monkeypatch.chdir(folder)
        result = CliRunner().invoke(app, ["run", "enrich", "--sandbox", "--executor", place])
        assert result.exit_code == 0, result.output
        files = (one for one in Path("data").rglob("*") if one.is_file() and one.name != "run.json")
        written.append({one.as_posix(): TIME.sub("", one.read_text("utf-8")) for one in files})
    here, there = written
    assert len(here) > 3
    assert here == there
