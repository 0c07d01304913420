"""The workflows are valid, pinned, and ask for no more than they need."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(path: Path) -> dict[Any, Any]:
    """Read a workflow; YAML 1.1 takes the key `on` for a boolean."""
    data: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["on"] = data.pop(True)
    return data


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    """Return the steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    """A CI workflow and the scheduled job."""
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "enrich.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_matches_the_published_schema(path: Path) -> None:
    """SchemaStore's schema of GitHub workflows, as check-jsonschema ships it."""
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "github-workflows.json").read_text(encoding="utf-8"))

    jsonschema.Draft7Validator(schema).validate(load(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved, a commit cannot."""
    for step in steps(load(path)):
        if "uses" in step:
            _, _, ref = step["uses"].partition("@")
            assert len(ref) == 40, step["uses"]
            assert set(ref) <= set("0123456789abcdef"), step["uses"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_reaches_a_shell(path: Path) -> None:
    """Values go through `env`, never into the text of a script."""
    for step in steps(load(path)):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_bounded_and_least_privileged(path: Path) -> None:
    """Read access only, a time limit, and one run at a time."""
    workflow = load(path)

    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_cache_is_saved_after_a_failure_and_under_a_new_key() -> None:
    """Entries of the Actions cache are immutable; a failed run must be resumable."""
    saved = [
        step
        for step in steps(load(ROOT / ".github/workflows/enrich.yml"))
        if "cache/save" in step.get("uses", "")
    ]

    assert [step["if"] for step in saved] == ["always()"]
    assert "github.run_id" in saved[0]["with"]["key"]
