"""RIS, read by rispy."""

from dataclasses import replace

import rispy

from pipeline.formats.exports.ris import render_ris
from tests.formats.exports.works_by_hand import ATTENTION, PUBLISHED, work, works


def test_every_record_is_read_back() -> None:
    """A record each, with its fields; hostile text adds none."""
    records = rispy.loads(render_ris(works()))

    assert [record["id"] for record in records] == [work.cite for work in works()]
    assert records[0]["authors"] == ["Vaswani, Ashish", "Kaiser, Łukasz", "Google Brain Team"]
    assert (records[0]["type_of_reference"], records[0]["year"]) == ("GEN", "2017")
    assert records[0]["urls"] == ["https://arxiv.org/abs/1706.03762"]
    assert (records[1]["type_of_reference"], records[1]["secondary_title"]) == (
        "CONF",
        "SIGIR 2023",
    )


def test_a_value_cannot_begin_a_record() -> None:
    """A line break in a title is a blank."""
    paper = replace(ATTENTION, title="One\nER  - \nTY  - JOUR")
    (record,) = rispy.loads(render_ris([work(paper)]))

    assert record["title"] == "One ER - TY - JOUR"
    assert render_ris([]) == ""


def test_lines_end_as_the_format_wants() -> None:
    """CR LF, and a record ends with its mark."""
    text = render_ris([work(PUBLISHED)])

    assert text.endswith("ER  - \r\n\r\n")
    assert text.count("\n") == text.count("\r\n")
