"""The manifest of hooks is what pre-commit takes, and says what the commands know."""

from pathlib import Path
from typing import Any

import pytest
import yaml

MANIFEST = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
HOOKS: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
BY_ID = {hook["id"]: hook for hook in HOOKS}

KEYS = {
    "id": str,
    "name": str,
    "description": str,
    "entry": str,
    "args": list,
    "language": str,
    "types": list,
    "pass_filenames": bool,
    "require_serial": bool,
    "stages": list,
    "minimum_pre_commit_version": str,
}
"""Of those that pre-commit knows ("Creating new hooks" of its documentation), the ones in use."""
STAGES = {"pre-commit", "pre-push", "manual"}
"""As they are called since 3.2.0, which the manifest asks for."""


def test_there_are_three_hooks() -> None:
    """An id is what users write, so it stays."""
    assert [hook["id"] for hook in HOOKS] == ["pipeline-parse", "pipeline-fix", "pipeline-links"]


@pytest.mark.parametrize("hook", HOOKS, ids=list(BY_ID))
def test_manifest_is_valid(hook: dict[str, Any]) -> None:
    """Known keys of the right kind; pre-commit refuses a manifest with a fault in any hook."""
    assert set(hook) <= set(KEYS)
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert all(isinstance(value, KEYS[key]) for key, value in hook.items())
    assert set(hook["stages"]) <= STAGES
    assert hook["language"] == "python"
    assert hook["types"] == ["markdown"]
    assert hook["pass_filenames"]
    assert hook["require_serial"], "all files belong to one run"
    assert hook["minimum_pre_commit_version"] == "3.2.0"
    assert hook["entry"].split()[0] == "pipeline", "the script that the package installs"


def test_commits_ask_no_network() -> None:
    """What asks links runs at a push, or by hand."""
    assert BY_ID["pipeline-parse"]["stages"] == ["pre-commit"]
    assert BY_ID["pipeline-parse"]["entry"] == "pipeline lint"
    assert BY_ID["pipeline-fix"]["stages"] == ["pre-commit"]
    assert BY_ID["pipeline-links"]["stages"] == ["manual", "pre-push"]


def test_links_hook_asks_only_what_is_new() -> None:
    """The base is an argument, so a user can set another one."""
    hook = BY_ID["pipeline-links"]

    assert hook["entry"] == "pipeline run check --quiet --strict --format text"
    assert hook["args"][0] == "--changed-since"
