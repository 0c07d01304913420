"""A run over many lists that is killed, and the next one, which goes on where it stopped."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pipeline.sandbox import sandbox_lists

SCRIPT = """
import os, sys
os.environ["PIPELINE_SEARCH"] = "false"  # titles are asked in other groups the next time
from pipeline.cli import main
from pipeline.sandbox.transport import SandboxTransport

most, log, left = int(sys.argv[1]), open(sys.argv[2], "a"), [int(sys.argv[1])]
answer = SandboxTransport.handle_async_request

async def noted(self, request):
    if not left[0]:
        os._exit(9)  # as kill -9 does: nothing is closed, nothing is written
    left[0] -= 1
    response = await answer(self, request)
    print(request.method, request.url, request.content.decode(), file=log, flush=True)
    return response

SandboxTransport.handle_async_request = noted
sys.argv = ["pipeline", "run", "enrich", "--sandbox", "--scenario", "clean", "--quiet",
            "--lists-file", "lists.tsv", "--out", "out", "--cache-dir", "cache"]
main.main()
"""
NEVER = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of lists, each with one link of the sandbox's."""
    rows = []
    text = "".join(path.read_text(encoding="utf-8") for path in sandbox_lists())
    for number, url in enumerate(dict.fromkeys(re.findall(r"\]\((https?://[^\s()]+)\)", text))):
        if number % 3 == 0:
            path = tmp_path / f"{number}.md"
            path.write_text(f"# Papers\n\n- [Work of number {number}]({url}), ICML 2023\n")
            rows.append(f"list {number}\t{path.name}\n")
    (tmp_path / "lists.tsv").write_text("".join(rows))
    return tmp_path


def run(folder: Path, most: int, log: str) -> tuple[int, Counter[str]]:
    """Run in a process of its own that dies before it sends one more request than `most`."""
    command = [sys.executable, "-c", SCRIPT, str(most), log]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    return done.returncode, Counter((folder / log).read_text(encoding="utf-8").splitlines())


def test_what_was_answered_is_not_asked_again(folder: Path) -> None:
    """Killed twice; what was under way then may be asked twice, and nothing else."""
    codes, asked = [], Counter[str]()
    for number, most in enumerate((2, 4, NEVER)):
        code, one = run(folder, most, f"log{number}")
        codes.append(code)
        asked += one

    (folder / "cache").rename(folder / "other-cache")
    (folder / "out").rename(folder / "other-out")
    code, at_once = run(folder, NEVER, "log-at-once")

    assert codes == [9, 9, 0]
    assert code == 0
    assert len((folder / "lists.tsv").read_text().splitlines()) > 50
    assert asked.keys() == at_once.keys()
    assert (asked - at_once).total() <= 4
    catalogs = [folder / name / "catalog" / "catalog.jsonl" for name in ("out", "other-out")]
    assert catalogs[0].read_bytes() == catalogs[1].read_bytes()
