"""The rooms, their directions and their map."""

import ast
import pkgutil
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from docs.map import levels

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
FOLDERS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "pipeline").rglob("*")
    if path.is_dir() and next(path.glob("*.py"), None)
)
EVERYWHERE = [
    path
    for top in ("pipeline", "tests", "benchmarks", "docs")
    for path in (ROOT / top).rglob("*.py")
]
MOST_LINES = 500
WORD_TABLES = {"pipeline/markdown/vocabulary.py"}
TESTED_ELSEWHERE = {"records", "review"}
"""Records have no behaviour; a review is tested as its command (`tests/cli/test_review.py`)."""
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

    allowed = {
        "network/failures.py",
        "network/http_client.py",
        "network/lenient_stream.py",
        "network/pools.py",
        "network/transport.py",
        "wiring.py",
    }
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
        "heavy = {'httpx', 'arxiv', 'diskcache', 'pyromark', 'jinja2', 'lxml', 'ftfy', 'asyncio',"
        "    'rich.console', 'http.server'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)


def test_plain_titles_load_no_repair_of_text() -> None:
    """What knows wrong decodings takes longer to load than a short list to read."""
    program = (
        "import sys; from pipeline.works.titles import title_key;"
        "assert title_key('Attention Is All You Need') == 'attentionisallyouneed';"
        "assert 'ftfy' not in sys.modules;"
        "assert title_key('Schr\u00c3\u00b6dinger') == title_key('Schr\u00f6dinger')"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)


def test_run_that_exports_nothing_loads_no_export(tmp_path: Path) -> None:
    """The site, its templates and pictures are loaded where a setting asks for them."""
    program = (
        "import sys; from pathlib import Path; from pipeline.enrich import enrich;"
        "from pipeline.progress import Silent; from pipeline.settings.loading import load;"
        "enrich(load({'sandbox': True}, None), [], progress=Silent());"
        "loaded = [name for name in sys.modules if 'exports.page.site' in name];"
        "assert Path('data/sandbox/run.json').exists() and not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=tmp_path)


# --- the shape of the rooms -------------------------------------------------------------------


def test_few_files_lie_loose() -> None:
    """Who comes new reads a dozen names to find a door."""
    assert len(list((ROOT / "pipeline").glob("*.py"))) <= 12


@pytest.mark.parametrize("folder", ["pipeline", *FOLDERS])
def test_folder_says_what_it_is_for(folder: str) -> None:
    """What for, what goes in, what comes out, what does not belong there."""
    source = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
    words = ast.get_docstring(ast.parse(source)) or ""

    marks = [words.find(mark) for mark in ("In: ", "Out: ", "Not here: ")]

    assert 0 < marks[0] < marks[1] < marks[2], words


def test_no_file_is_long() -> None:
    """What does not fit into 500 lines is two things; the list of exceptions only shrinks."""
    long = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if path.read_text(encoding="utf-8").count("\n") > MOST_LINES
    }

    assert long == WORD_TABLES or long < WORD_TABLES


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_imports_a_private_name(path: Path) -> None:
    """A name with an underscore belongs to its file, and to its tests neither."""
    private = [
        f"{node.module}.{alias.name}"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if re.match(r"_(?!_)", alias.name) or re.search(r"\._(?!_)", f".{node.module}")
    ]

    assert not private


def test_tests_mirror_the_folders() -> None:
    """Every folder of tests is one of the package, and every room has one."""
    tests = {
        path.parent.relative_to(ROOT / "tests").as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    rooms = {folder.removeprefix("pipeline/") for folder in FOLDERS}

    assert tests - {".", "benchmarks"} <= rooms
    assert {room for room in rooms if "/" not in room} - tests <= TESTED_ELSEWHERE | {"sources"}


# --- the map ----------------------------------------------------------------------------------


def test_rooms_that_import_each_other_cannot_be_drawn() -> None:
    """A room is above all that it imports, however long the way."""
    assert levels({"a": {"c", "b"}, "b": {"c"}, "c": set()}) == [["a"], ["b"], ["c"]]
    with pytest.raises(ValueError, match="a → b → c → a"):
        levels({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def defined(path: Path) -> set[str]:
    """Return the functions and classes of a file, methods as `Class.method`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in tree.body if isinstance(node, kinds)}
    return names | {
        f"{node.name}.{method.name}"
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, kinds)
    }


def test_files_and_functions_of_the_map_exist() -> None:
    """Every file that the page names is there, and every step's function stands in its file."""
    page = PAGE.read_text(encoding="utf-8")
    steps = re.findall(r"\| `(pipeline/[\w/]+\.py)` \| `([\w.]+)` \|", page)
    named = re.findall(r"`((?:pipeline|benchmarks|docs)/[^`]*)`", page)
    changes = page.partition("## Where do I change")[2]

    assert len(steps) >= 15
    assert changes.count("\n| ") >= 11
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert [step for step in steps if step[1] not in defined(ROOT / step[0])] == []


def test_way_of_an_entry_names_every_stage() -> None:
    """None of the five is left out, and they come in their order."""
    way = PAGE.read_text(encoding="utf-8").partition("## The way of one entry")[2]
    places = [
        way.find(f"`pipeline/stages/{stage}") for stage in ("resolve", "fetch", "check", "emit")
    ]

    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_in_docstrings_exist(path: Path) -> None:
    """A docstring that sends its reader to `pipeline.…` names what is there."""
    for name in set(re.findall(r"`(pipeline(?:\.\w+)+)`", path.read_text(encoding="utf-8"))):
        if not name.endswith(".toml"):
            assert pkgutil.resolve_name(name) is not None, name
