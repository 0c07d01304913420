"""What a link is: label, badge, column, host."""

import pytest

from pipeline.markdown.marks import Anchor
from pipeline.markdown.roles import badge_label, is_label, role, role_of_label
from pipeline.records.lists import Role
from pipeline.stages.parse import parse


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("paper", "paper"),
        ("PDF", "paper"),
        ("Nature Medicine paper", "paper"),
        ("arXiv", "paper"),
        ("2305.09858v1", "paper"),
        ("official code", "code"),
        ("unofficial PyTorch implementation", "code"),
        ("Github", "code"),
        ("Project Page", "project"),
        ("web server", "project"),
        ("Youtube talk", "video"),
        ("blog in Chinese", "blog"),
        ("Dataset", "data"),
        ("slides", "slides"),
        ("poster", "other"),
        ("论文", "paper"),
        ("代码链接", "code"),
        ("知乎解读", "blog"),
        ("视频", "video"),
        ("link", None),
        ("OneCompression", None),
        ("Data Augmentation for Sequences with Graphs", None),
        ("", None),
    ],
)
def test_role_of_a_label(label: str, wanted: Role | None) -> None:
    """The last role word of a short label decides; a title that holds one does not."""
    assert role_of_label(label) == wanted


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("pdf", True),
        ("[link]", True),
        ("official code2", True),
        ("here", True),
        ("https://a.org", True),
        ("1", True),
        ("论文", True),
        (":page_facing_up:", True),
        (":octocat: Code", True),
        ("WWW.Serve", False),
        ("Attention Is All You Need", False),
        ("LLaVA", False),
        ("概率语言模型及其变形系列", False),
    ],
)
def test_labels_are_no_titles(label: str, wanted: bool) -> None:
    """Text that only says what a link is, is no title."""
    assert is_label(label) is wanted


@pytest.mark.parametrize(
    ("text", "url", "column", "wanted"),
    [
        ("link", "https://arxiv.org/abs/1706.03762", None, "paper"),
        ("link", "https://github.com/a/b", None, "code"),
        ("paper", "https://github.com/a/b/blob/main/paper.pdf", None, "paper"),
        ("x", "https://github.com/a/b/blob/main/paper.pdf", None, "paper"),
        ("code", "https://name.github.io/project/", None, "code"),
        ("transformers", "https://huggingface.co/docs/transformers", "code", "code"),
        ("blog", "https://zhuanlan.zhihu.com/p/1", "paper", "blog"),
        ("link", "https://huggingface.co/datasets/a/b", None, "data"),
        ("link", "https://huggingface.co/papers/1706.03762", None, "paper"),
        ("html", "https://research.googleblog.com/2015/06/x.html", None, "blog"),
        ("link", "https://a.org/talks/x.ppt", None, "slides"),
        ("link", "https://youtu.be/x", None, "video"),
        ("link", "https://www.nature.com/articles/x", None, "paper"),
        ("link", "https://name.github.io/x/", None, "project"),
        ("link", "https://unknown.example/x", None, "other"),
    ],
)
def test_role_of_a_link(text: str, url: str, column: Role | None, wanted: Role) -> None:
    """The label decides, then the column, then the host."""
    anchor = Anchor(url, 0, 0, text=text)
    assert role(anchor, url, column=column) == wanted


def test_plain_link_under_data_sets_leads_to_the_data() -> None:
    """A repository that is only called "link" in a section of data sets holds the data."""
    anchor = Anchor("https://github.com/a/b", 0, 0, text="[link]")
    assert role(anchor, anchor.url, data=True) == "data"
    assert role(anchor, "https://arxiv.org/abs/1706.03762", data=True) == "paper"


def test_title_link_is_a_paper_unless_its_host_says_other() -> None:
    """A linked title on an unknown host is a paper; on GitHub it is code."""
    anchor = Anchor("https://mlsys.example/oral/1", 0, 0, text="A Title")
    assert role(anchor, anchor.url, title=True) == "paper"
    assert role(anchor, "https://github.com/a/b", title=True) == "code"


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("https://img.shields.io/badge/arXiv-1706.03762-b31b1b.svg", "arXiv 1706.03762"),
        ("https://img.shields.io/badge/Website-9cf", "Website"),
        ("https://img.shields.io/github/stars/a/b.svg?style=social", "github"),
        ("https://img.shields.io/badge/-red?logo=arxiv", "arxiv"),
        ("https://example.org/x.png", ""),
    ],
)
def test_badges_say_what_they_are(image: str, wanted: str) -> None:
    """The words of a shields.io badge come from its address."""
    assert badge_label(image) == wanted


@pytest.mark.parametrize(
    ("label", "url", "role_of_link"),
    [
        ("page", "https://ieeexplore.ieee.org/abstract/document/7219438/", "paper"),
        ("website", "https://www.mdpi.com/1424-8220/14/3/5296", "paper"),
        ("project page", "https://www.mdpi.com/1424-8220/14/3/5296", "project"),
        ("website", "https://cvpr2022.thecvf.com/", "project"),
        ("link2", "http://dx.doi.org.sci-hub.cc/10.1093/llc/fqv053", "paper"),
        ("link", "https://ascelibrary.org/doi/abs/10.1061/JTEPBS.0000600", "paper"),
        ("link", "http://engineering.example.com/the-log", "blog"),
        ("link", "https://engineering.example.edu/people", "other"),
        ("link", "https://huggingface.co/blog/peft", "blog"),
        ("download", "https://docs.google.com/leaf?id=1", "other"),
        ("link", "https://docs.google.com/presentation/d/1", "slides"),
        ("PRJ", "https://tool.example.org", "project"),
    ],
)
def test_what_an_address_says_against_its_label(label: str, url: str, role_of_link: str) -> None:
    """A publisher's page and a DOI in a path are papers; a company's engineers write a blog."""
    assert role(Anchor(url, 0, 0, text=label), url) == role_of_link


def test_a_word_before_links_tells_their_role() -> None:
    """Links behind "Dataset:" are data wherever they lie; a link's own label counts more."""
    source = (
        "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
        "  - Dataset: [A](https://github.com/a/a), [B](https://b.example.org) and [code](https://c.example.org)\n"
        "  - 代码：[D](https://d.example.org)\n"
    )
    (entry,) = parse(source, name="x").entries
    assert [link.role for link in entry.links] == ["paper", "data", "data", "code", "code"]
