"""What the docs say of workflows, the action and hooks is true."""

import re
from typing import Any

import jsonschema
import pytest
import yaml

from pipeline import REPOSITORY, __version__
from pipeline.formats.files import FILES
from tests.pages import CI, README, ROOT, blocks, names
from tests.test_workflows import ACTION, WORKFLOWS, schema, steps
from tests.test_workflows import load as load_yaml

COMMIT = "0" * 40


OURS = f"{REPOSITORY}@{COMMIT}"


def workflow_of_docs() -> dict[Any, Any]:
    """Return the workflow to copy, a commit in the place of the word."""
    (shown,) = [text for text in blocks(CI, "yaml") if text.startswith("name:")]
    data: dict[Any, Any] = yaml.safe_load(shown.replace("COMMIT", COMMIT))
    data["on"] = data.pop(True)
    return data


@pytest.mark.parametrize(
    "left_out", [(), ("issue",), ("pull-requests",), ("issue", "pull-requests")]
)
def test_workflow_of_the_docs_matches_the_schema(left_out: tuple[str, ...]) -> None:
    """As it is, and without either of the jobs that publish."""
    workflow = workflow_of_docs()
    jobs = {name: job for name, job in workflow["jobs"].items() if name not in left_out}

    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(workflow | {"jobs": jobs})
    assert len(jobs) == 3 - len(left_out)
    assert {job.get("needs", "enrich") for job in jobs.values()} == {"enrich"}


def test_workflow_of_the_docs_pins_what_the_workflows_pin() -> None:
    """By commit, and by the same ones, so that they are renewed together."""
    pinned = {
        step["uses"]
        for path in (*WORKFLOWS, ACTION)
        for step in steps(load_yaml(path))
        if "@" in step.get("uses", "")
    }
    used = {step["uses"] for step in steps(workflow_of_docs()) if "uses" in step}

    assert used - pinned == {OURS}


def test_workflow_of_the_docs_is_safe() -> None:
    """Each job may write what it publishes; no token left behind, no expression in a script."""
    workflow = workflow_of_docs()
    jobs = workflow["jobs"]

    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "enrich": {"contents": "read"},
        "issue": {"contents": "read", "issues": "write"},
        "pull-requests": {"contents": "write", "pull-requests": "write"},
    }
    assert all(job["timeout-minutes"] <= 60 for job in jobs.values())
    assert workflow["concurrency"]["cancel-in-progress"] is False
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_workflow_of_the_docs_publishes_as_ours() -> None:
    """From the default branch alone, only after a run that ended well, on odd minutes."""
    workflow, ours = workflow_of_docs(), load_yaml(ROOT / ".github" / "workflows" / "enrich.yml")
    (schedule,) = workflow["on"]["schedule"]

    assert int(schedule["cron"].split()[0]) % 5
    assert len(schedule["cron"].split()[4].split(",")) == 2
    for name in ("issue", "pull-requests"):
        job = workflow["jobs"][name]
        assert job["if"] == ours["jobs"][name]["if"]
        (setup,) = [step for step in job["steps"] if step.get("uses") == OURS]
        assert setup["with"] == {"setup-only": True}
        assert "pipeline run" not in str(job)


def test_job_of_the_docs_that_publishes_the_page() -> None:
    """Valid beside the others; it may write pages alone, and takes what the run hands over."""
    (shown,) = [text for text in blocks(CI, "yaml") if text.startswith("page:")]
    workflow = workflow_of_docs()
    job = yaml.safe_load(shown.replace("COMMIT", COMMIT))["page"]
    workflow["jobs"]["page"] = job
    (download,) = [step for step in job["steps"] if "download-artifact" in str(step)]
    (issue,) = [step for step in workflow["jobs"]["issue"]["steps"] if "download" in str(step)]
    export, upload = job["steps"][2:4]

    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(workflow)
    assert job["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert job["if"] == workflow["jobs"]["issue"]["if"]
    assert download == issue
    assert export["run"] == f"pipeline export page --out {upload['with']['path']}"
    assert all(re.search("@[0-9a-f]{40}$", step["uses"]) for step in job["steps"] if "uses" in step)


MOST_LINES = 15


def workflow_of_readme() -> dict[Any, Any]:
    """Return the workflow to paste."""
    (shown,) = blocks(README, "yaml")
    data: dict[Any, Any] = yaml.safe_load(shown)
    data["on"] = data.pop(True)
    return data


def test_workflow_of_the_readme_is_short_and_whole() -> None:
    """At most 15 lines, valid, at an odd minute twice a week, with a time limit."""
    (shown,) = blocks(README, "yaml")
    workflow = workflow_of_readme()
    (job,) = workflow["jobs"].values()
    (schedule,) = workflow["on"]["schedule"]

    assert len(shown.splitlines()) <= MOST_LINES
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(workflow)
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    assert job["timeout-minutes"] <= 60
    assert int(schedule["cron"].split()[0]) % 5
    assert len(schedule["cron"].split()[4].split(",")) == 2


def test_workflow_of_the_readme_uses_what_there_is() -> None:
    """The action at the tag of this version, with its inputs, and the checkout that ours use."""
    (job,) = workflow_of_readme()["jobs"].values()
    checkout, ours = job["steps"]
    known = [step["uses"] for step in steps(workflow_of_docs()) if "uses" in step]

    assert checkout["uses"] in known
    assert checkout["with"] == {"persist-credentials": False, "fetch-depth": 0}
    assert ours["uses"] == f"{REPOSITORY}@v{__version__}"
    assert ours["with"].keys() <= load_yaml(ACTION)["inputs"].keys()
    assert f"`@v{__version__}`" in CI


def test_workflow_of_the_docs_hands_over_what_is_published() -> None:
    """The list as repaired and every result go from one job to the others, under one name."""
    jobs = workflow_of_docs()["jobs"]
    (upload,) = [step for step in steps(workflow_of_docs()) if "upload-artifact" in str(step)]
    files = upload["with"]["path"].split()

    assert files[0] == "README.md"
    assert {f"data/{name}" for name in FILES} == {
        f"data/{name}"
        for name in FILES
        for file in files
        if f"data/{name}" == file or f"data/{name}".startswith(f"{file}/")
    }
    for name in ("issue", "pull-requests"):
        (download,) = [step for step in jobs[name]["steps"] if "download-artifact" in str(step)]
        assert download["with"] == {"name": upload["with"]["name"]}
    scripts = [step["run"] for step in steps(workflow_of_docs()) if "run" in step]
    assert [re.sub(" --run-url.*", "", script) for script in scripts] == [
        "pipeline fix --write README.md",
        "pipeline publish issue --write",
        "pipeline publish fixes README.md --write",
        "pipeline publish catalog --write",
    ]


def test_inputs_of_the_action_exist() -> None:
    """Whatever the examples hand over, the action takes."""
    inputs = load_yaml(ACTION)["inputs"]
    for text in blocks(CI, "yaml"):
        data = yaml.safe_load(text)
        found = data if isinstance(data, list) else []
        for step in (*found, *steps(workflow_of_docs())):
            if step.get("uses", "").startswith(REPOSITORY):
                assert step["with"].keys() <= inputs.keys()


def test_hooks_are_in_the_table() -> None:
    """Those that there are, and the example for pre-commit names two of them."""
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (example,) = [text for text in blocks(CI, "yaml") if text.startswith("repos:")]
    (repo,) = yaml.safe_load(example)["repos"]

    assert names("| hook | what it does | network |", CI) == hooks
    assert {hook["id"] for hook in repo["hooks"]} < hooks
    assert all(re.search(hook["files"], "README.md") for hook in repo["hooks"])
