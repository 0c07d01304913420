"""Text of strangers, made safe."""

import html
import random
import re
import unicodedata

import pyromark
import pytest

from pipeline.formats.escape import (
    HREF_LIMIT,
    Markdown,
    markdown,
    markdown_link,
    markdown_url,
    plain,
    safe_url,
    shown_url,
    terminal,
)

GFM = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_MATH
)
GAP = "\u200b"


def rendered(text: str) -> str:
    """What a renderer makes of Markdown."""
    return pyromark.html(text, options=GFM)


def words_of(html_text: str) -> str:
    """What a reader sees, without the zero-width spaces that keep GitHub's filters off."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", html_text)).replace(GAP, "").split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines\r\n and\ttabs", "two lines and tabs"),
        ("red \x1b[31malert\x1b[0m", "red [31malert[0m"),
        ("\x9b31m C1 \x07 bell \x00 nul", "31m C1 bell nul"),
        ("a\u202eb\u2066c\u200fd\u061ce", "abcde"),
        ("zero\u200bwidth\u2060 \ufeffmark", "zerowidth mark"),
        ("lone \ud83d half", "lone half"),
        ("para\u2029line\u2028next\x85", "para line next"),
        ("tag\U000e0041s", "tags"),
        ("  \u00a0\u3000 ", ""),
        ("推荐系统 – naïve 😀", "推荐系统 – naïve 😀"),
    ],
)
def test_plain_leaves_one_visible_line(text: str, expected: str) -> None:
    """Control, format and surrogate characters go, white space becomes single spaces."""
    assert plain(text) == expected
    assert terminal(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::owned", ": :error::owned"),
        ("\n \u200b::add-mask::the", ": :add-mask::the"),
        ("a ::error::b", "a ::error::b"),
        ("x ##[error]owned", "x # #[error]owned"),
        ("#\u200b#[error]owned", "# #[error]owned"),
        ("## [a]", "## [a]"),
    ],
)
def test_runner_of_a_workflow_does_not_obey_what_is_printed(text: str, expected: str) -> None:
    """What a job prints is read for commands: `::` where a line begins, `##[` anywhere."""
    assert terminal(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("x" * 1_000_000, 4, "xxx…"),
        ("\u200b" * 1_000_000, 4, "…"),
    ],
)
def test_plain_is_no_longer_than_its_limit(text: str, limit: int, expected: str) -> None:
    """A cut is marked by an ellipsis, whatever was cut."""
    assert plain(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, (1996): a-b.", "plain words, (1996): a-b."),
        ("a|b", "a&#124;b"),
        (r"a\|b", "a&#92;&#124;b"),
        ("`code`", "&#96;code&#96;"),
        ("*b* _i_ ~s~", r"\*b\* \_i\_ \~s\~"),
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("![i](u)", r"\!\[i\](u)"),
        ("<script>&lt;", "&lt;script&gt;&amp;lt;"),
        ("$x$", "&#36;x&#36;"),
        ("@octocat", "@&#8203;octocat"),
        ("fixes #12", r"fixes \#&#8203;12"),
        ("o/r#12 GH-34", r"o/r\#&#8203;12 GH-&#8203;34"),
        ("see https://evil.example", "see https:&#8203;//evil.example"),
        ("www.evil.example", "www&#8203;.evil.example"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("=== rule", r"\=== rule"),
        ("1. item", r"1\. item"),
        ("2) item", r"2\) item"),
        ("> quote", "&gt; quote"),
        ("# heading", r"\#&#8203; heading"),
        ("a\n\n# heading", r"a \#&#8203; heading"),
    ],
)
def test_markdown_escapes_each_attack(text: str, expected: str) -> None:
    """Each character that Markdown or GitHub would act on is defused, the others stay."""
    assert markdown(text) == expected


ATTACKS = (
    "</details><h1>x</h1>",
    "<!-- comment",
    "<img src=x onerror=alert(1)>",
    "`a` ``b`` ```",
    "a | b || c \\| d",
    "[a]: https://evil.example",
    "[^1] and [ ] and [x]",
    "![](https://tracker.example/p.png)",
    "<https://evil.example>",
    "**bold** __bold__ ~~gone~~",
    "&#64;user &commat;user &lt;b&gt;",
    "***",
    "---",
    "$$ x $$ and $y$",
    "\\",
    "text\\",
    "a\\\nb",
    "\t    code",
    "|---|---|",
    "{{ 7*7 }} {% raw %}",
)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "around",
    ["{}", "- [ ] **{}** · x\n", "> {}\n", "| a | b |\n| --- | --- |\n| {} | z |\n", "x\\\n  {}"],
)
def test_markdown_shows_the_text_and_nothing_else(attack: str, around: str) -> None:
    """Wherever it is put in, a renderer shows the attack's own characters and no tag of it."""
    harmless = rendered(around.format("harmless"))
    attacked = rendered(around.format(markdown(attack)))
    assert re.findall(r"<[^>]*>", attacked) == re.findall(r"<[^>]*>", harmless)
    assert words_of(attacked) == words_of(harmless).replace("harmless", plain(attack))


def test_markdown_shows_random_text_as_it_is() -> None:
    """Two thousand texts of dangerous characters all come out as text, in a list and in a table."""
    dice = random.Random(20261122)  # noqa: S311  # no secret
    alphabet = "\\`*_{}[]()#+-.!|<>&~^$:;=\"'@/ \n\tab1w." + "\u202e\x1b\u200b\ud800é"
    for _ in range(2000):
        text = "".join(dice.choices(alphabet, k=dice.randint(1, 30)))
        shown = rendered(f"- x {markdown(text)} y")
        assert re.sub(r"\s", "", re.sub(r"</?(ul|li)>", "", shown)).count("<") == 0, text
        assert words_of(shown) == " ".join(f"x {plain(text)} y".split()), text
        row = rendered(f"| a | b |\n| --- | --- |\n| x {markdown(text)} | y |")
        assert row.count("<td>") == 2, text


def test_markdown_is_escaped_again_after_any_operation() -> None:
    """Joining safe text with other text gives text that is not taken for safe."""
    assert isinstance(markdown("a"), Markdown)
    assert not isinstance(markdown("a") + "<b>", Markdown)
    assert not isinstance(", ".join([markdown("a"), "<b>"]), Markdown)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a_b?c=1&d=2#e", "https://example.org/a_b?c=1&d=2#e"),
        ("HTTP://Example.ORG", "http://example.org"),
        ('https://example.org/a b|c`d<e>f[g]h"i\\j{k}', None),
        ("https://example.org/%7Ea%", "https://example.org/%7Ea%"),
        ("https://example.org/推荐", "https://example.org/%E6%8E%A8%E8%8D%90"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://аpple.example/", "https://xn--pple-43d.example/"),
        ("https://example.org/a\r\nX: y\x1b[2J", "https://example.org/aX:%20y%5B2J"),
        ("https://example.org/\u202egpj.exe", "https://example.org/gpj.exe"),
        ("https://github.com@evil.example/x", "https://evil.example/x"),
        ("https://evil.example\\@github.com/x", "https://evil.example/@github.com/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://example.org/\ud800", "https://example.org/"),
    ],
)
def test_safe_url_is_ascii_that_nothing_breaks_out_of(url: str, expected: str | None) -> None:
    """Hosts come in punycode, other characters percent-encoded, user names not at all."""
    safe = safe_url(url)
    assert safe is not None
    assert not set(safe) & set(' <>|`[]"\\{}\n') - set("[]" if "[2001" in url else "")
    assert expected is None or safe == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT://example.org/%0aalert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org/x",
        "((http://example.org))",
        "https://",
        "https:///x",
        "https://exa mple.org/x",
        "https://example.org)](https://evil.example",
        "https://" + "ü" * 300,
        "https://example.org:port/",
        "",
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    """Only http and https with a plain host are linked; the rest is shown as text."""
    assert safe_url(url) is None
    assert "<a" not in rendered(markdown_url(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/", "example.org"),
        ("http://example.org/", "http://example.org"),
        ("https://example.org/a/b", "example.org/a/b"),
        ("https://example.org/" + "a" * 50 + "/end", "example.org/aaaaaaaa…aaaaa/end"),
        ("https://" + "github.com." * 4 + "evil.example/x", "github.com." * 4 + "evil.example…"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_shown_url_is_short_and_keeps_the_host_whole(url: str, expected: str) -> None:
    """Long URLs are cut in the middle, never within the host."""
    assert shown_url(url, 30) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a_b", "[`example.org/a_b`](<https://example.org/a_b>)"),
        (
            "https://example.org/?a=1&lt;=2",
            "[`example.org/?a=1&lt;=2`](<https://example.org/?a=1&amp;lt;=2>)",
        ),
        ("https://example.org/)](x)", "[`example.org/)%5D(x)`](<https://example.org/)%5D(x)>)"),
        ("https://example.org/`|", "[`example.org/%60%7C`](<https://example.org/%60%7C>)"),
    ],
)
def test_markdown_url_links_to_the_url(url: str, expected: str) -> None:
    """The text is the shortened URL in a code span, the target the whole URL."""
    assert markdown_url(url) == expected
    assert html.unescape(rendered(expected)).count(f'href="{safe_url(url)}"') == 1


def test_a_url_of_ten_thousand_characters_is_no_link() -> None:
    """What no browser is certain to take is shown shortened."""
    shown = markdown_url("https://example.org/" + "a" * 10_000)
    assert shown.startswith("`example.org/aaa")
    assert len(shown) < 100
    assert "](<" in markdown_url("https://example.org/" + "a" * (HREF_LIMIT - 20))


def test_no_character_of_unicode_gets_through_invisibly() -> None:
    """Of all characters, none that is control, format or surrogate is left."""
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"}:
            assert plain(f"a{chr(code)}b") in {"ab", "a b"}


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("a_b:3", "https://x.example/a?b=1#L3", "[a\\_b:3](<https://x.example/a?b=1#L3>)"),
        ("a](x)", "https://x.example/>)", "[a\\](x)](<https://x.example/%3E)>)"),
        ("a", "javascript:alert(1)", "a"),
        ("<b>", None, "&lt;b&gt;"),
        ("a", "https://x.example/" + "a" * HREF_LIMIT, "a"),
    ],
)
def test_text_as_a_link(text: str, url: str | None, expected: str) -> None:
    """Both are escaped; what is no address to link is text alone."""
    shown = markdown_link(text, url)

    assert shown == expected
    assert rendered(shown).count("<a href=") == ("](<" in expected)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("http://a.org/b c", "http://a.org/b%20c", "http://a.org/b c → http://a.org/b%20c"),
        ("https:/a.org", "https://a.org", "https:/a.org → https://a.org"),
        ("a.org/b", "https://a.org/b", "a.org/b → https://a.org/b"),
        ("a.org/\u200bb", "https://a.org/b", "a.org/\\u200bb → https://a.org/b"),
        ("http://a.org", "https://a.org", "http://a.org → a.org"),
    ],
)
def test_a_repair_never_shows_the_same_on_both_sides(before: str, after: str, shown: str) -> None:
    """What is repaired is shown: white space, invisible characters, the scheme."""
    text = f"{markdown_url(before, other=after)} → {markdown_url(after, other=before)}"

    assert words_of(rendered(text)).replace("\u200b", "") == shown
