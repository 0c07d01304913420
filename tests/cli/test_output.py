"""Streams of every kind: no encoding, closed pipe or full disk ends in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from pipeline.cli.main import main; main()"
ROOT = Path(__file__).parents[2]
LIST = "- [Ein Täst — 论文 “quoted”](arxiv.org/abs/2305.00447)\n"
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LC_ALL": "C", "PYTHONUTF8": "0"}

COMMANDS = [["--help"], ["run", "parse", "list.md"], ["lint", "list.md"], ["explain", "not-found"]]


def shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Let a shell run a line in which `$RUN` is the program."""
    (folder / "list.md").write_text(LIST, encoding="utf-8")
    run = f'{sys.executable} -c "{PROGRAM}"'
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("$RUN", run)],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_no_encoding_ends_in_a_traceback(tmp_path: Path, encoding: str, command: list[str]) -> None:
    """Data is UTF-8 all the same; what a stream cannot show is replaced."""
    done = shell(tmp_path, f"$RUN {' '.join(command)}", PYTHONIOENCODING=encoding)

    assert done.returncode in (0, 3)
    assert done.stdout
    assert b"Traceback" not in done.stderr
    if command[0] == "run":
        assert "论文".encode() in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("tail", ["| true", ">&-", ">&- 2>&-", "> /dev/full", "2> /dev/full"])
def test_no_stream_ends_in_a_traceback(tmp_path: Path, command: list[str], tail: str) -> None:
    """Whether somebody reads it, whether it is there, whether there is room."""
    done = shell(tmp_path, f"{{ $RUN {' '.join(command)}; }} {tail}")

    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    if tail == "> /dev/full":
        assert b"No space left on device" in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_reader_that_has_gone_is_no_failure(tmp_path: Path, command: list[str]) -> None:
    """Exit code 141, as of a shell, and no word; 1 would say that something could not be done."""
    done = shell(tmp_path, f"{{ sleep 0.2; $RUN {' '.join(command)}; echo $? >code; }} | true")

    assert (tmp_path / "code").read_text().strip() == "141"
    assert b"rror" not in done.stderr


def test_a_fault_of_the_program_is_one_sentence(tmp_path: Path) -> None:
    """Whatever it is, without the text of the exception, which may hold a secret."""
    program = (
        "import pipeline.cli.main as cli, sys;"
        "sys.argv = ['pipeline', 'x'];"
        "cli.app = lambda **_: {}['secret'];"
        "cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("error: a fault of the program (KeyError)")
    assert "secret" not in done.stderr


def test_certificates_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    """The variable is named; nothing is asked."""
    done = shell(tmp_path, "$RUN run check list.md", SSL_CERT_FILE="/nowhere.pem")

    assert done.returncode == 2
    assert (
        done.stderr.decode().splitlines()[-1].startswith("error: SSL_CERT_FILE or SSL_CERT_DIR: ")
    )
