"""What `pipeline init` writes is valid, small and safe, whatever lists and folders are called."""

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pipeline import DOCS, REPOSITORY
from pipeline.settings.loading import load
from pipeline.settings.model import HIDDEN, Settings
from pipeline.setup.files import (
    ADD,
    CONFIG,
    FORM,
    REVIEW,
    WORKFLOW,
    Folder,
    add_workflow,
    config,
    files_of,
    form,
    review_workflow,
    with_attributes,
    workflow,
)
from tests.pages import CI, blocks
from tests.test_workflows import ACTION, WORKFLOWS, schema, steps
from tests.test_workflows import load as load_yaml

HOSTILE = [
    "plain",
    "two words",
    'a"\n[evil]\nout = "/tmp/x',
    "a'; rm -rf ~ #",
    "${{ github.token }}",
    "%{x} {{ y }} <!-- z -->",
    "- a: b",
    "null",
    "true",
    "\\",
    "tab\there",
    "\x1b[31m\x7f\x85\u2028\u202e\ufeff",
    "größe 論文 😀",
    "]] = [[",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_config_holds_the_names_and_nothing_else(name: str, tmp_path: Path) -> None:
    """Whatever a list is called, the file has one list more, and no setting."""
    path = tmp_path / CONFIG
    path.write_text(config(Folder({name: f"docs/{name}.md", "other": "b.md"})), "utf-8")
    data = tomllib.loads(path.read_text("utf-8"))

    assert data == {"lists": {name: f"docs/{name}.md", "other": "b.md"}}
    assert load({}, path).lists == {name: (f"docs/{name}.md",), "other": ("b.md",)}


def test_every_line_of_the_config_can_be_taken_in(tmp_path: Path) -> None:
    """Without its `# `, each example is a setting, above the lists; the contact is known."""
    text = config(Folder({"a": "a.md"}, "owner/name"))
    path = tmp_path / CONFIG
    path.write_text(
        re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE).replace("\nname =", "\n# name =")
    )
    settings = load({}, path)

    assert settings.contact == "https://github.com/owner/name"
    assert settings.fragments
    assert settings.sources == ("crossref",)
    assert set(settings.origins) <= set(Settings.model_fields) - HIDDEN
    assert f"{DOCS}/settings.md" in text


@pytest.mark.parametrize("repository", ["", "owner/name", "a/b", "x/y"])
def test_workflow_is_short_valid_and_our_own(repository: str) -> None:
    """Twenty lines, GitHub's schema, commits that our workflows have, and no more rights."""
    text = workflow(repository)
    data: dict[Any, Any] = yaml.safe_load(text)
    data["on"] = data.pop(True)
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(data)
    pinned = {
        step["uses"]
        for path in (*WORKFLOWS, ACTION)
        for step in steps(load_yaml(path))
        if "uses" in step
    }
    used = {step["uses"] for step in steps(data) if "uses" in step}
    minute = int(data["on"]["schedule"][0]["cron"].split()[0])

    assert text.count("\n") <= 20
    assert {use for use in used if not use.startswith(REPOSITORY)} <= pinned
    assert data["permissions"] == {"contents": "read", "issues": "write"}
    assert minute % 5
    assert 0 < minute < 60
    assert "${{" not in "".join(step.get("run", "") for step in steps(data))


def test_review_is_valid_and_as_the_docs_have_it() -> None:
    """GitHub's schema, commits that our workflows have; the docs show the same file."""
    data: dict[Any, Any] = yaml.safe_load(review_workflow())
    data["on"] = data.pop(True)
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(data)
    ours = [step for path in WORKFLOWS for step in steps(load_yaml(path))]
    pinned = {step["uses"] for step in ours if "uses" in step}
    used = {step["uses"] for step in steps(data) if "uses" in step}
    (shown,) = [one for one in blocks(CI, "yaml") if one.startswith("# .github/workflows/review")]

    assert {use for use in used if not use.startswith(REPOSITORY)} <= pinned
    assert shown.split("\n", 1)[1].strip() == review_workflow("COMMIT").strip()
    assert data["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in data["jobs"].items()} == {
        "look": {"contents": "read", "pull-requests": "read"},
        "say": {"pull-requests": "write"},
    }
    for step in steps(data):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_workflow_for_forms_is_valid_and_as_the_docs_have_it() -> None:
    """GitHub's schema, pinned commits, no text of an issue in a script; the docs show the file."""
    data: dict[Any, Any] = yaml.safe_load(add_workflow())
    data["on"] = data.pop(True)
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(data)
    ours = [step for path in WORKFLOWS for step in steps(load_yaml(path))]
    pinned = {step["uses"] for step in ours if "uses" in step}
    used = {step["uses"] for step in steps(data) if "uses" in step}
    named = "# .github/workflows/new-papers"
    (shown,) = [one for one in blocks(CI, "yaml") if one.startswith(named)]

    assert {use for use in used if not use.startswith(REPOSITORY)} <= pinned
    assert shown.split("\n", 1)[1].strip() == add_workflow("COMMIT").strip()
    assert data["permissions"] == {"contents": "read"}
    assert "${{" not in "".join(step.get("run", "") for step in steps(data))
    assert ADD not in files_of(Folder({"a": "a.md"}))
    assert ADD in files_of(Folder({"a": "a.md"}), adds=True)
    assert ADD not in files_of(Folder({"a": "a.md"}, is_elsewhere=True), adds=True)


def test_review_is_written_where_it_is_asked_for() -> None:
    """It answers to strangers, so it is the maintainer's choice."""
    assert REVIEW not in files_of(Folder({"a": "a.md"}))
    assert REVIEW in files_of(Folder({"a": "a.md"}), review=True)
    assert REVIEW not in files_of(Folder({"a": "a.md"}, is_elsewhere=True), review=True)


def test_workflows_of_two_repositories_start_at_their_own_times() -> None:
    """The services are not asked by everybody in the same minute."""
    times = {workflow(f"owner/list-{number}").split("cron")[1][:15] for number in range(40)}

    assert len(times) > 30


@pytest.mark.parametrize("lists", [["one"], HOSTILE])
def test_form_is_valid(lists: list[str]) -> None:
    """GitHub's schema; a choice of lists only where there are several, by their names."""
    text = form(lists)
    data = yaml.safe_load(text)
    jsonschema.Draft7Validator(schema("github-issue-forms.json")).validate(data)
    choices = [one["attributes"]["options"] for one in data["body"] if one["type"] == "dropdown"]

    assert choices == ([lists] if len(lists) > 1 else [])
    assert data["body"][0]["validations"]["required"] is True


def test_another_host_gets_no_workflow() -> None:
    """Nobody would run it there."""
    files = files_of(Folder({"a": "a.md"}, is_elsewhere=True))

    assert not {WORKFLOW, FORM} & files.keys()
    assert files_of(Folder({"a": "a.md"})).keys() >= {WORKFLOW, FORM}


LINES = (
    "data/history/links.jsonl merge=union\n"
    "data/history/events.jsonl merge=union\n"
    "data/decisions.jsonl merge=union\n"
)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", LINES),
        ("*.png binary", f"*.png binary\n{LINES}"),
        ("*.png binary\n", f"*.png binary\n{LINES}"),
        (LINES, LINES),
        (
            "data/decisions.jsonl   merge=union\n",
            "data/decisions.jsonl   merge=union\n" + "".join(LINES.splitlines(keepends=True)[:2]),
        ),
    ],
)
def test_attributes_of_others_are_kept(text: str, after: str) -> None:
    """Lines are added once."""
    assert with_attributes(text) == after
    assert with_attributes(after) == after
