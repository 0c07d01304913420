"""Bytes to text, and the repair of text that a wrong decoding damaged."""

import codecs

import pytest

from pipeline.errors import ConfigurationError
from pipeline.markdown.decode import decode_bytes, repair

TEXT = "# 推荐系统\n\n- Café ✅\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
)
def test_unicode_files_are_read_without_a_problem(data: bytes) -> None:
    """UTF-8, and UTF-16 or -32 with a byte order mark, are known and not guessed."""
    assert decode_bytes(data, name="list") == (TEXT, ())


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        (
            "中文论文列表\n注意力就是一切".encode("gb18030"),
            "中文论文列表\n注意力就是一切",
            "GB18030",
        ),
        ("Résumé – naïve".encode("cp1252"), "Résumé – naïve", "Windows-1252"),
        (
            "ok\n中文论文列表，注意力就是你所需要的全部".encode() + b"\xff!",
            "ok\n中文论文列表，注意力就是你所需要的全部\ufffd!",
            "damaged",
        ),
        ("# A list of papers\n".encode("utf-16-le"), "# A list of papers\n", "UTF-16"),
    ],
)
def test_other_encodings_are_read_with_a_problem(data: bytes, text: str, said: str) -> None:
    """What is no UTF-8 is read as well as it can be, and the problem names the encoding."""
    got, (problem,) = decode_bytes(data, name="list")
    assert got == text
    assert (problem.code, problem.list) == ("encoding", "list")
    assert said in problem.message


def of_list(*words: str) -> str:
    """Return a list with foreign words among English entries, as most such lists are."""
    entry = "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762) NeurIPS 2017\n"
    return "# Papers\n\n" + "".join(f"## {word}\n\n{entry}" for word in words)


@pytest.mark.parametrize(
    ("codec", "words", "said"),
    [
        ("latin-1", ["Größe", "für"], "Windows-1252"),
        ("latin-1", ["Müller"], "Windows-1252"),
        ("cp1252", ["“quoted” – Łódź".replace("Łódź", "café")], "Windows-1252"),
        ("cp1252", ["¿Qué es?", "Peña"], "Windows-1252"),
        ("cp1254", ["Giriş", "çalışma"], "Windows-1254"),
        ("cp1250", ["Příklady", "řešení"], "Windows-1250"),
        ("iso8859-2", ["Źródła", "książki"], "ISO-8859-2"),
        ("cp1251", ["Введение", "Обзор статей"], "Windows-1251"),
        ("koi8-r", ["Введение", "Обзор статей"], "KOI8-R"),
        ("cp1253", ["Εισαγωγή", "άρθρα"], "Windows-1253"),
        ("euc_kr", ["추천 시스템", "소개"], "EUC-KR"),
        ("cp949", ["뷁 문서", "데이터셋과 벤치마크"], "EUC-KR"),
        ("shift_jis", ["はじめに", "推薦システム"], "Shift-JIS"),
        ("euc_jp", ["はじめに", "推薦システム"], "EUC-JP"),
        ("big5", ["推薦系統", "資料集與基準"], "Big5"),
        ("gb2312", ["推荐系统", "数据集"], "GB18030"),
        ("gb18030", ["镕 与 㐂", "图神经网络"], "GB18030"),
        ("iso2022_jp", ["はじめに", "推薦"], "ISO-2022-JP by its escapes"),
        ("iso2022_kr", ["추천"], "ISO-2022-KR by its escapes"),
        ("utf-16-le", ["推荐系统", "一"], "UTF-16"),
        ("utf-16-be", ["はじめに"], "UTF-16"),
    ],
)
def test_short_foreign_words_tell_the_encoding(codec: str, words: list[str], said: str) -> None:
    """One or two are enough; what was assumed is told once."""
    text = of_list(*words)
    got, (problem,) = decode_bytes(text.encode(codec), name="list")

    assert got == text
    assert said in problem.message


def test_utf16_may_be_all_chinese_and_cut() -> None:
    """Line ends are its only ASCII, and half a character at the end costs no more than itself."""
    text = "推荐系统论文\n" * 40
    for codec in ("utf-16-le", "utf-16-be"):
        got, (problem,) = decode_bytes(text.encode(codec) + b"\x4e", name="list")
        assert got == text + "\ufffd"
        assert "UTF-16" in problem.message


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ('<meta charset="koi8-r">', "koi8-r"),
        ("<!-- -*- coding: euc-jp -*- -->", "euc_jp"),
        ("<!-- vim: set fileencoding=iso-8859-15: -->", "iso8859-15"),
        ("% Encoding: windows-1257", "cp1257"),
    ],
)
def test_declared_encoding_is_believed(declared: str, codec: str) -> None:
    """Where the bytes do not contradict it; one word may be the same in several encodings."""
    word = {"koi8-r": "да", "euc_jp": "推薦", "iso8859-15": "5 €", "cp1257": "ėš"}[codec]
    text = f"{declared}\n\n{of_list(word)}"
    got, (problem,) = decode_bytes(text.encode(codec), name="list")

    assert got == text
    assert "as it declares" in problem.message


@pytest.mark.parametrize(
    "declared", ["utf-8", "euc-jp", "base64", "rot13", "hex", "no-such", "idna"]
)
def test_declaration_that_cannot_be_true_is_passed_over(declared: str) -> None:
    """Also one that names no encoding of text."""
    text = f'<meta charset="{declared}">\n\n{of_list("Größe")}'

    assert decode_bytes(text.encode("cp1252"), name="list")[0] == text


@pytest.mark.parametrize("broken", [b"\xff", b"\xe6\x8e", b"caf\xe9 "])
def test_broken_bytes_cost_themselves_only(broken: bytes) -> None:
    """Few characters beyond ASCII are enough to know UTF-8."""
    text = of_list("Größe", "für")
    got, (problem,) = decode_bytes(text.encode() + broken, name="list")

    assert got.startswith(text)
    assert got.count("\ufffd") == 1
    assert "UTF-8 with damaged characters" in problem.message


def test_escapes_of_a_terminal_are_no_encoding() -> None:
    """Only escapes after which the whole file reads are."""
    text = "# A \x1b[31mlist\x1b$B odd\n"

    assert decode_bytes(text.encode(), name="list") == (text, ())


def test_problem_names_the_first_bad_line() -> None:
    """The line of an encoding problem is that of the first byte that does not fit."""
    _, (problem,) = decode_bytes(b"one\ntwo\nthr\xe9e\n", name="list")
    assert problem.line == 3


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_problem_counts_every_line_end(end: bytes) -> None:
    """The line of an encoding problem is an editor's: LF, CRLF and CR alone end lines."""
    _, (problem,) = decode_bytes(end.join((b"one", b"", b"thr\xe9e")), name="list")
    assert problem.line == 3


@pytest.mark.parametrize("zeros", [1, 3, 40])
def test_stray_zero_bytes_are_replaced(zeros: int) -> None:
    """Some zero bytes in text become U+FFFD (CommonMark 2.3); a problem names the first line."""
    data = b"# A list\n\n- One\x00 " + b"word " * 1000 + b"\n" + b"\x00" * (zeros - 1)
    text, (problem,) = decode_bytes(data, name="list")
    assert text == data.decode().replace("\x00", "\ufffd")
    assert (problem.code, problem.list, problem.line) == ("encoding", "list", 3)


def test_zero_byte_in_a_short_list_is_replaced() -> None:
    """One zero byte makes no list binary, however short the list is."""
    assert decode_bytes(b"- a\x00b\n", name="list")[0] == "- a\ufffdb\n"


def test_zero_byte_and_other_encoding_are_two_problems() -> None:
    """Zero bytes in a file that is no UTF-8 are reported beside its encoding."""
    text, problems = decode_bytes(b"caf\xe9\nna\x00me " + b"word " * 50, name="list")
    assert text.startswith("café\nna\ufffdme")
    assert [problem.line for problem in problems] == [1, 2]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x00\x00abc",
        b"%PDF-1.7\nonly text follows",
        b"\x1f\x8b\x08abcdef",
        b"word" * 90 + bytes(range(32)),
    ],
)
def test_binary_files_are_refused_by_name(data: bytes) -> None:
    """A known beginning, or many control bytes, end the run with a sentence that names the file."""
    with pytest.raises(ConfigurationError, match=r"papers\.md"):
        decode_bytes(data, name="papers.md")


def garbled(text: str, codec: str = "cp1252") -> str:
    """Return text as it looks after its UTF-8 was read in another encoding."""
    return text.encode().decode(codec)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("HKFR✅", "cp1252"),
        ("🔷 1.1 Features", "cp1254"),
        ("（8B）", "cp1252"),
        ("目录如下", "cp1252"),
    ],
)
def test_lossless_mojibake_is_repaired(text: str, codec: str) -> None:
    """Text whose bytes are all still there becomes what it was."""
    assert garbled(text, codec) != text
    assert repair(garbled(text, codec)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Café naïve Müller ß",
        "推荐系统✅",
        "Schrödinger’s “cat” – née",
        garbled("✅") + " 推荐",
        "é\u00b5å¾ª",
        "æ¢æµ‹ChatGPTåœ¨point-wise",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    """Right text, mixed text and text that lost bytes are returned unchanged."""
    assert repair(text) == text


def test_mojibake_is_told_once_for_each_list() -> None:
    """With its first line and the number of lines, cells of a table each for itself."""
    wrong = garbled("Schrödinger")
    text = f"# A\n{wrong}\nMüller\n| {wrong} | Møller |\n"

    (problem,) = decode_bytes(text.encode(), name="l")[1]

    assert (problem.code, problem.line) == ("encoding", 2)
    assert problem.message.startswith("2 lines")


def test_lost_characters_are_told_once_for_each_list() -> None:
    """U+FFFD that the file holds itself; one of our own reading is told already."""
    (problem,) = decode_bytes("# A\nM\ufffdller\nM\ufffdller\n".encode(), name="l")[1]

    assert (problem.line, problem.message[:7]) == (2, "2 lines")
    assert len(decode_bytes("äöü".encode() * 9 + b"\xff", name="l")[1]) == 1
