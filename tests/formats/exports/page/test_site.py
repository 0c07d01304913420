"""The files of the site, as text: what they hold, and what they can never do."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from pipeline.formats.exports.bibtex import render_bibtex
from pipeline.formats.exports.page.data import ABSTRACT_LIMIT, page_of
from pipeline.formats.exports.page.paper import citation_tags, linked_data, paper_page
from pipeline.formats.exports.page.site import render_site
from tests.formats.exports.page.catalog_by_hand import ALL_LINKS, AT, works
from tests.formats.exports.works_by_hand import ATTACK, ATTENTION, PUBLISHED, work

SITE = dict(render_site(works(), ALL_LINKS, AT))
ONE_OF_EACH = ("index.html", "papers/arxiv-1706.03762.html", "papers/title-ffff.html",
               "sections/other-1.html", "sections/seeds-4.html")  # fmt: skip


class Page(HTMLParser):
    """What a browser sees: elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self.texts.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self.cdata_elem in {"script", "style"}:
            tag, attributes, text = self.texts[-1]
            self.texts[-1] = tag, attributes, text + data

    def data(self, name: str) -> Any:
        """Return the JSON of an element."""
        (text,) = [text for _, attributes, text in self.texts if attributes.get("id") == name]
        return json.loads(text)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def test_files() -> None:
    """One to search, one for each paper and for each section; the same twice."""
    assert len([name for name in SITE if name.startswith("papers/")]) == len(works())
    assert len([name for name in SITE if name.startswith("sections/")]) == 4
    assert SITE.keys() - {name for name in SITE if "/" in name} == {
        "index.html",
        "files.txt",
        "papers.bib",
    }
    assert SITE["papers.bib"] == render_bibtex(works())
    assert SITE["files.txt"].splitlines() == sorted(SITE.keys() - {"files.txt"})
    assert dict(render_site(works(), ALL_LINKS, AT)) == SITE


def test_no_papers_are_a_page_all_the_same() -> None:
    """It says that there is none."""
    (_, _), only, _ = render_site((), (), None)

    assert only[0] == "index.html"
    assert "0 papers" in only[1]
    assert "dateModified" not in Page(only[1]).data("dataset")


def test_first_page_is_a_data_set_to_search_engines() -> None:
    """Name, what it is and of which day; the name of a list ends no element."""
    hostile = "</script><script>alert(1)</script>"
    mention = replace(ATTENTION.mentions[0], list=hostile)
    one = work(replace(ATTENTION, mentions=(mention,)))
    text = dict(render_site((one,), (), AT))["index.html"]

    assert Page(text).data("dataset") == {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": hostile,
        "description": "Metadata of papers, their code and the health of their links, made of"
        f" these lists: {hostile}.",
        "size": "1 paper",
        "dateModified": "2026-11-22",
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "BibTeX",
                "encodingFormat": "application/x-bibtex",
                "contentUrl": "papers.bib",
            }
        ],
    }
    assert hostile not in text


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_policy_lets_run_what_is_ours_alone(name: str) -> None:
    """Every style and script has its hash in the policy, which stands before all of them."""
    page = Page(SITE[name])
    kinds = [tag for tag, _ in page.elements]
    policy = next(one["content"] for one in page.named("meta") if one.get("http-equiv") is not None)
    assert policy is not None
    run = [
        (tag, text)
        for tag, attributes, text in page.texts
        if tag == "style" or attributes.get("type") is None
    ]

    assert kinds.index("meta") < kinds.index("style")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, text in run:
        digest = b64encode(sha256(text.encode()).digest()).decode()
        source = {"style": "style-src", "script": "script-src"}[tag]
        assert f"{source} 'sha256-{digest}'" in policy
    assert len(run) == (2 if name == "index.html" else 1)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_nothing_is_fetched_and_nothing_runs(name: str) -> None:
    """No element brings something from elsewhere; links are links of the web or of the site."""
    page = Page(SITE[name])

    assert not {tag for tag, _ in page.elements} & {"img", "iframe", "object", "embed", "base"}
    for tag, attributes in page.elements:
        assert not [one for one in attributes if one.startswith("on")], tag
        assert "src" not in attributes
        assert "style" not in attributes
        href = attributes.get("href") or "#"
        ours = r"(?:\.\./)?(?:papers|sections)/|papers\.bib$|\.\./index"
        assert re.match(rf"https?://|#|data:,$|{ours}", href)


def test_hostile_text_ends_no_element() -> None:
    """What closes scripts and comments stands in no data; the text itself is there, as text."""
    page = Page(SITE["index.html"])
    data = [text for tag, attributes, text in page.texts if attributes.get("id")]

    assert len(data) == 5
    assert not [text for text in data if "<" in text]
    title = next(one for one in page.data("core")["columns"]["title"] if "Owned" in one)
    assert "</details>" in title
    assert "<img" in title


def test_abstracts_are_cut_on_the_page_and_whole_on_their_own() -> None:
    """Between words, so that twenty thousand are there at once."""
    abstracts = Page(SITE["index.html"]).data("abstracts")

    assert max(map(len, abstracts)) <= ABSTRACT_LIMIT + 1
    assert "The very end." not in SITE["index.html"]
    assert "The very end." in SITE["papers/arxiv-2001.00001.html"]


def test_what_readers_without_scripts_get() -> None:
    """Papers and sections as links, and tables behind them."""
    page = Page(SITE["index.html"])
    hrefs = [one["href"] for one in page.named("a") if one["href"]]

    assert sum(href.startswith("papers/") for href in hrefs) == len(works())
    assert {href for href in hrefs if href.startswith(("papers/", "sections/"))} <= SITE.keys()
    section = SITE["sections/seeds-4.html"]
    assert "<h1>seeds / Papers / Fillers</h1>" in section
    assert section.count("<tr>") == 61


def test_name_of_a_page_is_one_file_for_each_key() -> None:
    """On file systems that know no letter case too, and none leads out of the folder."""
    keys = (
        "arxiv:1706.03762", "arxiv:hep-th/9901001", "arxiv:hep-th-9901001", "doi:10.1/A",
        "doi:10.1/a", "title:0011", "doi:10.1/..", "doi:10.1/../../x", "doi:", "x:con",
        "doi:10.1/" + "é" * 300,
    )  # fmt: skip
    names = [page_of(key) for key in keys]

    assert page_of("arxiv:1706.03762") == "arxiv-1706.03762.html"
    assert len({name.lower() for name in names}) == len(keys)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*\.html", name) for name in names), names
    assert max(map(len, names)) < 120


# --- the page of a paper ----------------------------------------------------------------------


def test_tags_of_a_preprint() -> None:
    """One author a tag, family name first; the PDF is arXiv's."""
    assert list(citation_tags(work(ATTENTION)))[:7] == [
        ("citation_title", "Attention Is All You Need"),
        ("citation_author", "Vaswani, Ashish"),
        ("citation_author", "Kaiser, Łukasz"),
        ("citation_author", "Google Brain Team"),
        ("citation_publication_date", "2017/06/12"),
        ("citation_doi", "10.48550/arXiv.1706.03762"),
        ("citation_arxiv_id", "1706.03762"),
    ]


def test_tags_of_a_published_paper() -> None:
    """It has the name of its conference."""
    tags = dict(citation_tags(work(PUBLISHED)))

    assert tags["citation_conference_title"] == "SIGIR 2023"
    assert tags["citation_publication_date"] == "2023"
    assert "citation_pdf_url" not in tags


def test_linked_data() -> None:
    """As schema.org has it; code is a thing of its own."""
    data = linked_data(work(ATTENTION))
    article, code = data["@graph"]

    assert data["@context"] == "https://schema.org"
    assert article["@type"] == "ScholarlyArticle"
    assert article["author"][0] == {
        "@type": "Person",
        "name": "Ashish Vaswani",
        "familyName": "Vaswani",
        "givenName": "Ashish",
    }
    assert article["datePublished"] == "2017-06-12"
    assert article["creativeWorkStatus"] == "Preprint"
    assert article["identifier"][0] == {
        "@type": "PropertyValue",
        "propertyID": "arXiv",
        "value": "1706.03762",
    }
    assert code["codeRepository"] == "https://github.com/tensorflow/tensor2tensor"
    assert linked_data(work(PUBLISHED))["isPartOf"]["name"] == "SIGIR 2023"


def test_page_of_a_hostile_paper() -> None:
    """Its linked data is one element of JSON, and no element is made of its text."""
    page = Page(paper_page(work(ATTACK), "<script>alert(1)</script>"))
    (data,) = [
        text
        for _, attributes, text in page.texts
        if attributes.get("type") == "application/ld+json"
    ]

    assert "Owned" in json.loads(data)["name"]
    assert "<" not in data
    assert "<img" not in paper_page(work(ATTACK), "<img src=x>")
    assert not [one for one in page.named("a") if "javascript" in (one["href"] or "")]
