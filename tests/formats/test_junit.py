"""JUnit XML."""

from xml.etree.ElementTree import Element, fromstring

from pipeline.formats.junit import render_junit
from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import ListRun
from tests.formats.telling import HOSTILE, full, hostile, link, told


def parsed(report: LinkReport) -> Element:
    """Read what was rendered, as the bytes that are written."""
    return fromstring(render_junit(report).encode("utf-8"))  # noqa: S314  # our own


def test_there_is_a_case_for_everything() -> None:
    """The numbers of each suite and of the whole are those of the cases."""
    root = parsed(full())
    cases = root.findall("testsuite/testcase")

    assert len(cases) == len(full().diagnostics)
    for element in (root, *root.findall("testsuite")):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(element.get(name, "")) == len(element.findall(f".//{tag}"))


def test_an_error_fails_and_anything_else_is_skipped() -> None:
    """As `--strict` does."""
    cases = parsed(full()).findall(".//testcase")
    failed = {
        (case.get("name") or "").split()[0] for case in cases if case.find("failure") is not None
    }

    assert failed == {"link-dead", "arxiv-id-missing", "link-malformed"}


def test_a_case_says_where() -> None:
    """The file of a list that is one, and every place in words."""
    lists = (ListRun(name="a", entries=1, path="lists\\a.md"), ListRun(name="b", entries=1))
    dead = link("dead", "https://x.example", ("a", 3), ("b", 4))
    case, passed = parsed(told((), [dead], lists=lists)).findall("testsuite/testcase")
    failure = case.find("failure")

    assert (case.get("file"), case.get("line")) == ("lists/a.md", "3")
    assert case.get("name") == "link-dead a:3 https://x.example"
    assert failure is not None
    assert (failure.text or "").splitlines()[1:] == ["a:3", "b:4"]
    assert (passed.get("classname"), passed.get("name"), len(passed)) == (
        "b",
        "nothing to report",
        0,
    )


def test_a_link_in_very_many_places_names_the_first_fifty() -> None:
    """One link does not fill the file."""
    dead = link("dead", "https://x.example", *(("a", n) for n in range(1, 100)))
    failure = parsed(told((), [dead])).find(".//failure")

    assert failure is not None
    assert (failure.text or "").splitlines()[-2:] == ["a:50", "and 49 more places"]


def test_hostile_text_is_only_text() -> None:
    """The document is well-formed, and no line of it is a command to a runner."""
    report = hostile()
    text = render_junit(report)
    root = parsed(report)

    assert len(root.findall(".//testcase")) == len(report.diagnostics)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "##[error]owned" in (root.findall("testsuite")[0].get("name") or "")


def test_characters_that_xml_forbids_are_dropped() -> None:
    """Escaped or not, they may stand nowhere."""
    dead = link("dead", "https://x.example", (HOSTILE, 1), reason="a\ufffe\uffff\x0bb\x01\ud800c.")

    assert parsed(told((), [dead])).find(".//failure").get("message").startswith("a bc.")  # type: ignore[union-attr]


def test_host_is_named_as_it_is_asked() -> None:
    """Letters that look like others are shown in punycode."""
    dead = link("dead", "https://аррӏе.example/x", ("a", 1))
    case = parsed(told((), [dead])).find(".//testcase")

    assert case is not None
    assert case.get("name") == "link-dead a:1 https://xn--80ak6aa92e.example/x"
