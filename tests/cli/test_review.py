"""The commands for people: `review` and `explain`, and what is open for review."""

import io
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from pipeline.cli import explain as explain_cli
from pipeline.cli import review as review_cli
from pipeline.errors import ConfigurationError
from pipeline.formats.jsonl import render
from pipeline.records.catalog import Candidate, Paper, Resolution
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.review.items import open_cases
from pipeline.review.session import DecisionFile, Session, rendered
from pipeline.works.candidates import CandidateWork
from pipeline.works.decisions import DECISIONS, accept, parse_decisions, serialise_decisions

OUT = Path("data")
A, B, C = "arxiv:2401.00001", "arxiv:2402.00002", "doi:10.1145/3.3"


def entry(line: int, title: str, name: str = "mine", **fields: Any) -> Entry:
    """Build an entry."""
    link = Link(url=f"https://code.example/{line}", role="code", line=line, column=1)
    return Entry(list=name, line=line, end_line=line, title=title, links=(link,), **fields)


def paper(*mentions: Entry, keys: tuple[str, ...] = (A, B), status: Any = "review") -> Paper:
    """Build a work with these candidates."""
    return Paper(
        key=f"title:{mentions[0].line:012}",
        title=mentions[0].title,
        mentions=mentions,
        resolution=Resolution(
            status=status,
            method="title",
            evidence=(
                *(f"RETITLED: {key} “The Title: of {key}”: title 80.0 % similar" for key in keys),
                "SOURCE_FAILED: index: no answer",
            ),
            candidates=tuple(
                Candidate(key=key, title=f"The Title: of {key}", score=0.8) for key in keys
            ),
            reason_code="RETITLED",
        ),
    )


FIRST = paper(
    entry(20, "First Title of a Paper", authors="Ann Author", venue="ICML 2024", year=2024),
    entry(7, "First *title* of a paper", "other"),
)
SECOND = paper(entry(30, "Second Title of a Paper"), keys=(B, C))
FOUND = paper(entry(10, "Found Title of a Paper"), status="found")
ALIEN = paper(entry(5, "Third Title of a Paper", "other"), keys=(C,))


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder with the catalog of a run, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PIPELINE_")]:
        monkeypatch.delenv(name)
    write_catalog(SECOND, FIRST, FOUND, ALIEN)


def write_catalog(*papers: Paper) -> None:
    """Write the catalog of a run."""
    (OUT / "catalog").mkdir(parents=True, exist_ok=True)
    (OUT / "catalog" / "catalog.jsonl").write_text(render(papers), encoding="utf-8")


@pytest.fixture
def run() -> Callable[..., Result]:
    """`run(arguments…, stdin=…)`: the commands as they will be registered."""
    app = typer.Typer()
    app.command("review")(review_cli.review)
    app.command("explain")(explain_cli.explain)

    def call(*arguments: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(app, arguments, input=stdin, standalone_mode=False)

    return call


Run = Callable[..., Result]


def said() -> dict[tuple[str, str], tuple[str | None, tuple[str, ...], bool]]:
    """Return what is decided, by list and title."""
    decisions, faults = parse_decisions((OUT / DECISIONS).read_text(encoding="utf-8"))
    assert faults == []
    return {
        (one.list, one.title): (one.accepted, one.rejected, one.no_paper)
        for one in decisions.values()
    }


def sentence(done: Result) -> str:
    """Return the error of a command that was called wrongly."""
    assert isinstance(done.exception, ConfigurationError)
    assert "\n" not in str(done.exception)
    return str(done.exception)


class Keys:
    """A person at a keyboard; looks at what is on disk before every key."""

    def __init__(self, keys: str) -> None:
        self.keys = iter(keys)
        self.seen: list[str] = []

    def __call__(self) -> str:
        """Return the next key; after the last one the end of input."""
        path = OUT / DECISIONS
        self.seen.append(path.read_text(encoding="utf-8") if path.exists() else "")
        key = next(self.keys, None)
        if key is None:
            raise EOFError
        if key == "!":
            raise KeyboardInterrupt
        return key


def sit(keys: str, *papers: Paper, width: int = 120) -> tuple[Session, str, Keys]:
    """Let a person press these keys; return the session and what was shown."""
    file, shown, pressed = DecisionFile(OUT), io.StringIO(), Keys(keys)
    console = Console(file=shown, width=width, highlight=False, emoji=False)
    cases = open_cases(papers or (SECOND, FIRST, FOUND, ALIEN), file.read())
    session = Session(cases, file, console, pressed)
    session.run()
    return session, shown.getvalue(), pressed


# --- key by key -------------------------------------------------------------------------------


def test_cases_come_in_the_order_of_the_lists() -> None:
    """Only what is in review, by list and line."""
    assert [case.place for case in open_cases([SECOND, FIRST, FOUND, ALIEN], {})] == [
        "mine:20",
        "mine:30",
        "other:5",
    ]


def test_keys_accept_reject_and_say_no_paper() -> None:
    """Each word is about every mention of the work."""
    session, _, _ = sit("2rn")

    assert said() == {
        ("mine", "First Title of a Paper"): (B, (), False),
        ("other", "First *title* of a paper"): (B, (), False),
        ("mine", "Second Title of a Paper"): (None, (B, C), False),
        ("other", "Third Title of a Paper"): (None, (), True),
    }
    assert (session.decided, session.skipped) == (3, 0)


def test_every_decision_is_on_disk_before_the_next_key() -> None:
    """A person can stop at any time."""
    _, _, keys = sit("1n")

    assert [text.count("\n") for text in keys.seen] == [0, 2, 3]


def test_what_is_decided_is_not_shown_again() -> None:
    """The next sitting goes on with what is left."""
    sit("1sq")
    _, shown, _ = sit("q")

    assert "1 of 2 · mine:30" in shown
    assert "First Title" not in shown


def test_undo_takes_back_the_last_key_and_shows_the_case_again() -> None:
    """Decisions and skips alike, back to what had been decided before the sitting."""
    before = accept({}, FOUND.mentions[0], A)
    (OUT / DECISIONS).write_text(serialise_decisions(before), encoding="utf-8")
    session, shown, _ = sit("r1suuuq")

    assert said() == {("mine", "Found Title of a Paper"): (A, (), False)}
    assert re.findall(r"[1-3] of 3 · (\S+)", shown) == [
        *("mine:20", "mine:30", "other:5"),
        *("other:5", "mine:30", "mine:20"),
    ]
    assert (session.decided, session.skipped) == (0, 0)


def test_keys_that_mean_nothing_are_passed_over() -> None:
    """Also the number of a candidate that is not there, and undo where nothing was done."""
    session, shown, keys = sit("u93x\x1b[A0q")

    assert shown.count("mine:20") == 1
    assert len(keys.seen) == 9
    assert not (OUT / DECISIONS).exists()
    assert session.steps == []


@pytest.mark.parametrize(("keys", "interrupted"), [("s", False), ("s\x04", False), ("s!", True)])
def test_end_of_input_and_interrupt_end_the_sitting(keys: str, interrupted: bool) -> None:
    """The second is told, so that it has its own exit code."""
    file = DecisionFile(OUT)
    console = Console(file=io.StringIO())
    session = Session(open_cases([FIRST, SECOND], {}), file, console, Keys(keys))

    assert session.run() is interrupted
    assert session.skipped == 1


def test_more_than_nine_candidates_come_in_two_goes() -> None:
    """When the first nine are rejected, the others are shown."""
    keys = tuple(f"arxiv:2401.{number:05}" for number in range(1, 12))
    _, shown, _ = sit("r2", paper(entry(1, "A Title that Many Have"), keys=keys))

    assert "and 2 more, when these are rejected" in shown
    assert "1-9 accept" in shown
    assert said() == {("mine", "A Title that Many Have"): (keys[10], keys[:9], False)}


def test_word_of_another_person_closes_a_case_in_between() -> None:
    """The file is read before every case, and nothing in it is lost."""
    file = DecisionFile(OUT)
    keys = iter("1q")

    def read_key() -> str:
        file.change(lambda known: accept(known, SECOND.mentions[0], C))
        return next(keys)

    shown = io.StringIO()
    Session(open_cases([FIRST, SECOND, ALIEN], {}), file, Console(file=shown), read_key).run()

    assert "mine:30" not in shown.getvalue()
    assert said()["mine", "Second Title of a Paper"] == (C, (), False)
    assert said()["mine", "First Title of a Paper"] == (A, (), False)


# --- how it looks -----------------------------------------------------------------------------


def test_entry_and_candidates_stand_side_by_side() -> None:
    """With all that helps to choose."""
    _, shown, _ = sit("q")
    first = next(line for line in shown.splitlines() if "First Title" in line)

    assert "Open because: The title is similar" in first
    for words in (
        "authors: Ann Author",
        "venue: ICML 2024",
        "code: https://code.example/20",
        "also in: other:7",
        "note: SOURCE_FAILED: index: no answer",
        "[1] The Title: of arxiv:2401.00001",
        "arxiv:2401.00001, score 0.80",
        "title 80.0 % similar",
        "https://arxiv.org/abs/2401.00001",
        "1-2 accept  r reject all  n no paper  s skip  q quit",
    ):
        assert words in shown, words


def test_address_of_a_candidate_can_be_clicked() -> None:
    """On terminals that know links (OSC 8)."""
    shown = io.StringIO()
    console = Console(file=shown, width=120, force_terminal=True)
    console.print(rendered(open_cases([FIRST], {})[0], "1 of 1", 120, undo=True))

    assert re.search(r"\x1b\]8;[^;]*;https://arxiv\.org/abs/2401\.00001\x1b\\", shown.getvalue())
    assert "u undo" in shown.getvalue()


@pytest.mark.parametrize("width", [20, 60, 89, 90, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    """Neither wide characters nor long addresses; and nothing is cut off."""
    title = "宽" * 150
    case = paper(entry(1, title, authors="x" * 190))
    _, shown, _ = sit("q", case, width=width)
    console = Console(width=width)

    assert all(console.render_str(line).cell_len <= width for line in shown.splitlines())
    assert shown.count("宽") == 150
    assert shown.count("x") >= 190


def test_text_of_lists_cannot_speak_to_the_terminal() -> None:
    """Neither escapes nor rich's own markup."""
    bad = "\x1b]0;x\x07[red]Title[/red] :smile: \u202e"
    case = paper(
        entry(1, bad, "a\x1b[2Jlist", authors=bad, venue=bad, section=(bad,)), keys=(f"doi:{bad}",)
    )
    _, shown, _ = sit("q", case)

    assert "[red]Title[/red] :smile:" in shown
    assert all(char == "\n" or char.isprintable() for char in shown)


# --- the command ------------------------------------------------------------------------------


# --- an identifier from the keyboard ----------------------------------------------------------

LOST = paper(entry(40, "Lost Title of a Known Paper"), keys=(), status="missing")
WORKS = {
    "arxiv:2405.00005": CandidateWork(key="arxiv:2405.00005", title="Lost title of a known paper."),
    "arxiv:2406.00006": CandidateWork(
        key="arxiv:2406.00006", title="Deep Learning for \x1b[31mAll"
    ),
}


def look_up(key: str) -> Outcome[CandidateWork]:
    """Answer as arXiv would; DOIs cannot be asked for."""
    if key.startswith("doi:"):
        return Skipped(reason="offline run")
    work = WORKS.get(key)
    return Found(value=work) if work else Missing(reason="arXiv has no such paper")


def type_in(keys: str, *texts: str) -> str:
    """Let a person press keys and type texts about the lost work; return what was shown."""
    file, shown, lines = DecisionFile(OUT), io.StringIO(), iter(texts)

    def read_line() -> str:
        line = next(lines, None)
        if line is None:
            raise EOFError
        return line

    console = Console(file=shown, width=120, highlight=False, emoji=False)
    cases = open_cases([SECOND, LOST], file.read(), unidentified=True)[-1:]
    session = Session(cases, file, console, Keys(keys), look_up=look_up, read_line=read_line)
    session.run()
    return shown.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "2405.00005",
        "arXiv:2405.00005v3",
        " https://arxiv.org/pdf/2405.00005 ",
        "10.48550/arXiv.2405.00005",
        "arxiv.org/abs/2405.00005",
    ],
)
def test_id_that_the_title_proves_is_written(text: str) -> None:
    """In any form; no question is asked."""
    shown = type_in("i", text)

    assert "i type an id" in shown
    assert "same title" in shown
    assert said() == {("mine", "Lost Title of a Known Paper"): ("arxiv:2405.00005", (), False)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2405.99999", "there is no such work"),
        ("hello world", "is no identifier of a paper"),
        ("https://github.com/owner/name", "is no identifier of a paper"),
        ("\x1b[31m::error::x", "is no identifier of a paper"),
        ("", "Id or address of the paper"),
    ],
)
def test_what_is_no_paper_is_not_written(text: str, words: str) -> None:
    """The case is asked again."""
    shown = type_in("i", text)

    assert words in " ".join(shown.split())
    assert shown.count("Open because") == 2
    assert "\x1b" not in shown
    assert not (OUT / DECISIONS).exists()


@pytest.mark.parametrize(
    ("text", "key"), [("2406.00006", "arxiv:2406.00006"), ("doi:10.1145/3.3", "doi:10.1145/3.3")]
)
@pytest.mark.parametrize("answer", ["y", "n"])
def test_another_title_is_written_only_on_a_second_word(text: str, key: str, answer: str) -> None:
    """Also where nobody could be asked for the title."""
    shown = type_in(f"i{answer}", text)

    assert "Take it all the same?" in shown
    assert "\x1b" not in shown
    assert (OUT / DECISIONS).exists() is (answer == "y")
    if answer == "y":
        assert said() == {("mine", "Lost Title of a Known Paper"): (key, (), False)}


def test_typed_id_can_be_taken_back() -> None:
    """As every other key."""
    type_in("iu", "2405.00005")

    assert said() == {}


def test_end_of_input_in_a_line_writes_nothing() -> None:
    """Ctrl-D is no id."""
    assert type_in("i").count("Open because") == 2
    assert not (OUT / DECISIONS).exists()


def test_papers_without_identifier_are_asked_about_on_request(run: Run) -> None:
    """Not those of another kind, nor what somebody has decided."""
    tool = replace(LOST, kind="tool", key="title:1")
    write_catalog(SECOND, FOUND, LOST, tool)

    def places(*words: str) -> list[str]:
        rows = map(json.loads, run("review", "--json", *words).stdout.splitlines())
        return [f"{row['list']}:{row['line']}" for row in rows]

    assert places() == ["mine:30"]
    assert places("--unidentified") == ["mine:30", "mine:40"]
    word = {"list": "mine", "title": "Lost Title of a Known Paper", "no_paper": True}
    run("review", "--json", "--apply", stdin=json.dumps(word))
    assert places("--unidentified") == ["mine:30"]


def test_their_number_is_said(
    terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has reviewed all may go on with them."""
    write_catalog(FOUND, LOST)
    terminal("")
    review_cli.review()

    assert "1 paper has no identifier: `pipeline review --unidentified`" in capsys.readouterr().err


def test_without_a_terminal_the_open_cases_are_printed(run: Run) -> None:
    """No key is waited for, no file is written."""
    done = run("review")

    assert done.exit_code == 0
    assert "mine:20: First Title of a Paper\n  authors: Ann Author\n" in done.stdout
    assert "  1. arxiv:2401.00001 “The Title: of arxiv:2401.00001”\n" in done.stdout
    assert "score 0.80, title 80.0 % similar, https://arxiv.org/abs/2401.00001" in done.stdout
    assert done.stderr == "3 entries are open for review\n"
    assert not (OUT / DECISIONS).exists()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`terminal(keys)`: make the command believe that a person presses these keys."""

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    def attach(keys: str) -> None:
        monkeypatch.setattr(sys, "stdin", Screen())
        monkeypatch.setattr(sys, "stdout", Screen())
        monkeypatch.setattr(typer, "getchar", Keys(keys))

    return attach


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("1sq", "1 decided, 1 skipped, 2 still open; written to data/decisions.jsonl: the next"),
        ("q", "0 decided, 3 still open"),
    ],
)
def test_summary_says_that_the_next_run_uses_the_decisions(
    terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str], keys: str, words: str
) -> None:
    """And where they are; where nothing was decided, only what is open."""
    terminal(keys)
    review_cli.review()
    err = capsys.readouterr().err

    assert words in err
    assert ("`pipeline check` uses it" in err) is ("written" in words)


def test_interrupt_keeps_what_was_decided_and_exits_130(terminal: Callable[[str], None]) -> None:
    """As every interrupted command does."""
    terminal("1!")
    with pytest.raises(typer.Exit) as ended:
        review_cli.review()

    assert ended.value.exit_code == 130
    assert said()["mine", "First Title of a Paper"] == (A, (), False)


def test_nothing_open_is_said(
    terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A person is not left before an empty screen."""
    write_catalog(FOUND)
    terminal("")
    review_cli.review()

    assert capsys.readouterr().err == "nothing is open for review\n"


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        ([], ["mine:20", "mine:30", "other:5"]),
        (["mine"], ["mine:20", "mine:30"]),
        (["other", "mine"], ["other:5", "other:7", "mine:30"]),
        (["lists/other.md"], ["other:5", "other:7"]),
        (["somewhere/mine/README.md"], ["mine:20", "mine:30"]),
    ],
)
def test_lists_can_be_chosen(run: Run, arguments: list[str], places: list[str]) -> None:
    """By their names in the catalog or by their files, in that order."""
    rows = [json.loads(line) for line in run("review", "--json", *arguments).stdout.splitlines()]

    assert [f"{row['list']}:{row['line']}" for row in rows] == places


def test_readme_of_the_folder_is_its_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A README is called by its folder, also where that is the current one."""
    results = str(OUT.absolute())
    folder = Path("mine")
    folder.mkdir()
    (folder / "README.md").write_text("# Mine\n", encoding="utf-8")
    monkeypatch.chdir(folder)

    done = run("review", "--json", "README.md", "--out", results)

    assert [json.loads(line)["list"] for line in done.stdout.splitlines()] == ["mine", "mine"]


def test_list_without_an_open_case_is_a_list_all_the_same() -> None:
    """Nothing is open in it, which is no mistake."""
    found = paper(entry(1, "A Title of a Paper", "calm"), status="found")

    assert open_cases([paper(entry(2, "Another")), found], {}, ["calm"]) == []


def test_json_has_all_that_is_shown(run: Run) -> None:
    """One case a line."""
    row = json.loads(run("review", "--json").stdout.splitlines()[0])

    assert (row["list"], row["title"], row["year"]) == ("mine", "First Title of a Paper", 2024)
    assert row["mentions"] == ["mine:20", "other:7"]
    assert row["links"] == [{"url": "https://code.example/20", "role": "code"}]
    assert row["candidates"][0] == {
        "key": A,
        "title": f"The Title: of {A}",
        "score": 0.8,
        "url": "https://arxiv.org/abs/2401.00001",
        "evidence": "title 80.0 % similar",
    }


def test_printed_case_with_a_word_added_can_be_applied(run: Run) -> None:
    """A script needs no second format."""
    rows = [json.loads(line) for line in run("review", "--json").stdout.splitlines()]
    words = ({"accept": rows[0]["candidates"][1]["key"]}, {"reject": [B]}, {"no_paper": True})
    stdin = "\n".join(json.dumps(row | word) for row, word in zip(rows, words, strict=True))
    done = run("review", "--json", "--apply", stdin=stdin)

    assert done.exception is None
    assert done.stdout == ""
    assert done.stderr.startswith("3 decided; written to data/decisions.jsonl: the next")
    assert said() == {
        ("mine", "First Title of a Paper"): (B, (), False),
        ("other", "First *title* of a paper"): (B, (), False),
        ("mine", "Second Title of a Paper"): (None, (B,), False),
        ("other", "Third Title of a Paper"): (None, (), True),
    }
    left = [json.loads(line) for line in run("review", "--json").stdout.splitlines()]
    assert [[one["key"] for one in row["candidates"]] for row in left] == [[C]]


def test_work_may_be_given_as_an_address_and_about_any_entry(run: Run) -> None:
    """A person's word beats what a run has found; titles match in any spelling."""
    line = {
        "list": "mine",
        "title": "found TITLE of a paper",
        "accept": "https://arxiv.org/pdf/2305.00447v2",
    }
    run("review", "--json", "--apply", stdin="\ufeff" + json.dumps(line) + "\n\n")

    assert said() == {("mine", "Found Title of a Paper"): ("arxiv:2305.00447", (), False)}


def word(**fields: Any) -> str:
    """Write a decision about the second work."""
    return json.dumps({"list": "mine", "title": "Second Title of a Paper"} | fields)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "Invalid JSON"),
        ("[]", "object"),
        (word(), 'give one of "accept", "reject" and "no_paper"'),
        (word(accept=A, no_paper=True), "give one of"),
        (word(reject=[]), "give one of"),
        (word(no_paper=False), "no_paper: "),
        (word(accept=7), "accept: "),
        (word(accept="2305.00447 or so"), "is not a key of a work, such as arxiv:2305.00447"),
        (word(reject="title:0123456789ab"), "is not a key of a work"),
        (
            word(accept=A, list="mien"),
            "mien: is not a list of the catalog; its lists are: mine, other",
        ),
        (
            word(accept=A, title="Second Titel of a Paper"),
            "mine has no entry “Second Titel of a Paper”; close to it: “Second Title of a Paper”",
        ),
        ('{"title": "x", "accept": "arxiv:2401.00001"}', "list: Field required"),
        ('{"list": "\\ud800", "title": "x", "no_paper": true}', ""),
    ],
)
def test_bad_line_is_named_and_nothing_is_changed(run: Run, line: str, words: str) -> None:
    """Not even what the lines before it say."""
    done = run("review", "--json", "--apply", stdin=f"{word(accept=B)}\n\n{line}\n")

    assert sentence(done).startswith("stdin line 3: ")
    assert words in sentence(done)
    assert sentence(done).endswith("; nothing was changed")
    assert not (OUT / DECISIONS).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "--apply"], "--apply goes with --json"),
        (
            ["review", "nowhere"],
            "nowhere: is not a list of the catalog; its lists are: mine, other",
        ),
        (
            ["review", "--out", "empty"],
            "empty: no catalog exists there; `pipeline check` writes",
        ),
        (["review", "--sandbox"], "`pipeline check --sandbox` writes one"),
        (["explain", "mine:20", "--out", "empty"], "no catalog exists there"),
        (["explain", "mine:21"], "close to it: mine:20"),
    ],
)
def test_bad_call_is_one_sentence(run: Run, arguments: list[str], words: str) -> None:
    """With what to do instead."""
    assert words in sentence(run(*arguments))


@pytest.mark.parametrize("content", [b"<<<<<<< HEAD\n", b"\xff\xfe", b'{"list": "mine"}\n'])
@pytest.mark.parametrize("arguments", [["review"], ["review", "--json", "--apply"]])
def test_damaged_decisions_are_not_overwritten(
    run: Run, arguments: list[str], content: bytes
) -> None:
    """A merge that was not finished holds what people have decided."""
    (OUT / DECISIONS).write_bytes(content)
    done = run(*arguments, stdin=word(accept=A))

    assert "decisions.jsonl: " in sentence(done)
    assert (OUT / DECISIONS).read_bytes() == content


# --- explain ----------------------------------------------------------------------------------


def test_explain_prints_the_evidence(run: Run) -> None:
    """On stdout, with what people have decided since."""
    run("review", "--json", "--apply", stdin=word(accept=B))
    done = run("explain", "mine:30")

    assert done.exception is None
    assert "A person must decide." in done.stdout
    assert "mine:30: arxiv:2402.00002 is meant" in done.stdout


def test_damaged_history_is_told(run: Run) -> None:
    """The rest is explained all the same."""
    (OUT / "history").mkdir()
    (OUT / "history" / "links.jsonl").write_text("nonsense\n", encoding="utf-8")
    done = run("explain", "mine:30")

    assert done.stderr.startswith("warning: history/links.jsonl: line 1 ")
    assert "A person must decide." in done.stdout


def test_code_is_explained_without_any_run(run: Run) -> None:
    """What a code means needs no results."""
    done = run("explain", "wrong-paper", "--out", "empty")

    assert done.exception is None
    assert done.stdout.startswith("wrong-paper (finding)\n")
