"""What a person reads of a run when it has ended, and its log."""

import logging

import pytest

from pipeline.cli.console import log_handler
from pipeline.cli.output import warn


def test_warnings_and_logs_carry_no_terminal_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """A title cannot colour the terminal or move its cursor."""
    warn("a\x1b[31m title\r\n")
    logger = logging.Logger("test")
    logger.addHandler(log_handler())
    logger.warning("another \x1b]0;x\x07 title")

    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\r" not in err
