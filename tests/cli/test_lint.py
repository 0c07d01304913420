"""Tests of `pipeline lint`."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli.lint import lint
from pipeline.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
GOOD = "# A\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
BAD = GOOD + "- [Deep Residual Learning](http:/example.org/x)\n"
FOUND = "3:28: link-malformed"


def run(*arguments: str) -> Result:
    """Run the command in an application of its own."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(lint)
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good and a bad list, and nothing else; the current one."""
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.md").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_good_list_prints_nothing(folder: Path) -> None:
    """Exit code 0, and no file is written."""
    result = run("good.md")

    assert (result.exit_code, result.output) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == ["bad.md", "good.md"]


def test_faults_are_printed_one_a_line(folder: Path) -> None:
    """`path:line:column: CODE message`, and exit code 3."""
    result = run("good.md", "bad.md")

    assert result.exit_code == 3
    assert result.stdout == (
        f"bad.md:{FOUND} Not a valid URL: two slashes are missing after the scheme."
        " Link: http:/example.org/x Replacement: http://example.org/x\n"
    )


def test_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    """By name and by pattern."""
    assert run("bad.md", "*.md").stdout.count(FOUND) == 1


def test_folder_stands_for_its_lists(folder: Path) -> None:
    """What has no entry is no list, whatever its links are; a folder's fault has its path."""
    (folder / "notes").mkdir()
    (folder / "notes/how.md").write_text("See [this](http:/example.org/y).\n", encoding="utf-8")

    assert run(".").stdout.startswith(f"bad.md:{FOUND}")
    assert run(".").stdout.count("link-malformed") == 1
    assert (run("notes").exit_code, run("notes").output) == (0, "")


def test_standard_input_is_linted(folder: Path) -> None:
    """An editor hands over what is not yet saved."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(lint)
    result = CliRunner().invoke(app, ["-", "good.md"], input=BAD)

    assert result.exit_code == 3
    assert result.stdout.startswith(f"-:{FOUND}")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"word" * 90 + bytes(range(32))])
def test_file_that_cannot_be_read_costs_no_other(folder: Path, data: bytes) -> None:
    """Its sentence comes with exit code 2, after the faults of the others."""
    (folder / "a.md").write_bytes(data)
    result = run("a.md", "bad.md")

    assert result.stdout.startswith(f"bad.md:{FOUND}")
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception) == "a.md is a binary file, not a Markdown list."


def test_config_names_the_lists(folder: Path) -> None:
    """Where no file is given; a list from afar is not looked at."""
    config = '[lists]\nmine = "bad.md"\nother = "github:octo/list"\n'
    (folder / "pipeline.toml").write_text(config, encoding="utf-8")

    assert run().stdout.startswith(f"bad.md:{FOUND}")


def test_markdown_that_is_no_list_is_fine_where_it_is_named(folder: Path) -> None:
    """A commit touches other files too; a list of the config file should have entries."""
    (folder / "CONTRIBUTING.md").write_text("Be kind.\n", encoding="utf-8")
    (folder / "pipeline.toml").write_text('[lists]\na = "CONTRIBUTING.md"\n', encoding="utf-8")

    assert run("CONTRIBUTING.md").exit_code == 0
    assert "no-entries" in run().stdout


@pytest.mark.parametrize("rule", ["url = 'http:/example.org/x'", "pattern = 'http:/example.org/*'"])
def test_ignore_file_is_honoured(folder: Path, rule: str) -> None:
    """That beside the config file."""
    text = f"[[ignore]]\n{rule}\nreason = 'r'\nexpires = 9999-01-01\n"
    (folder / "pipeline-ignore.toml").write_text(text, encoding="utf-8")

    assert (run("bad.md").exit_code, run("bad.md").output) == (0, "")


def test_ignore_comment_is_honoured(folder: Path) -> None:
    """The line is left alone."""
    text = BAD.rstrip("\n") + " <!-- pipeline:ignore moves soon -->\n"
    (folder / "bad.md").write_text(text, encoding="utf-8")

    assert (run("bad.md").exit_code, run("bad.md").output) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.md"], "no such file"),
        (["github:octo/list"], "local files only"),
        (["https://example.org/list.md"], "local files only"),
        (["empty"], "no Markdown file that may be a list"),
        (["--format", "xml", "good.md"], "not one of text, github"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(folder: Path, arguments: list[str], words: str) -> None:
    """Exit code 2, as of every `ConfigurationError`."""
    (folder / "empty").mkdir()
    result = run(*arguments)

    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.exit_code == 2
    assert words in str(result.exception)


def test_without_a_word_the_readme_is_linted(folder: Path) -> None:
    """As `check` takes it; where there is neither a README nor another list, that is said."""
    (folder / "README.md").write_text(BAD, encoding="utf-8")
    assert run().stdout.startswith(f"README.md:{FOUND}")

    for path in folder.glob("*.md"):
        path.unlink()
    assert "no list: this folder has no README.md" in str(run().exception)


def test_nobody_obeys_a_list(folder: Path) -> None:
    """Escapes, line ends and workflow commands come from strangers."""
    name = "::error::a\x1b[31m\nb.md"
    evil = GOOD + "- [X \x1b]0;owned\x07](<http:/example.org/\u202e##[error]x>)\n"
    (folder / name).write_text(evil, encoding="utf-8")

    result = run(name)

    assert result.exit_code == 3
    assert result.stdout.startswith("./::error::a")
    assert result.stdout.count("\n") == 1
    assert result.stdout.rstrip("\n").isprintable()
    assert "##[" not in result.stdout


def test_annotations(folder: Path) -> None:
    """Beside the line of the pull request; ten, for GitHub drops more without a word."""
    (folder / "many.md").write_text(
        GOOD + "".join(f"- [Title {n}](http:/example.org/{n})\n" for n in range(12)),
        encoding="utf-8",
    )

    result = run("--format", "github", "many.md")
    lines = result.stdout.splitlines()

    assert result.exit_code == 3
    assert lines[0].startswith("::warning file=many.md,line=3,col=13,title=link-malformed::")
    assert len(lines) == 11
    assert lines[-1] == "2 more: see pipeline lint"
    assert run("--format", "github", "good.md").stdout == ""


def test_lint_needs_no_network_and_no_cache() -> None:
    """Neither is imported, so a commit is quick."""
    program = (
        "import sys; from pipeline.cli.lint import lint\n"
        "try:\n    lint(['data/lists/llm4rec-paper.md'])\n"
        "except RuntimeError as error:\n    assert error.exit_code == 3\n"
        "heavy = {'arxiv', 'diskcache', 'httpx', 'asyncio', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)


def test_lines_with_the_same_placeholder_are_named(folder: Path) -> None:
    """Ten of them, and how many more there are."""
    text = GOOD + "".join(f"- Some Title of Number {n} [paper]()\n" for n in range(13))
    (folder / "free.md").write_text(text, encoding="utf-8")

    (line,) = run("free.md").stdout.splitlines()

    assert line.endswith("(Also in line 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 2 more.)")


def test_files_and_headings_of_the_folder_are_looked_for(folder: Path) -> None:
    """What is not there is told at the place of its target; what is there is not."""
    (folder / "docs").mkdir()
    (folder / "docs" / "Here.md").write_text("# Part\n", encoding="utf-8")
    text = f"{GOOD}\n[a](docs/here.md) [b](docs/Here.md#part) [c](#a) [d](#b) [e](docs/no.md)\n"
    (folder / "good.md").write_text(text, encoding="utf-8")

    result = run("good.md")

    assert result.exit_code == 3
    assert [line.split(" ")[:2] for line in result.stdout.splitlines()] == [
        ["good.md:4:5:", "file-missing"],
        ["good.md:4:54:", "heading-missing"],
        ["good.md:4:62:", "file-missing"],
    ]
    assert "Replacement: docs/Here.md" in result.stdout
