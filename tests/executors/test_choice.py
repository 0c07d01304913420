"""Which executor a setting means, and what its processes load."""

import subprocess
import sys

import pytest

from pipeline.executors.choice import MODULES, executor_of
from pipeline.executors.dask import Dask
from pipeline.executors.local import Local


@pytest.mark.parametrize(
    ("place", "kind"), [("local", Local), ("dask", Dask), ("dask://127.0.0.1:8786", Dask)]
)
def test_each_place_has_its_executor(place: str, kind: type) -> None:
    """Nothing is started or connected to by that."""
    executor = executor_of(place)
    assert type(executor) is kind
    assert not executor.is_started


def test_what_processes_load_is_there_and_is_no_door() -> None:
    """A name that is gone would be passed over in silence; work asks nobody."""
    code = f"import sys, {', '.join(MODULES)}; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
