"""The action and the workflows are valid, pinned, ask for no more than they need, and run."""

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pipeline import REPOSITORY
from pipeline.formats.files import FILES
from pipeline.publishing.outputs import NAMES
from tests.github_server import TOKEN, GitHub, served

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
ENRICH = ROOT / ".github" / "workflows" / "enrich.yml"
LINKS = ROOT / ".github" / "workflows" / "links.yml"
REVIEW = ROOT / ".github" / "workflows" / "review.yml"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
READ = {"contents": "read"}

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
every_file = pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)


def load(path: Path) -> dict[Any, Any]:
    """Read a workflow or an action; YAML 1.1 takes the key `on` for a boolean."""
    data: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    if True in data:
        data["on"] = data.pop(True)
    return data


def steps(data: dict[Any, Any]) -> list[dict[str, Any]]:
    """Return the steps of all jobs, or of an action."""
    if "runs" in data:
        return list(data["runs"]["steps"])
    return [step for job in data["jobs"].values() for step in job["steps"]]


def schema(name: str) -> Any:
    """Read a schema of SchemaStore as check-jsonschema ships it."""
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((vendored / name).read_text(encoding="utf-8"))


# --- what they say ----------------------------------------------------------------------------


def test_there_are_workflows() -> None:
    """The checks, the scheduled job, the check and the review of pull requests, the release."""
    names = ["ci.yml", "enrich.yml", "links.yml", "release.yml", "review.yml"]
    assert [path.name for path in WORKFLOWS] == names


@every_workflow
def test_workflow_matches_the_published_schema(path: Path) -> None:
    """SchemaStore's schema of GitHub workflows."""
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(load(path))


def test_action_matches_the_published_schema() -> None:
    """SchemaStore's schema of GitHub actions."""
    jsonschema.Draft7Validator(schema("github-actions.json")).validate(load(ACTION))


@every_file
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved, a commit cannot; `./` is this very commit."""
    for step in steps(load(path)):
        if step.get("uses", "./") != "./":
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step["uses"]), step["uses"]


def test_one_action_has_one_commit() -> None:
    """Everywhere the same, so that they are renewed together."""
    used = {
        tuple(step["uses"].split("@"))
        for path in (*WORKFLOWS, ACTION)
        for step in steps(load(path))
        if "@" in step.get("uses", "")
    }

    assert len({name.partition("/cache/")[0] for name, _ in used}) == len(
        {(name.partition("/cache/")[0], commit) for name, commit in used}
    )


@every_file
def test_no_expression_reaches_a_shell(path: Path) -> None:
    """Values go through `env`, never into the text of a script."""
    for step in steps(load(path)):
        assert "${{" not in step.get("run", "")


@every_file
def test_scripts_are_bash(path: Path, tmp_path: Path) -> None:
    """Every script can be parsed."""
    for step in steps(load(path)):
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"].encode(), check=True)  # noqa: S607


@every_file
def test_no_checkout_leaves_a_token_behind(path: Path) -> None:
    """Later steps of a job could read it from the working copy."""
    for step in steps(load(path)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@every_workflow
def test_workflow_is_bounded_and_least_privileged(path: Path) -> None:
    """Read access unless a job says more, a time limit, and one run at a time."""
    workflow = load(path)

    assert workflow["permissions"] == READ
    assert workflow["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_only_publishing_jobs_may_write() -> None:
    """Each what it publishes; neither runs a link check, and none asks hosts with that token."""
    jobs = {path.name: load(path)["jobs"] for path in WORKFLOWS}
    granted = {
        (name, job): rights["permissions"]
        for name, found in jobs.items()
        for job, rights in found.items()
        if rights.get("permissions", READ) != READ
    }

    assert granted == {
        ("enrich.yml", "issue"): {"contents": "read", "issues": "write"},
        ("enrich.yml", "pull-requests"): {"contents": "write", "pull-requests": "write"},
        ("release.yml", "publish"): {"id-token": "write"},
        ("review.yml", "look"): {"contents": "read", "pull-requests": "read"},
        ("review.yml", "say"): {"contents": "read", "pull-requests": "write"},
    }
    for name, job in granted.keys() - {("release.yml", "publish"), ("review.yml", "look")}:
        scripts = " ".join(step.get("run", "") for step in jobs[name][job]["steps"])
        assert "pipeline run" not in scripts
        assert "pipeline publish" in scripts


def test_publishing_follows_a_run_that_ended_well() -> None:
    """A failed run closes no issue: without `always()`, a job waits for success."""
    jobs = load(ENRICH)["jobs"]

    for name in ("issue", "pull-requests"):
        assert jobs[name]["needs"] == "enrich"
        assert not re.search(r"always|failure|cancelled", jobs[name]["if"])


def test_release_is_published_by_a_job_that_runs_nothing_of_ours() -> None:
    """Only a tag of a version, after the checks; no secret, no script beside the token."""
    workflow = load(RELEASE)
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]

    assert workflow["on"] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}}
    assert [step["run"] for step in build["steps"] if "run" in step] == [".ci/run", ".ci/release"]
    assert publish["needs"] == "build"
    assert publish["environment"]
    assert not any("run" in step or "checkout" in step["uses"] for step in publish["steps"])
    assert publish["steps"][-1]["with"] == {"attestations": True}
    assert "secrets." not in RELEASE.read_text(encoding="utf-8")
    assert "cache" not in str(build["steps"])


def test_schedule_is_at_an_odd_minute_twice_a_week() -> None:
    """Busy minutes are late or dropped; a cache of 7 days must be used before."""
    on = load(ENRICH)["on"]
    (schedule,) = on["schedule"]
    minute, _, _, _, days = schedule["cron"].split()

    assert int(minute) % 5
    assert len(days.split(",")) == 2
    assert "workflow_dispatch" in on


@pytest.mark.parametrize("path", [ENRICH, ACTION], ids=lambda path: path.name)
def test_cache_is_saved_after_a_failure_and_under_a_new_key(path: Path) -> None:
    """Entries of the Actions cache are immutable; a failed run must be resumable."""
    saved = [step for step in steps(load(path)) if "cache/save" in step.get("uses", "")]

    assert len(saved) == 1
    assert "always()" in saved[0]["if"]
    assert "github.run_id" in saved[0]["with"]["key"]
    assert "github.run_attempt" in saved[0]["with"]["key"]


def test_restored_cache_is_the_newest_one() -> None:
    """By its prefix: the key itself is never there yet."""
    for path in (ENRICH, LINKS, ACTION):
        (restored,) = [step for step in steps(load(path)) if "cache/restore" in str(step)]
        assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])


def test_what_is_restored_is_what_was_saved() -> None:
    """Folders and key of the action: one of a path is another cache."""
    (restored,) = [step for step in steps(load(ACTION)) if "cache/restore" in str(step)]
    (saved,) = [step for step in steps(load(ACTION)) if "cache/save" in str(step)]

    assert restored["with"]["path"] == saved["with"]["path"]
    assert restored["with"]["key"] == saved["with"]["key"]
    kept = re.findall(r"inputs\.out \}\}/(\S+)", saved["with"]["path"])
    assert all(any(name.startswith(one) for one in kept) for name in FILES)
    assert "}}/${{ inputs.cache-dir }}\n" in saved["with"]["path"]


def test_pull_requests_read_the_cache_and_give_way() -> None:
    """What a stranger's branch has asked is never trusted later; a new push ends the old check."""
    workflow = load(LINKS)

    assert not any("cache/save" in str(step) for step in steps(workflow))
    assert workflow["concurrency"]["cancel-in-progress"] is True
    assert "pull_request_target" not in workflow["on"]


def test_review_runs_nothing_of_a_pull_request() -> None:
    """With a token of the base: every checkout is the base's, and nothing is stored for later."""
    workflow = load(REVIEW)
    jobs = workflow["jobs"]

    assert workflow["on"].keys() == {"pull_request_target"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
        assert "cache/save" not in str(step)
        assert ".head" not in str(step)
    assert "--save" in str(jobs["look"])
    assert "--write" not in str(jobs["look"])
    assert "--load review.json --write" in jobs["say"]["steps"][-1]["run"]
    assert jobs["say"]["needs"] == "look"
    assert "if" not in jobs["say"]  # what failed is not said


def test_jobs_that_write_are_not_cut_off() -> None:
    """A run under way is finished, a newer one waits."""
    assert load(ENRICH)["concurrency"]["cancel-in-progress"] is False


def test_every_input_and_output_is_described() -> None:
    """In kebab case, every input with a default; the outputs are those of the program."""
    action = load(ACTION)

    for name, said in action["inputs"].items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert said["description"]
        assert isinstance(said["default"], str)
    assert tuple(action["outputs"]) == NAMES
    for name, said in action["outputs"].items():
        assert said["description"]
        assert said["value"] == f"${{{{ steps.outputs.outputs.{name} }}}}"
    assert action["branding"]


def test_every_input_is_used() -> None:
    """An input that nothing reads is a promise that is not kept."""
    text = ACTION.read_text(encoding="utf-8")

    for name in load(ACTION)["inputs"]:
        assert f"inputs.{name}" in text


# --- what they do -----------------------------------------------------------------------------

PROGRAM = f"""#!{sys.executable}
import sys
import tomllib
sys.path.insert(0, {str(ROOT)!r})
from pipeline.cli.main import main
main()
"""


class Job:
    """A job on this machine: the scripts of the action, one after the other."""

    def __init__(self, folder: Path, program: str = PROGRAM) -> None:
        self.folder = folder
        self.action = load(ACTION)
        self.outputs: dict[str, dict[str, str]] = {}
        self.environment: Mapping[str, str] = {}
        place = folder / "bin"
        place.mkdir(parents=True)
        (place / "pipeline").write_text(program)
        (place / "pipeline").chmod(stat.S_IRWXU)

    @property
    def summary(self) -> str:
        """Return the summary of the job."""
        path = self.folder / "summary"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run one step as the runner does: bash, fail on the first error."""
        (step,) = [step for step in steps(self.action) if step.get("name") == name]
        written = self.folder / f"outputs-{name}"
        written.touch()
        defaults = {key: said["default"] for key, said in self.action["inputs"].items()}
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "CI": "true",
            "GITHUB_OUTPUT": str(written),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": "octo/list",
            "GITHUB_RUN_ID": "1",
            "GITHUB_SHA": "c" * 40,
            **self.environment,
            **{key: self._value(text, defaults | inputs) for key, text in step["env"].items()},
        }
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            script,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if "id" in step:
            lines = written.read_text(encoding="utf-8").splitlines()
            self.outputs[step["id"]] = dict(line.split("=", 1) for line in lines)
        return done

    def _value(self, text: str, inputs: Mapping[str, str]) -> str:
        """Put in what stands in `${{ }}`."""
        several = r"\$\{\{ inputs\.([\w-]+) \}\}"
        if re.fullmatch(rf"{several}(?: {several})*", text):
            given = re.sub(several, lambda match: inputs[match[1]], text)
            known = {"server_url": "https://github.example", "repository": "octo/list"}
            expression = r"\$\{\{ github\.(\w+) \}\}"
            return re.sub(expression, lambda match: known.get(match[1], ""), given)
        match = re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.([\w-]+) \}\}", text)
        assert match is not None, text
        return self.outputs.get(match[1], {}).get(match[2], "")


PYTHON = f"""#!/bin/sh
case "$2" in
  venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  pip) echo "$@" > "$RUNNER_TEMP/pip" ;;
  *) exec {sys.executable} "$@" ;;
esac
"""
"""A Python whose `venv` and `pip` need no network."""


def test_action_installs_itself_beside_what_hashes_stand_for(tmp_path: Path) -> None:
    """What is on the path afterwards is this checkout, whatever lies in the folder to run in."""
    runner = tmp_path / "a runner"
    (runner / "list/pipeline").mkdir(parents=True)
    for name in ("pipeline/__init__.py", "httpx.py", "typer.py"):
        (runner / "list" / name).write_text("raise SystemExit('a stranger')\n")
    python = runner / "python3"
    python.write_text(PYTHON)
    python.chmod(stat.S_IRWXU)
    job = Job(runner)
    job.environment = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_PATH": str(runner / "path"),
        "RUNNER_TEMP": str(runner),
    }
    job.outputs["python"] = {"python-path": str(python)}

    done = job.step("Install")

    assert done.returncode == 0, done.stderr
    assert (runner / "pip").read_text().split("--require-hashes -r ") == [
        "-m pip install --quiet ",
        f"{ROOT}/requirements.lock\n",
    ]
    program = Path((runner / "path").read_text().strip()) / "pipeline"
    done = subprocess.run(
        [program, "lint", "--help"],
        cwd=runner / "list",
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: pipeline lint")


def test_action_runs_on_the_sandbox(tmp_path: Path) -> None:
    """Run, annotations, summary, outputs; then the same again with nothing changed."""
    job = Job(tmp_path)

    done = job.step("Enrich", args="--sandbox")
    assert done.returncode == 0, done.stderr
    assert job.outputs["run"] == {"code": "0"}
    annotations = job.step("Annotations")
    assert annotations.returncode == 0, annotations.stderr
    assert re.search(r"^::(error|warning|notice) ", annotations.stdout, re.MULTILINE)
    assert job.step("Job summary").returncode == 0
    assert job.summary.startswith("# Links")
    done = job.step("Outputs")
    assert done.returncode == 0, done.stderr
    outputs = job.outputs["outputs"]
    assert tuple(outputs) == NAMES
    assert outputs["has-changes"] == "true"
    assert int(outputs["resolved"]) > 200
    assert int(outputs["dead"]) > 0
    assert outputs["failed-sources"] == "github"
    assert outputs["exit-code"] == "0"
    assert (tmp_path / outputs["report-path"]).is_file()
    assert (tmp_path / outputs["catalog-path"]).is_file()

    assert job.step("Outputs", fail="actionable").returncode == 3
    assert job.outputs["outputs"]["exit-code"] == "3"


def test_action_says_where_nothing_has_changed(tmp_path: Path) -> None:
    """The second run comes to the same; so does one that only has another time of a check."""
    entry = "- [A Title of a Paper](https://arxiv.org/abs/2305.00447) [code](htp:/x.example)\n"
    (tmp_path / "README.md").write_text(f"# List\n\n## Papers\n\n{entry}")
    job, told = Job(tmp_path), []
    for _ in range(2):
        assert job.step("Enrich", lists="README.md", args="--offline").returncode == 0
        assert job.step("Outputs").returncode == 0
        told.append(job.outputs["outputs"]["has-changes"])
    assert told == ["true", "false"]

    path = tmp_path / "data/reports/links.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines
    times = [json.dumps(line | {"checked_at": "2026-01-01T00:00:00Z"}) for line in lines]
    path.write_text("\n".join(times) + "\n", encoding="utf-8")
    assert job.step("Enrich", lists="README.md", args="--offline").returncode == 0
    assert job.step("Outputs").returncode == 0
    assert job.outputs["outputs"]["has-changes"] == "false"

    assert job.step("Job summary").returncode == 0
    assert f"https://github.example/octo/list/blob/{'c' * 40}/README.md?plain=1#L5>" in job.summary


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({}, None),
        ({"fail": "new", "format": "none", "setup-only": "true", "job-summary": "false"}, None),
        ({"fail": "always"}, "fail"),
        ({"fail": ""}, "fail"),
        ({"fail": "new\n::error::owned"}, "fail"),
        ({"format": "sarif"}, "format"),
        ({"fail-if-empty": "yes"}, "fail-if-empty"),
        ({"job-summary": ""}, "job-summary"),
        ({"setup-only": "true false"}, "setup-only"),
        ({"cache": "no"}, "cache"),
        ({"issue": "1"}, "issue"),
    ],
)
def test_wrong_input_is_noticed_first(
    tmp_path: Path, inputs: dict[str, str], named: str | None
) -> None:
    """Before anything is installed or asked, in one sentence that repeats no input."""
    job = Job(tmp_path)

    done = job.step("Inputs", **inputs)

    assert done.returncode == (2 if named else 0)
    if named:
        assert done.stdout.count("::") == 2
        assert done.stdout.startswith("::error title=")
        assert named in done.stdout
    assert steps(load(ACTION))[0]["name"] == "Inputs"


def test_action_only_installs_where_asked() -> None:
    """Every step behind the installation asks for it; whoever has run has outputs."""
    behind = [step for step in steps(load(ACTION)) if step.get("name") not in ("Inputs", "Install")]
    (python, *others) = behind

    assert "setup-python" in python["uses"]
    names = ["Restore", "Enrich", "Save", "Annotations", "Job summary", "Issue", "Outputs"]
    assert [step["name"] for step in others] == names
    for step in others:
        assert "inputs.setup-only != 'true'" in step["if"]
    assert "always()" in others[-1]["if"]
    assert "steps.install.outcome == 'success'" in others[-1]["if"]


def test_memory_belongs_to_a_job_and_its_lists(tmp_path: Path) -> None:
    """One key for one purpose, whatever the words are; another for another."""
    keys = []
    for number, lists in enumerate(("README.md", "README.md", "a, b.md\nc $(d).md", "other.md")):
        job = Job(tmp_path / str(number))
        assert job.step("Inputs", lists=lists).returncode == 0
        keys.append(job.outputs["inputs"]["key"])

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert all(re.fullmatch(r"paper-list-pipeline-v1-\d+-", key) for key in keys)


def test_action_keeps_the_issue_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `issue`, and only on the default branch after a run that ended; twice is one issue."""
    job = Job(tmp_path)
    assert job.step("Enrich", args="--sandbox").returncode == 0
    told = tmp_path / "data/reports/report.json"
    report = json.loads(told.read_text(encoding="utf-8"))
    told.write_text(json.dumps(report | {"sandbox": False}), encoding="utf-8")
    (step,) = [step for step in steps(load(ACTION)) if step.get("name") == "Issue"]
    github = GitHub()
    with served(github, tmp_path, monkeypatch) as url:
        job.environment = {
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            "PIPELINE_ALLOW_PRIVATE": "127.0.0.1/32",
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": github.name,
        }
        for _ in range(2):
            done = job.step("Issue", token=TOKEN)
            assert done.returncode == 0, done.stderr
            assert TOKEN not in done.stdout + done.stderr

    assert github.writes == [("POST", "/issues")]
    assert "inputs.issue == 'true'" in step["if"]
    assert "github.event.repository.default_branch" in step["if"]
    assert load(ACTION)["inputs"]["issue"]["default"] == "false"


def test_issue_job_publishes_what_the_run_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job's own script over real sockets; twice is one issue."""
    job = Job(tmp_path)
    assert job.step("Enrich", args="--sandbox").returncode == 0
    told = tmp_path / "data/reports/report.json"
    report = json.loads(told.read_text(encoding="utf-8"))
    told.write_text(json.dumps(report | {"sandbox": False}), encoding="utf-8")
    (step,) = [step for step in load(ENRICH)["jobs"]["issue"]["steps"] if "RUN_URL" in str(step)]
    github = GitHub()
    with served(github, tmp_path, monkeypatch) as url:
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            "PIPELINE_ALLOW_PRIVATE": "127.0.0.1/32",
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": github.name,
            "GITHUB_TOKEN": TOKEN,
            "RUN_URL": "https://github.com/octo/list/actions/runs/1",
        }
        for _ in range(2):
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
            assert TOKEN not in done.stdout + done.stderr

    assert github.writes == [("POST", "/issues")]
    (issue,) = github.real_issues
    assert issue["title"].startswith("Links: ")
    assert 1_000 < len(issue["body"]) <= 60_000
    assert {asked.token for asked in github.asked} == {f"Bearer {TOKEN}"}


def test_review_reads_in_one_job_and_writes_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both jobs' own scripts over real sockets, without network for papers; twice is once."""
    entry = "- [A Title of a Paper](https:/arxiv.org/abs/2305.00447)\n"
    text = "# List\n\n## Papers\n\n- [Another Paper](https://arxiv.org/abs/2305.00448)\n"
    (tmp_path / "README.md").write_text(text)
    (tmp_path / ".git").mkdir()
    Job(tmp_path)
    github = GitHub(files={"README.md": text.encode()})
    pull = github.open_pull({"README.md": (text + entry).encode()})
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": pull}}))
    scripts = [step["run"] for step in steps(load(REVIEW)) if step.get("name") in ("Look", "Say")]
    with served(github, tmp_path, monkeypatch) as url:
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            "PIPELINE_ALLOW_PRIVATE": "127.0.0.1/32",
            "PIPELINE_TIME_BUDGET": "1s",
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": github.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_TOKEN": TOKEN,
        }
        for script in scripts * 2:
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],  # noqa: S607
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
            assert TOKEN not in done.stdout + done.stderr

    assert len(scripts) == 2
    (comment,) = github.comments[pull]
    assert "`link-malformed`" in comment["body"]
    assert "Left for a later run: " in comment["body"]
    assert '"done": true' not in comment["body"]  # so that the next run looks again
    assert [method for method, _ in github.writes] == ["POST", "POST"]


def test_workflow_of_the_docs_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list and no config file: repaired, one issue, two pull requests, nothing twice."""
    shown = next(
        text
        for text in (ROOT / "docs/ci.md").read_text(encoding="utf-8").split("```yaml\n")
        if text.startswith("name:")
    )
    jobs = yaml.safe_load(shown.partition("```")[0])["jobs"]
    entry = "- [A Title of a Paper](https://arxiv.org/abs/2305.00447) [code](htp://x.example/a)\n"
    text = f"# List\n\n## Papers\n\n{entry}".encode()
    (tmp_path / "README.md").write_bytes(text)
    (tmp_path / ".git").mkdir()
    job = Job(tmp_path)
    (ours,) = [
        step for step in jobs["enrich"]["steps"] if step.get("uses", "").startswith(REPOSITORY)
    ]
    assert job.step("Inputs", **ours["with"]).returncode == 0
    assert job.step("Enrich", args="--offline", **ours["with"]).returncode == 0
    told = tmp_path / "data/reports/report.json"
    report = json.loads(told.read_text(encoding="utf-8"))
    told.write_text(json.dumps(report | {"offline": False}), encoding="utf-8")
    github = GitHub(files={"README.md": text})
    with served(github, tmp_path, monkeypatch) as url:
        environment = {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            "PIPELINE_ALLOW_PRIVATE": "127.0.0.1/32",
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": github.name,
            "GITHUB_SHA": github.refs["main"],
            "GITHUB_TOKEN": TOKEN,
            "RUN_URL": "https://github.com/octo/list/actions/runs/1",
        }
        for _ in range(2):
            for step in steps({"jobs": jobs}):
                if "run" in step:
                    done = subprocess.run(
                        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
                        cwd=tmp_path,
                        env=environment,
                        capture_output=True,
                        text=True,
                        check=False,
                        timeout=60,
                    )
                    assert done.returncode == 0, done.stderr

    (issue,) = github.real_issues
    assert (
        f"{tmp_path.name}:5](<https://github.example/octo/list/blob/main/README.md?plain=1#L5>)"
        in (issue["body"].replace("\\", ""))
    )
    assert [pull["title"] for pull in github.pulls] == [
        "Repair links in 1 list",
        "Renew the catalog",
    ]
    repaired = github.files("pipeline/link-fixes")
    assert repaired == {"README.md": text.replace(b"htp://", b"http://")}
    assert "data/catalog/catalog.jsonl" in github.files("pipeline/catalog")
    assert [path for _, path in github.writes].count("/pulls") == 2


FAKE = """#!/usr/bin/env bash
printf '%s\\n' "$@" > words
exit {code}
"""


def test_inputs_reach_the_program_as_words(tmp_path: Path) -> None:
    """Whatever they hold: nothing is run, nothing is split or taken for an option."""
    job = Job(tmp_path, FAKE.format(code=0))
    evil = "a b.md\n$(touch owned)\n\n--offline\n`touch owned`; touch owned\n*.md"

    done = job.step("Enrich", lists=evil, args="--offline  --verbose", config="my config.toml")

    assert done.returncode == 0, done.stderr
    words = (tmp_path / "words").read_text().splitlines()
    assert words == [
        *("run", "enrich", "--out", "data", "--cache-dir", "cache"),
        *("--config", "my config.toml", "--time-budget", "45m", "--offline", "--verbose", "--"),
        *("a b.md", "$(touch owned)", "--offline", "`touch owned`; touch owned", "*.md"),
    ]
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("files", "inputs", "lists"),
    [
        (["README.md", "other.md"], {}, ["README.md"]),
        (["readme.md"], {}, ["readme.md"]),
        (["README.md", "pipeline.toml"], {}, []),
        (["README.md", "my.toml"], {"config": "my.toml"}, []),
        (["README.md", "other.md"], {"lists": "other.md"}, ["other.md"]),
        (["README.md"], {"args": "--sandbox"}, []),
        (["other.md"], {}, []),
    ],
)
def test_without_a_list_the_readme_is_the_list(
    tmp_path: Path, files: list[str], inputs: dict[str, str], lists: list[str]
) -> None:
    """`uses: …` is all it takes; a config file, a list or the sandbox comes first."""
    job = Job(tmp_path, FAKE.format(code=0))
    for name in files:
        (tmp_path / name).touch()

    assert job.step("Enrich", **inputs).returncode == 0
    words = (tmp_path / "words").read_text().splitlines()
    assert words[words.index("--") + 1 :] == lists


@pytest.mark.parametrize("code", [1, 2, 139])
def test_crash_is_told_and_fails(tmp_path: Path, code: int) -> None:
    """A tool that crashed has not found 0 dead links."""
    job = Job(tmp_path, FAKE.format(code=code))

    assert job.step("Enrich").returncode == 0
    assert job.outputs["run"] == {"code": str(code)}
    assert job.step("Job summary").returncode == 0
    assert f"exit code {code}" in job.summary
    (tmp_path / "bin" / "pipeline").write_text(PROGRAM)
    assert job.step("Outputs").returncode == code
    assert job.outputs["outputs"] == dict.fromkeys(NAMES, "") | {"exit-code": str(code)}


def test_step_that_never_ran_is_a_failure(tmp_path: Path) -> None:
    """The installation failed: there is no code at all."""
    job = Job(tmp_path)

    assert job.step("Outputs").returncode == 1
    assert job.outputs["outputs"]["exit-code"] == "1"


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (130, 130)])
def test_incomplete_check_is_no_fault_of_a_pull_request(
    tmp_path: Path, code: int, ends: int
) -> None:
    """Findings fail it, a host that does not answer does not; the branch's name is one word."""
    (step,) = [step for step in steps(load(LINKS)) if step.get("name") == "Check"]
    (tmp_path / "pipeline").write_text(FAKE.format(code=code))
    (tmp_path / "pipeline").chmod(stat.S_IRWXU)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "BASE": "a;touch${IFS}owned"}

    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
        cwd=tmp_path,
        env=environment,
        check=False,
    )

    assert done.returncode == ends
    words = (tmp_path / "words").read_text().splitlines()
    assert words[words.index("--changed-since") + 1] == "origin/a;touch${IFS}owned"
    assert not (tmp_path / "owned").exists()


def test_every_python_that_the_package_names_is_tested() -> None:
    """And the other way round."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        classifier.rpartition(" ")[2]
        for classifier in project["classifiers"]
        if "Python :: 3." in classifier
    ]
    tested = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"][
        "python"
    ]

    assert named == tested == ["3.11", "3.12", "3.13", "3.14"]
