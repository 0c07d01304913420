"""What is built can be installed beside its dependencies, and does its job in an empty folder."""

import email
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from hatch_build import absolute
from pipeline import DOCS, REPOSITORY, __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    re.split(r"[^A-Za-z0-9_-]", needed)[0]: extra
    for extra, packages in PROJECT["optional-dependencies"].items()
    for needed in packages
}
"""Package to the extra that brings it."""
PAGE = PROJECT["urls"]["Repository"]


def call(*words: object, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program that finds nothing of this checkout in its environment."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={"PATH": path, "HOME": str(cwd), "COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both distributions, as the release does; the wheel comes from the source one."""
    folder = tmp_path_factory.mktemp("dist")
    hatchling = [sys.executable, "-m", "hatchling", "build"]
    done = call(*hatchling, "-t", "sdist", "-d", folder, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    done = call(
        *hatchling, "-t", "wheel", "-d", folder, cwd=next(folder.glob("*/pyproject.toml")).parent
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Install the wheel into an empty environment, and return the folder of its commands.

    Off line: the dependencies are those of the environment that runs the tests, by a `.pth` file;
    this checkout is not, for files of that kind do not lead on to others.
    """
    place = tmp_path_factory.mktemp("environment")
    done = call(sys.executable, "-m", "venv", "--without-pip", place, cwd=place)
    assert done.returncode == 0, done.stderr
    scheme = {"base": str(place), "platbase": str(place)}
    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / Path(sys.executable).name
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    (wheel,) = built.glob("*.whl")
    offline = ["--no-deps", "--no-index", "--disable-pip-version-check"]
    done = call(
        sys.executable, "-m", "pip", "--python", python, "install", *offline, wheel, cwd=place
    )
    assert done.returncode == 0, done.stderr
    for name in EXTRAS:  # the tests have them, a plain installation has not
        text = f"raise ModuleNotFoundError({name!r} + ' is not here', name={name!r})\n"
        (site / f"{name}.py").write_text(text, encoding="utf-8")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python.parent


def described(built: Path) -> Message:
    """Return the metadata of the wheel: fields, and the description as the body."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        return email.message_from_bytes(wheel.read(name))


# --- the wheel at work ------------------------------------------------------------------------


def test_installed_program_does_the_sandbox_run_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    """No config file, no `git`, no `PATH`: the whole run with its lists and its replica."""
    done = call(installed / "pipeline", "check", "--sandbox", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    report = (tmp_path / "data/sandbox/reports/report.md").read_text(encoding="utf-8")
    assert report.startswith("# Links: ")
    assert (tmp_path / "data/sandbox/catalog/catalog.jsonl").read_text("utf-8").count("\n") > 200


@pytest.mark.parametrize(
    "words", [["pipeline"], ["paper-list-pipeline"], ["python", "-m", "pipeline"]]
)
def test_every_way_to_start_it(installed: Path, tmp_path: Path, words: list[str]) -> None:
    """All three are the same program, and it is the installed one."""
    done = call(installed / words[0], *words[1:], "--version", cwd=tmp_path)

    assert done.stdout == f"pipeline {__version__}\n"
    where = call(
        installed / "python", "-c", "import pipeline; print(pipeline.__file__)", cwd=tmp_path
    )
    assert Path(where.stdout).is_relative_to(installed.parent)


def test_what_is_not_there_is_said_in_one_sentence(installed: Path, tmp_path: Path) -> None:
    """Without `git` on the path only what needs it is refused."""
    (tmp_path / "README.md").write_text("# List\n\n- [A title of a paper](https://example.org/a)\n")
    words = ("run", "check", "--sandbox", "--changed-since", "main", "README.md")

    done = call(installed / "pipeline", *words, cwd=tmp_path)

    assert done.returncode in (1, 2)
    assert "git" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("parquet", ["export", "parquet", "--sandbox"]),
        ("dask", ["check", "--sandbox", "--executor", "dask://127.0.0.1:1"]),
    ],
)
def test_extra_that_is_not_installed_is_named(
    extra: str, command: list[str], installed: Path, tmp_path: Path
) -> None:
    """The command says what to install, and nothing else; every other command works."""
    assert set(EXTRAS.values()) == {"parquet", "dask"}
    assert call(installed / "pipeline", "check", "--sandbox", cwd=tmp_path).returncode == 0

    done = call(installed / "pipeline", *command, cwd=tmp_path)

    assert done.returncode in (1, 2)
    assert f"paper-list-pipeline[{extra}]" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_shell_completes_commands(installed: Path, tmp_path: Path) -> None:
    """What `--install-completion` puts into a shell asks the program, and it answers."""
    done = subprocess.run(
        [installed / "pipeline"],
        cwd=tmp_path,
        env={
            "_PIPELINE_COMPLETE": "complete_bash",
            "COMP_WORDS": "pipeline che",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout.split() == ["check"]


# --- what the package index shows -------------------------------------------------------------


def test_description_leads_out_of_the_index(built: Path) -> None:
    """Every link and picture is absolute, and those to us are files of this version."""
    message = described(built)
    targets = re.findall(r"\]\(([^)\s]+)\)", str(message.get_payload()))
    own = [target for target in targets if target.startswith(PAGE)]

    assert message["Description-Content-Type"] == "text/markdown"
    assert len(own) > 10
    assert all(target.startswith("https://") for target in targets)
    for target in own:
        kind, tag, name = target.removeprefix(f"{PAGE}/").partition("#")[0].split("/", 2)
        assert kind == ("raw" if name.endswith(".svg") else "blob")
        assert tag == f"v{__version__}"
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize(
    ("text", "led"),
    [
        ("[a](docs/a.md#b)", "[a](https://h.example/o/r/blob/v1/docs/a.md#b)"),
        ("![a b](docs/a.svg)", "![a b](https://h.example/o/r/raw/v1/docs/a.svg)"),
        ("[a](https://x.example/) [b](#c)", "[a](https://x.example/) [b](#c)"),
        ("`[lists]` (a) [x] b", "`[lists]` (a) [x] b"),
    ],
)
def test_relative_links_are_led_to_the_repository(text: str, led: str) -> None:
    """All others stay as they are."""
    assert absolute(text, "https://h.example/o/r", "v1") == led


def test_addresses_are_one() -> None:
    """The docs that the help names are those of the package's own page."""
    assert f"https://github.com/{REPOSITORY}" == PAGE
    assert PROJECT["urls"]["Documentation"] == DOCS
    assert all(url.startswith(PAGE) for url in PROJECT["urls"].values())


def test_wheel_holds_the_program_alone(built: Path) -> None:
    """No tests, no docs; the lists of the sandbox are in it."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()

    assert {name.split("/")[0] for name in names} == {
        "pipeline",
        f"paper_list_pipeline-{__version__}.dist-info",
    }
    assert sum(name.startswith("pipeline/sandbox/lists/") for name in names) == 2
    assert not any(name.endswith(".pyc") for name in names)


# --- the release ------------------------------------------------------------------------------

DAY = "## [1.2.3] - 2026-12-01"
RELEASED = "https://github.com/octo/papers"
FAKE = (
    '#!/bin/sh\nif [ "$1" = --version ]; then echo "pipeline 1.2.3"; else echo "$@" > built; fi\n'
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Lay out what the script looks at, as it is on the day of a release."""
    texts = {
        ".ci/release": (ROOT / ".ci/release").read_text(encoding="utf-8"),
        ".venv/bin/pipeline": FAKE,
        ".venv/bin/python": FAKE,
        "CHANGELOG.md": f"# Changelog\n\n## [Unreleased]\n\n{DAY}\n\n- First.\n",
        "README.md": "uses: octo/paper-list-pipeline@v1.2.3\n",
        "docs/ci.md": "",
        "pipeline/__init__.py": '__version__ = "1.2.3"\n',
        "pyproject.toml": f'[project.urls]\nRepository = "{RELEASED}"\n',
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    return tmp_path


def release(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does."""
    return subprocess.run(
        [checkout / ".ci/release"],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "octo/papers",
            "GITHUB_REF_NAME": "v1.2.3",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_release_that_agrees_is_built(checkout: Path) -> None:
    """Old distributions are not among the new ones."""
    (checkout / "dist").mkdir()

    done = release(checkout)

    assert done.returncode == 0, done.stderr
    assert (checkout / "built").read_text() == "-m hatchling build\n"
    assert not (checkout / "dist").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "word"),
    [
        ("CHANGELOG.md", DAY, "", "CHANGELOG.md"),
        ("CHANGELOG.md", DAY, "## [1x2.3] - 2026-12-01", "CHANGELOG.md"),
        ("CHANGELOG.md", DAY, "## [1.2.3]", "CHANGELOG.md"),
        ("pyproject.toml", "octo", "other", "pyproject.toml"),
        ("README.md", "octo/", "OWNER/", "README.md says OWNER"),
        (".venv/bin/pipeline", "1.2.3", "1.2.4", "the tag is v1.2.3"),
    ],
)
def test_release_that_contradicts_itself_is_refused(
    checkout: Path, name: str, old: str, new: str, word: str
) -> None:
    """In one sentence, and nothing is built."""
    path = checkout / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    done = release(checkout)

    assert done.returncode == 1
    assert word in done.stderr
    assert done.stderr.startswith("release: ")
    assert not (checkout / "built").exists()
