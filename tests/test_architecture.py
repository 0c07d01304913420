"""The rooms and their directions."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
HTTP_LIBRARIES = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "socket"}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return everything that a module is made of."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> set[str]:
    """Return the top names that a module imports anywhere."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_only_the_doors_import_a_network_library() -> None:
    """Everything that leaves the machine passes `network`; the sandbox stands behind it."""
    users = {
        path.relative_to(ROOT / "pipeline").as_posix()
        for path in MODULES
        if imported(path) & HTTP_LIBRARIES
    }

    allowed = {"network/http_client.py", "network/transport.py", "wiring.py"}
    assert {user for user in users if not user.startswith("sandbox/")} <= allowed


def test_no_module_prints() -> None:
    """Output is the command line's."""
    for path in MODULES:
        calls = [
            node
            for node in nodes(path)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "print"
        ]
        assert not calls, path


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["run", "enrich", "--help"]])
def test_help_imports_no_heavy_library(arguments: list[str]) -> None:
    """Start-up stays quick because the heavy parts come late."""
    program = (
        "import sys; from typer.testing import CliRunner; from pipeline.cli.main import app;"
        f"assert CliRunner().invoke(app, {arguments!r}).exit_code == 0;"
        "heavy = {'httpx', 'arxiv', 'diskcache', 'pyromark', 'jinja2', 'lxml'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)
