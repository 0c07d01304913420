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
