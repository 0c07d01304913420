"""Tests of `pipeline.__main__`: what an installed command runs first."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from pipeline.__main__ import main
sys.argv = ["pipeline", "--version"]
main()
"""


@pytest.mark.parametrize(
    "module", ["typer", "pipeline.cli.groups", "pipeline.cli.main", "pipeline.cli.serve"]
)
def test_interrupt_while_the_program_is_loaded_is_no_fault(module: str) -> None:
    """The exit code is that of every interrupt, and nothing is said."""
    program = PROGRAM.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, cwd=ROOT, timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_module_is_a_command() -> None:
    """`python -m pipeline` runs the command line."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "--version"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        timeout=60,
    )

    assert done.stdout.startswith(b"pipeline ")
