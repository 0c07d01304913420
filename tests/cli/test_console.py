"""What a person sees."""

import logging

import pytest

from pipeline.cli.console import PlainProgress, log_handler, progress
from pipeline.cli.output import warn
from pipeline.progress import Silent


def test_plain_progress_says_stage_and_tenths(capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines a stage, and one for each tenth of a long one."""
    shown = PlainProgress()
    shown.start("check", 2000)
    for _ in range(2000):
        shown.advance("check")
    shown.finish("check")
    lines = capsys.readouterr().err.splitlines()

    assert lines[0] == "check: checking the addresses of links (2,000)"
    assert lines[1] == "check: 200 of 2,000"
    assert lines[-1] == "check: done"
    assert len(lines) == 11


def test_progress_is_silent_plain_or_bars() -> None:
    """Quiet shows nothing; where there is no terminal, lines."""
    with progress(quiet=True, plain=False) as shown:
        assert isinstance(shown, Silent)
    with progress(quiet=False, plain=True) as shown:
        assert isinstance(shown, PlainProgress)


def test_bars_follow_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal every stage has a bar with its count."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress(quiet=False, plain=False) as shown:
        shown.start("fetch", 3)
        shown.advance("fetch", 2)
        shown.finish("fetch")

        assert not isinstance(shown, PlainProgress | Silent)


def test_warnings_and_logs_carry_no_terminal_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """A title cannot colour the terminal or move its cursor."""
    warn("a\x1b[31m title\r\n")
    logger = logging.Logger("test")
    logger.addHandler(log_handler())
    logger.warning("another \x1b]0;x\x07 title")

    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\r" not in err
