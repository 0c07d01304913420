"""
How many small faults of the code the tests find: mutmut over the rooms that decide.

    pip install mutmut==3.8.1
    python -m benchmarks.mutants --tenth 3

Works in a copy (`build/mutants`), on one tenth of the mutants at a time: those whose number ends in
the given digit. Prints a score by room, and every mutant that lived; `mutmut show NAME` in the copy
shows one. About a quarter of an hour for a tenth.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
COPY: Final = ROOT / "build" / "mutants"
COPIED: Final = ("pipeline", "tests", "benchmarks", "docs", "data")
FILES: Final = ("pyproject.toml", "README.md", "CHANGELOG.md", "pipeline.toml", "action.yml")
MUTATED: Final = ("links", "network", "repair", "works", "storage", "cache.py")
TESTS: Final = (
    *("tests/links", "tests/network", "tests/repair", "tests/works", "tests/storage"),
    *("tests/test_cache.py", "tests/stages/test_check.py", "tests/stages/test_check_evidence.py"),
    *("tests/sources/web/test_faults.py", "tests/stages/test_resolve_by_title.py"),
)
DEAD: Final = {"killed", "timeout", "suspicious", "segfault", "caught by type check"}


def copy_tree(rooms: list[str]) -> None:
    """Make a fresh copy of the project, set up for mutmut."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, COPY / name)
    settings = {
        "source_paths": [f"pipeline/{room}" for room in rooms],
        "pytest_add_cli_args_test_selection": list(TESTS),
        "pytest_add_cli_args": ["-p", "no:randomly"],
        "also_copy": [*COPIED, *FILES],
        "use_git_change_detection": False,
    }
    lines = [
        f"{key} = {str(value).lower() if value is False else value}"
        for key, value in settings.items()
    ]
    with (COPY / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def mutmut(*arguments: str) -> str:
    """Run mutmut in the copy and return what it prints."""
    command = [
        shutil.which("mutmut", path=str(Path(sys.executable).parent)) or "mutmut",
        *arguments,
    ]
    done = subprocess.run(command, cwd=COPY, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


def results(text: str) -> dict[str, str]:
    """Return the status of each mutant that was tried, by its name."""
    found = re.findall(r"^\s*(\S+__mutmut_\d+): (.+?)\s*$", text, re.MULTILINE)
    return {name: status for name, status in found if status != "not checked"}


def room_of(name: str) -> str:
    """Return the room of a mutant: `pipeline.links.history.x_f__mutmut_1` is of `links`."""
    return name.split(".")[1]


def main() -> None:
    """Try a tenth of the mutants; print what lived, and the score."""
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--tenth", type=int, choices=range(10), default=3)
    parser.add_argument("--rooms", nargs="+", default=list(MUTATED), metavar="ROOM")
    given = parser.parse_args()
    copy_tree(given.rooms)
    mutmut("run", "--max-children", "1", f"*__mutmut_*{given.tenth}")
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in sorted(results(mutmut("results", "--all", "true")).items()):
        rooms[room_of(name)]["dead" if status in DEAD else status] += 1
        if status not in DEAD:
            print(f"{status}: {name}")
    for room, counted in sorted(rooms.items()):
        tried = sum(counted.values())
        print(f"{room}: {counted['dead']} of {tried} found ({counted['dead'] / tried:.0%})")


if __name__ == "__main__":
    main()
