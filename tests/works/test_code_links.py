"""Which repositories a paper names as its own. All texts are made up."""

from collections.abc import Callable

import pytest

from pipeline.works.code_links import CodeLink, code_links

OURS = "https://github.com/us/ours"


def own(text: str) -> list[str]:
    """Return the addresses that an abstract calls its own."""
    return [link.url for link in code_links(text) if link.is_own]


@pytest.mark.parametrize(
    "text",
    [
        "Our code is available at https://github.com/us/ours.",
        "Code: github.com/us/ours",
        "Code is at www.github.com/us/ours!",
        "We release the source code (https://github.com/us/ours).",
        "Data and code are available on \\url{https://github.com/us/ours}.",
        "The code is available \\url\\{https://github.com/us/ours\\}.",
        "We make our code available at \\href{https://github.com/us/ours}{https://github.com/us/ours}.",
        "We publish it on GitHub for all.\\footnote{https://github.com/us/ours}",
        "The implementation can be found at <https://github.com/us/ours.git>.",
        "Our code has been open-sourced at http://github.com/us/ours/,",
        "Codes are released at https://github.com/us/ours;",
        "The toolkit is available at https://github.com/us/ours”",
        "Our code is available at https://github.com/\nus/ours.",
        "Our code is available at https://github.com/ us/ours.",
        "Our code is available at https: //github.com/us/ours.",
        "The code for this paper is available from https://github.com/us/ours",
        "The code and used datasets are at https://github.com/us/ours",
        "It ends here.The code is available at https://github.com/us/ours",
        "For review, our code is available at the following link: https://github.com/us/ours",
        "It builds on https://github.com/other/b and is available at https://github.com/us/ours.",
        "Implemented using PyTorch, our code is available at https://github.com/us/ours.",
        "We compare with B (https://github.com/other/b). Code: https://github.com/us/ours",
    ],
)
def test_its_own_repository_is_found_however_it_is_written(text: str) -> None:
    """Sentence ends, TeX, brackets and line breaks are no part of an address."""
    assert own(text) == [OURS]


@pytest.mark.parametrize(
    "text",
    [
        "We build on https://github.com/us/ours.",
        "Our method is built upon github.com/us/ours and is fast.",
        "Based on the code at https://github.com/us/ours, we show a bound.",
        "We use the implementation at https://github.com/us/ours.",
        "Experiments were run using the code available at https://github.com/us/ours.",
        "Data were collected from the issues of https://github.com/us/ours.",
        "We compare against models such as Base (https://github.com/us/ours).",
        "We extend the popular library https://github.com/us/ours with a module.",
        "The feature was integrated into https://github.com/us/ours.",
        "The bug in https://github.com/us/ours is old.",
        "We thank the authors of https://github.com/us/ours for the code.",
        "The official implementation of Base is at https://github.com/us/ours.",
    ],
)
def test_the_repository_of_others_is_named_and_not_its_own(text: str) -> None:
    """What a paper builds on, compares with or studies is somebody else's."""
    assert own(text) == []
    assert [link.url for link in code_links(text)] == [OURS]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "The project page is at https://us.github.io/ours.",
        "Our code is at https://us.github.io/ours",
        "Code will appear on https://github.com/us",
        "Our code is on GitHub.",
        "Our code is at https://github.com/orgs/us/repositories",
        "Our code is at https://github.com/us/us.github.io",
        "Our code is at https://gist.github.com/us/123",
        "Our code is at https://huggingface.co/papers/2401.00001",
        "Our code is at https://notgithub.com/us/ours",
        "Our code is available at https://github.com/us/ and here",
    ],
)
def test_pages_and_profiles_are_no_repositories(text: str | None) -> None:
    """A project page may have anything; a profile names no work."""
    assert code_links(text) == ()


@pytest.mark.parametrize("gap", ["\n", " "])
def test_a_name_that_a_line_break_has_cut(gap: str) -> None:
    """Behind a slash or a hyphen; no word of the sentence becomes a name."""
    assert own(f"Code is at https://github.com/us/My-{gap}Repo.") == [
        "https://github.com/us/My-Repo"
    ]
    assert own(f"Code is at https://github.com/us/{gap}My-Repo.") == [
        "https://github.com/us/My-Repo"
    ]
    assert own(f"Code is at https://github.com/us/{gap}for everybody") == []
    assert own(f"Code is at https://github.com/us/{gap}here.") == []


def test_other_hosts_and_folders_are_told_apart() -> None:
    """Services can be asked about by key, a folder is not the repository itself."""
    text = (
        "Our code is available at https://gitlab.com/us/ours, https://codeberg.org/us/ours,"
        " https://bitbucket.org/us/ours and https://github.com/big/all/tree/main/ours. Models are"
        " released at https://huggingface.co/us/model, data at https://huggingface.co/datasets/us/d."
    )

    found = {link.url: (link.key, link.is_root) for link in code_links(text) if link.is_own}

    assert found == {
        "https://gitlab.com/us/ours": ("gitlab:us/ours", True),
        "https://codeberg.org/us/ours": ("codeberg:us/ours", True),
        "https://bitbucket.org/us/ours": ("bitbucket:us/ours", True),
        "https://github.com/big/all/tree/main/ours": ("big/all", False),
        "https://huggingface.co/us/model": (None, True),
        "https://huggingface.co/datasets/us/d": (None, True),
    }


def test_a_comment_is_about_the_paper() -> None:
    """So an address without a word is its own there, and one that it builds on is not."""
    [bare] = code_links("An abstract.", "12 pages, https://github.com/us/ours")
    [foreign] = code_links(None, "Based on https://github.com/other/base")

    assert bare == CodeLink(OURS, "comment", True, "us/ours", "us/ours")
    assert not foreign.is_own


def test_what_both_name_is_one() -> None:
    """In whatever case; whoever calls it the paper's own is believed."""
    [link] = code_links("We study https://github.com/us/Ours.", "Code: https://github.com/us/ours")

    assert (link.is_own, link.origin) == (True, "comment")


@pytest.mark.parametrize(
    "sign", ["https://github.com/", "github.com/a/b ", "using \\url{", "code "]
)
def test_long_abstracts_take_no_time(sign: str, growth: Callable[..., float]) -> None:
    """Reading is linear, whatever a stranger writes."""
    assert growth(lambda n: sign * n, code_links, small=40) < 24
