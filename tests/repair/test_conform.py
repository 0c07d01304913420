"""Habits of a list, and the entries that have them not."""

import pytest

from pipeline.markdown.entries import read_list
from pipeline.repair.conform import LEAST, broken_habits, form_proposals, keeps_entries
from pipeline.repair.proof import plan_of
from pipeline.repair.rewriting import applied

TITLES = (
    "Attention Is All You Need",
    "Deep Residual Learning for Image Recognition",
    "Generative Adversarial Networks for Something",
    "Playing Atari with Deep Reinforcement Learning",
    "Adam: A Method for Stochastic Optimization",
)
NEW = "Auto-Encoding Variational Bayes for Lists"


def line(form: str, title: str, number: int) -> str:
    """Return one entry in a form."""
    return form.format(t=title, u=f"https://arxiv.org/abs/1706.0376{number}")


def broken(form: str, new: str, *, number: int = len(TITLES)) -> list[tuple[str, str, str | None]]:
    """Return code, message and the line as it should be, of a new entry below others of a form."""
    lines = [line(form, title, place) for place, title in enumerate(TITLES[:number])]
    text = "\n".join(["# Papers", "", *lines, line(new, NEW, 9), ""])
    parsed = read_list(text, "list")
    assert len(parsed.entries) == number + 1
    found = broken_habits(text, parsed.entries, [number]).get(number, [])
    here = parsed.entries[number].line
    plan = plan_of(
        text.encode(),
        "list",
        lambda source, read: form_proposals(source, read, {here}),
        keeps_entries,
    )
    mended = applied(text.encode(), plan.edits).decode().splitlines()
    assert mended[: here - 1] == text.splitlines()[: here - 1]
    changed = mended[here - 1] if plan.edits else None
    return [(one.code, one.message, changed) for one in found]


@pytest.mark.parametrize(
    ("form", "new", "words"),
    [
        ("- {t}, ICML 2019. [[paper]]({u})", "* {t}, ICML 2020. [[paper]]({u})", "“-”, this one"),
        (
            "+ **{t}**, ICML 2019. [[paper]]({u})",
            "+ {t}, ICML 2020. [[paper]]({u})",
            "titles as “**…**”, this one as “…”",
        ),
        (
            "* {t}, ICML 2019. [[paper]]({u})",
            "* *{t}*, ICML 2020. [[paper]]({u})",
            "titles as “…”, this one as “*…*”",
        ),
        (
            "- **{t}**, ICML 2019. [[paper]]({u})",
            "- **{t}**, ICML 2020. [paper]({u})",
            "links as “[[…]](…)”, this one as “[…](…)”",
        ),
    ],
)
def test_a_form_that_all_others_have(form: str, new: str, words: str) -> None:
    """The message says in what it differs, and the line becomes one of the form."""
    ((code, message, mended),) = broken(form, new)

    assert code == "other-style"
    assert words in message
    assert mended == line(form.replace("2019", "2020"), NEW, 9)


def test_a_link_with_another_label_is_no_other_form() -> None:
    """What a label says depends on what it leads to."""
    form = "- **{t}**, ICML 2019. [[paper]]({u})"

    assert broken(form, form.replace("paper", "pdf")) == []


@pytest.mark.parametrize(
    ("form", "new", "code", "words"),
    [
        (
            "- {t}. ICML 2019. [paper]({u})",
            "- {t}. [paper]({u})",
            "venue-missing",
            "a venue and a year",
        ),
        ("- {t} (2019) [paper]({u})", "- {t} [paper]({u})", "year-missing", "a year"),
    ],
)
def test_a_venue_or_a_year_that_all_others_have(form: str, new: str, code: str, words: str) -> None:
    """Once for both."""
    ((found, message, mended),) = broken(form, new)

    assert found == code
    assert words in message
    assert mended is None


def test_few_entries_show_no_habit() -> None:
    """Three may be alike by chance."""
    form, new = "- **{t}**, ICML 2019. [[paper]]({u})", "* {t} [paper]({u})"

    assert broken(form, new, number=LEAST - 1) == []
    assert broken(form, new, number=LEAST)


def test_mixed_entries_show_no_habit() -> None:
    """A reviewer must not teach what is no rule."""
    forms = ["- **{t}**, ICML 2019. [[paper]]({u})", "* {t} [paper]({u})"]
    lines = [line(forms[n % 2], title, n) for n, title in enumerate(TITLES)]
    text = "\n".join(["# Papers", "", *lines, line(forms[1], NEW, 9), ""])
    parsed = read_list(text, "list")

    assert broken_habits(text, parsed.entries, [len(parsed.entries) - 1]) == {}


@pytest.mark.parametrize(
    "new",
    [
        "- {t}, ICML 2020. [[paper]]({u}) " + "x" * 10_000,
        "- {t} {t}, ICML 2020. [[paper]]({u})",
        "- **{t}*, ICML 2020. [[paper]]({u})",
    ],
    ids=["long", "title twice", "torn"],
)
def test_what_is_not_certain_is_not_changed(new: str) -> None:
    """A line that is read otherwise afterwards stays as it is."""
    for _, _, mended in broken("- **{t}**, ICML 2019. [[paper]]({u})", new):
        assert mended is None or NEW in mended
