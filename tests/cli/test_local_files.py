"""Files and headings of the list's own repository, through the command line."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import main as cli


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Run the command line in an empty folder; return its exit code and what it says."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "CI",
        *(n for n in os.environ if n[:9] == "PIPELINE_"),
    ):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), capsys.readouterr().err

    return call


def test_missing_files_are_told_by_a_run(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """A strict run ends with 3 for a missing file; the terminal counts what was looked for."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.pdf").write_bytes(b"%PDF")
    paper = "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
    text = f"# L\n\n- [A Model of Data](papers/a.pdf) [x](gone.md) [top](#l) ![i](i.png)\n{paper}"
    (tmp_path / "list.md").write_text(text, encoding="utf-8")

    code, said = run("run", "enrich", "--offline", "--strict", "list.md")

    assert code == 3
    assert "repositories: 1 heading, 1 relative file found; missing: 1 relative file" in said
    assert "Not checked: 1 image" in said
    report = json.loads((tmp_path / "data" / "reports" / "report.json").read_text("utf-8"))
    (found,) = (one for one in report["diagnostics"] if one["code"] == "file-missing")
    assert found["locations"] == [{"list": "list", "line": 3, "column": 39}]
    assert report["lists"][0]["missing"] == {"relative file": 1}
    assert run("run", "parse", "--offline", "--strict", "list.md")[0] == 0
    (tmp_path / "list.md").write_text(text.replace(" [x](gone.md)", ""), encoding="utf-8")
    assert run("run", "enrich", "--offline", "--strict", "list.md")[0] != 3


def test_what_was_not_read_is_told_in_one_sentence_a_list(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """With its first lines, and for three lists; `run.json` has all of them."""
    papers = "".join(
        f"- [A Relational Model of Data {n}](https://arxiv.org/abs/2401.0000{n}) [[code]](#c)\n"
        for n in range(1, 10)
    )
    notes = "".join(f"- these are notes {n}\n" for n in range(6))
    table = "\n| Paper |\n|---|\n| [A Model](https://arxiv.org/abs/2401.00001) | x |\n"
    for name in "abcde":
        bare = "- [Of Nothing](https://arxiv.org/abs/2401.00011) [code]\n"
        (tmp_path / f"{name}.md").write_text(
            f"{papers}{bare}{notes}{table}\n# C\n", encoding="utf-8"
        )

    code, said = run("run", "enrich", "--offline", "--strict", *(f"{n}.md" for n in "abcde"))

    told = [line for line in said.splitlines() if line.startswith("Not read in ")]
    assert told[0] == (
        "Not read in a.md: 1 cell beyond the header (line 20),"
        " 1 label without a link (line 10),"
        " 6 lines without a link (lines 11, 12, 13, 14, 15, …)"
    )
    assert told[3:] == ["Not read in 2 other lists either: see run.json"]
    report = json.loads((tmp_path / "data" / "run.json").read_text("utf-8"))
    assert [one["unread"] for one in report["lists"]] == 5 * [
        {
            "cell beyond the header": {"count": 1, "lines": [20]},
            "label without a link": {"count": 1, "lines": [10]},
            "line without a link": {"count": 6, "lines": [11, 12, 13, 14, 15, 16]},
        }
    ]
    assert code != 3
