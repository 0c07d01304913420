"""Tests of `pipeline.works.identifiers`."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.urls import MAX_URL_LENGTH, target_of
from pipeline.works.arxiv_links import arxiv_ids_in_text, arxiv_link, is_arxiv_host, own_link
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import (
    Identifier,
    canonical_url,
    identify,
    of_key,
    same_as,
    url_of_name,
)
from pipeline.works.repositories import repository

TODAY = date(2026, 11, 22)
A = "https://arxiv.org"

# URL, id, version
ARXIV = [
    (f"{A}/abs/2305.00447", "2305.00447", None),
    ("http://arxiv.org/abs/2305.00447", "2305.00447", None),
    ("HTTPS://ARXIV.ORG/ABS/2305.00447", "2305.00447", None),
    (f"{A}/abs/2305.00447v3", "2305.00447", 3),
    (f"{A}/abs/2305.00447V3", "2305.00447", 3),
    (f"{A}/pdf/2305.00447", "2305.00447", None),
    (f"{A}/pdf/2305.00447.pdf", "2305.00447", None),
    (f"{A}/pdf/2306.05817v5.pdf", "2306.05817", 5),
    (f"{A}/html/2406.14088v1", "2406.14088", 1),
    (f"{A}/abs/2305.00447/", "2305.00447", None),
    (f"{A}/abs/2305.00447.pdf", "2305.00447", None),
    (f"{A}/abs//2310.16789", "2310.16789", None),
    (f"{A}//pdf/2310.16789", "2310.16789", None),
    (f"{A}/2305.00447", "2305.00447", None),
    (f"{A}/abs/arxiv:2305.00447", "2305.00447", None),
    (f"{A}/abs/arXiv:2305.00447v2", "2305.00447", 2),
    (f"{A}/abs?id=2305.00447", "2305.00447", None),
    (f"{A}/abs/hep-th?papernum=9901001", "hep-th/9901001", None),
    (f"{A}/abs/2305.00447?s=03", "2305.00447", None),
    (f"{A}/abs/2305.00447?", "2305.00447", None),
    (f"{A}/abs/2305.00447?context=cs", "2305.00447", None),
    (f"{A}/pdf/1607.06450.pdf?utm_source=x&utm_medium=y", "1607.06450", None),
    (f"{A}/pdf/2104.10350.pdf?fbclid=IwAR2", "2104.10350", None),
    (f"{A}/abs/2305.00447#", "2305.00447", None),
    (f"{A}/abs/2305.00447#:~:text=word", "2305.00447", None),
    *[
        (f"{A}/{page}/2305.00447", "2305.00447", None)
        for page in ("ps", "src", "e-print", "format", "tb", "bibtex", "refs", "cits")
    ],
    *[
        (f"https://{host}.arxiv.org/abs/2310.03684v2", "2310.03684", 2)
        for host in ("www", "export", "browse", "web3", "aps", "de", "cn")
    ],
    (f"{A}/ftp/arxiv/papers/2205/2205.02302.pdf", "2205.02302", None),
    (f"{A}/ftp/hep-th/papers/9901/9901001.pdf", "hep-th/9901001", None),
    (f"{A}/ftp/hep-th/papers/9901/001.pdf", "hep-th/9901001", None),
    # digit counts
    (f"{A}/abs/0704.0001", "0704.0001", None),
    (f"{A}/abs/1412.9999", "1412.9999", None),
    (f"{A}/abs/0808.05394", "0808.5394", None),
    (f"{A}/abs/1501.00001", "1501.00001", None),
    (f"{A}/abs/1501.0001", "1501.00001", None),
    (f"{A}/abs/2612.00001", "2612.00001", None),
    # old ids
    (f"{A}/abs/hep-th/9901001", "hep-th/9901001", None),
    (f"{A}/abs/hep-th/9901001v2", "hep-th/9901001", 2),
    (f"{A}/pdf/hep-th%2F9901001.pdf", "hep-th/9901001", None),
    (f"{A}/abs/math/0309136", "math/0309136", None),
    (f"{A}/abs/math.GT/0309136", "math/0309136", None),
    (f"{A}/abs/cond-mat.supr-con/9901001", "cond-mat/9901001", None),
    (f"{A}/abs/HEP-TH/9901001", "hep-th/9901001", None),
    (f"{A}/abs/hepth/9901001", "hep-th/9901001", None),
    (f"{A}/abs/q-alg/9107001", "q-alg/9107001", None),
    (f"{A}/pdf/quant-ph/0703999", "quant-ph/0703999", None),
    (f"{A}/cmp-lg/9404001", "cmp-lg/9404001", None),
    # DOI
    ("https://doi.org/10.48550/arXiv.2305.00447", "2305.00447", None),
    ("http://dx.doi.org/10.48550/ARXIV.2305.00447", "2305.00447", None),
    ("https://doi.org/10.48550/arxiv.2305.00447v2", "2305.00447", 2),
    ("https://doi.org/10.48550/arXiv.hep-th/9901001", "hep-th/9901001", None),
    ("https://doi.org/10.48550%2FarXiv.2305.00447", "2305.00447", None),
    # dirty and glued forms of the census
    (f"{A}/abs/2305.00447)[[Github", "2305.00447", None),
    (f"{A}/abs/2305.00447)(CVPR", "2305.00447", None),
    (f"{A}/abs/2305.00447)多模态推荐", "2305.00447", None),
    (f"{A}/abs/2305.00447}}", "2305.00447", None),
    (f"{A}/abs/2305.00447,", "2305.00447", None),
    (f"{A}/abs/2305.00447.", "2305.00447", None),
    (f"{A}/abs/2305.00447v", "2305.00447", None),
    (f"{A}/abs/2305.00447v0", "2305.00447", None),
    (f"{A}/abs/2305.00447mini", "2305.00447", None),
    (f"{A}/pdf/1112.6209.pdf&embed", "1112.6209", None),
    (f"{A}/pdf/2305.00447.pdf%20(http://example.org/x)", "2305.00447", None),
    (f"{A}/pdf/2305.00447.pdf%5Cnhttp://example.org", "2305.00447", None),
    (f"{A}/abs/%202305.00447", "2305.00447", None),
    ("https:/arxiv.org/abs/2305.00447", "2305.00447", None),
    ("htttps://arxiv.org/abs/2305.00447", "2305.00447", None),
    (" https://arxiv.org/abs/2305.00447 ", "2305.00447", None),
    ("((http://arxiv.org/abs/2305.00447))", "2305.00447", None),
    ("arxiv.org/abs/2305.00447", "2305.00447", None),
    # mirrors and readers
    ("http://xxx.lanl.gov/abs/hep-th/9901001", "hep-th/9901001", None),
    ("https://128.84.21.199/pdf/1703.06870", "1703.06870", None),
    ("https://arxiv.xilesou.top/pdf/1703.06870.pdf", "1703.06870", None),
    ("https://arxiv.longhoe.net/abs/1703.06870", "1703.06870", None),
    ("https://ar5iv.org/abs/1703.06870", "1703.06870", None),
    ("https://ar5iv.org/html/1703.06870", "1703.06870", None),
    ("https://ar5iv.labs.arxiv.org/html/1703.06870v2", "1703.06870", 2),
    ("https://www.alphaxiv.org/abs/1703.06870", "1703.06870", None),
    ("https://alphaxiv.org/overview/1703.06870v1", "1703.06870", 1),
    ("https://huggingface.co/papers/1703.06870", "1703.06870", None),
    ("https://hf.co/papers/1703.06870", "1703.06870", None),
    ("https://www.arxiv-vanity.com/papers/1703.06870/", "1703.06870", None),
    ("https://scirate.com/arxiv/1703.06870", "1703.06870", None),
    ("https://papers.cool/arxiv/1703.06870", "1703.06870", None),
    ("https://www.semanticscholar.org/arxiv/1703.06870", "1703.06870", None),
    ("https://api.semanticscholar.org/arXiv:1703.06870", "1703.06870", None),
    ("https://dblp.org/rec/journals/corr/abs-2312-02228", "2312.02228", None),
    ("https://dblp.uni-trier.de/rec/html/journals/corr/abs-2312-02228", "2312.02228", None),
    ("https://dblp.org/rec/journals/corr/abs-2312-02228.html?view=bibtex", "2312.02228", None),
    ("https://dblp.uni-trier.de/rec/bib2/journals/corr/abs-2312-02228.bib", "2312.02228", None),
    ("https://dblp.org/rec/journals/corr/abs-0704-0001", "0704.0001", None),
    ("https://dblp.org/rec/journals/corr/abs-cs-0701001", "cs/0701001", None),
    ("https://dblp.org/rec/journals/corr/abs-cond-mat-0602129.html", "cond-mat/0602129", None),
    ("https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract", "1706.03762", None),
    ("https://ui.adsabs.harvard.edu/abs/2013arXiv1301.3781M", "1301.3781", None),
    ("https://adsabs.harvard.edu/abs/1998astro.ph..5201R", "astro-ph/9805201", None),
    ("https://ui.adsabs.harvard.edu/abs/1997hep.th...11200M/", "hep-th/9711200", None),
    ("https://ui.adsabs.harvard.edu/abs/arXiv:1706.03762/abstract", "1706.03762", None),
    ("https://ui.adsabs.harvard.edu/link_gateway/2017arXiv170603762V/PDF", "1706.03762", None),
    ("http://adsabs.harvard.edu/cgi-bin/q?bibcode=2017arXiv170603762V", "1706.03762", None),
    ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:1706.03762?x=y", "1706.03762", None),
    ("https://api.semanticscholar.org/v1/paper/arXiv:hep-th/9901001", "hep-th/9901001", None),
    ("https://web.archive.org/web/2020/https://arxiv.org/abs/1706.03762v2", "1706.03762", 2),
    ("https://www.emergentmind.com/papers/2401.12345", "2401.12345", None),
    ("https://www.catalyzex.com/paper/arxiv:1706.03762", "1706.03762", None),
    ("https://img.shields.io/badge/arXiv-2401.00001-b31b1b.svg", "2401.00001", None),
    ("https://img.shields.io/badge/arXiv-2401.00001v2-red", "2401.00001", 2),
    ("https://img.shields.io/badge/Paper-arXiv%3A2401.00001-red", "2401.00001", None),
    ("https://img.shields.io/badge/arXiv_paper-2401.00001-red?style=flat", "2401.00001", None),
    ("https://img.shields.io/badge/arXiv-hep--th%2F9901001-red", "hep-th/9901001", None),
]

NOT_ARXIV = [
    "https://img.shields.io/badge/arXiv-b31b1b.svg",
    "https://img.shields.io/badge/build-2401.00001-green",
    "https://github.com/someone/Awesome-arXiv-2305.00447",
    "https://www.kaggle.com/datasets/Cornell-University/arxiv",
    "https://addons.mozilla.org/firefox/addon/arxiv-utils/",
    "https://control4darxiv.github.io/2305.00447",
    "https://example.org/files/_Arxiv_2305.00447.pdf",
    "https://notarxiv.org/abs/2305.00447",
    "https://arxiv.org.example.org/abs/2305.00447",
    "https://example.org/https://arxiv.org/abs/2305.00447",
    "https://doi.org/10.1109/JSSC.2010.2085952",
    "https://citeseerx.ist.psu.edu/viewdoc/summary?doi=10.1.1.1030.9865",
    "https://www.biorxiv.org/content/10.1101/2020.07.12.199554v2",
    "https://dblp.org/rec/journals/corr/VaswaniSPUJGKP17",
    "https://dblp.org/rec/conf/x/abs-2312-02228",
    "https://dblp.org/rec/journals/corr/abs-xx-0701001",
    "https://ui.adsabs.harvard.edu/abs/2016A%26A...594A..13P/abstract",
    "https://ui.adsabs.harvard.edu/abs/2020ApJ...123..4567V",
    "https://ui.adsabs.harvard.edu/abs/2017arXiv179903762V",
    "https://web.archive.org/web/2020/https://example.org/abs/1706.03762",
    "https://web.archive.org/web/2020/arxiv.org",
    "https://api.semanticscholar.org/CorpusID:13756489",
    "https://paperswithcode.com/paper/attention-is-all-you-need",
    "https://www.semanticscholar.org/paper/204e3073870fae3d05bcbc2f6a8e263d9b72e776",
    f"{A}/list/cs.IR/recent",
    f"{A}/list/cs.CL/2305.00447",
    f"{A}/a/someone_s_1",
    f"{A}/search/?query=2305.00447",
    f"{A}/schemas/atom",
    A,
    "https://info.arxiv.org/help/arxiv_identifier.html",
    "https://export.arxiv.org/api/query?id_list=2305.00447",
    f"{A}/abs/XXXX.XXXXX",
    f"{A}/abs/",
    f"{A}/abs/{{paper_id}}",
    f"{A}/pdf/2408.082827",
    f"{A}/abs/2113.00001",
    f"{A}/abs/2300.00001",
    f"{A}/abs/2101.00000",
    f"{A}/abs/1234.12345",
    f"{A}/abs/0000.0000",
    f"{A}/abs/0703.0001",
    f"{A}/abs/0808.15394",
    f"{A}/abs/1412.12345",
    f"{A}/abs/2305.0044",
    f"{A}/abs/2305.447",
    f"{A}/abs/２３０５.００４４７",
    f"{A}/abs/2701.00001",
    f"{A}/abs/hep-th/9013001",
    f"{A}/abs/hep-th/9106001",
    f"{A}/abs/hep-th/0704001",
    f"{A}/abs/hep-th/9901000",
    f"{A}/abs/hep-th/99010012",
    f"{A}/abs/abc/9901001",
    f"{A}/abs/9901001",
    f"{A}/pdf/https://ieeexplore.ieee.org/document/2305.00447",
    "https://huggingface.co/papers/trending",
    "https://huggingface.co/papers/date/2025-01-01",
    "https://paperswithcode.com/paper/some-slug",
    "https://doi.org/10.48550/arXiv.XXXX.XXXXX",
]


@pytest.mark.parametrize(("url", "id_", "version"), ARXIV)
def test_every_spelling_of_an_arxiv_link(url: str, id_: str, version: int | None) -> None:
    """Each public spelling gives the canonical id and keeps the version apart."""
    found = identify(url, today=TODAY)

    assert found == Identifier("arxiv", id_, version)
    assert found.key == f"arxiv:{id_}"


@pytest.mark.parametrize("url", NOT_ARXIV)
def test_look_alikes_are_no_arxiv_papers(url: str) -> None:
    """What only looks like an arXiv id, or is an impossible one, is none."""
    found = identify(url, today=TODAY)

    assert found is None or found.scheme != "arxiv"


@pytest.mark.parametrize(
    ("today", "known"),
    [
        (date(2026, 11, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 12, 1), True),
        (date(2027, 1, 1), True),
        (None, True),
    ],
)
def test_months_to_come(today: date | None, known: bool) -> None:
    """An id of next month may be announced already, one of a later month cannot exist."""
    assert (identify(f"{A}/abs/2612.00001", today=today) is not None) is known


@pytest.mark.parametrize(
    ("url", "page", "fault", "figure", "exact"),
    [
        (f"{A}/abs/2305.00447", "abs", None, False, True),
        (f"{A}/pdf/2305.00447v1.pdf", "pdf", None, False, True),
        (f"{A}/html/2305.00447v1", "html", None, False, True),
        (f"{A}/html/2305.00447v1/", "html", None, False, True),
        (f"{A}/html/2305.00447v1/x1.png", "html", None, True, True),
        (f"{A}/html/2305.00447v1/extracted/1/a.png", "html", None, True, True),
        (f"{A}/2305.00447", "abs", None, False, True),
        (f"{A}/bibtex/2305.00447", "other", None, False, True),
        (f"{A}/abs/2305.00447)多模态", "abs", None, False, False),
        (f"{A}/abs/2305.00447mini", "abs", None, False, False),
        (f"{A}/abs/XXXX.XXXXX", "abs", "placeholder", False, True),
        (f"{A}/abs/2401.xxxxx", "abs", "placeholder", False, True),
        (f"{A}/abs/24XX.XXXXXv1", "abs", "placeholder", False, True),
        (f"{A}/abs/YYMM.NNNNN", "abs", "placeholder", False, True),
        (f"{A}/abs/", "abs", "placeholder", False, True),
        (f"{A}/abs", "abs", "placeholder", False, True),
        (f"{A}/pdf/.pdf", "pdf", "placeholder", False, True),
        (f"{A}/abs/{{paper_id}}", "abs", "placeholder", False, True),
        (f"{A}/abs/{{id1}}", "abs", "placeholder", False, True),
        (f"{A}/abs/1234.56789", "abs", "placeholder", False, True),
        (f"{A}/abs/0000.00000", "abs", "placeholder", False, True),
        (f"{A}/pdf/2408.082827", "pdf", "invalid", False, True),
        (f"{A}/abs/2113.00001", "abs", "invalid", False, True),
        (f"{A}/abs/hepp/9901001", "abs", "invalid", False, True),
        (f"{A}/pdf/https://ieeexplore.ieee.org/document/1", "pdf", "invalid", False, True),
        (f"{A}/ftp/arxiv/papers/2205/a1.pdf", "ftp", "invalid", False, True),
        (f"{A}/list/cs.IR/recent", "other", None, False, True),
        (f"{A}/a/someone_s_1", "other", None, False, True),
        (f"{A}/search/?query=x", "other", None, False, True),
        (A, "other", None, False, True),
        ("https://info.arxiv.org/help/api", "other", None, False, True),
    ],
)
def test_pages_of_arxiv(url: str, page: str, fault: str | None, figure: bool, exact: bool) -> None:
    """On arXiv's own hosts a link is a paper's page, a fault in its place, or another page."""
    link = arxiv_link(url, today=TODAY)

    assert link is not None
    assert link.own_host
    assert (link.page, link.fault, link.figure, link.exact) == (page, fault, figure, exact)
    assert (link.id is None) == (fault is not None or (page == "other" and "bibtex" not in url))


@pytest.mark.parametrize(
    ("url", "own"),
    [
        (f"{A}/abs/2305.00447", True),
        ("https://export.arxiv.org/abs/2305.00447", True),
        ("https://ar5iv.labs.arxiv.org/html/2305.00447", False),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", False),
        ("https://doi.org/10.48550/arXiv.2305.00447", False),
        ("https://huggingface.co/papers/2305.00447", False),
    ],
)
def test_whose_health_arxiv_knows(url: str, own: bool) -> None:
    """The answer of arXiv speaks for its own pages, not for copies of them."""
    link = arxiv_link(url)

    assert is_arxiv_host(url) is own
    assert link is not None
    assert link.own_host is own


@pytest.mark.parametrize("url", ["https://example.org/abs/2305.00447", "no url", "", "https://"])
def test_other_hosts_are_no_arxiv_links(url: str) -> None:
    """Elsewhere an arXiv-like path means nothing."""
    assert arxiv_link(url) is None
    assert not is_arxiv_host(url)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("arXiv:1706.03762", ["1706.03762"]),
        ("arXiv preprint arXiv:1706.03762 (2017)", ["1706.03762"]),
        ("see ArXiv: 1706.03762v5 [cs.CL].", ["1706.03762"]),
        ("arXiv 1706.03762", ["1706.03762"]),
        ("10.48550/arXiv.1706.03762", ["1706.03762"]),
        ("arxiv.org/abs/1706.03762", ["1706.03762"]),
        ("arXiv:hep-th/9901001 and arXiv:math.GT/0309136", ["hep-th/9901001", "math/0309136"]),
        ("arXiv:1706.03762, arXiv:1706.03762v2", ["1706.03762"]),
        ("arXiv 2023", []),
        ("arXiv:1706.0376212", []),
        ("1706.03762", []),
        ("myarxiv:1706.03762", []),
        ("arXiv preprint, 10.1109/JSSC.2010.2085952", []),
    ],
)
def test_ids_in_text(text: str, ids: list[str]) -> None:
    """Prose names an id with `arXiv` before it; a bare number is none."""
    assert [found.id for found in arxiv_ids_in_text(text)] == ids


@pytest.mark.parametrize(
    ("url", "key"),
    [
        # DOI
        ("https://doi.org/10.1145/3477495.3531896", "doi:10.1145/3477495.3531896"),
        ("http://dx.doi.org/10.1016/J.NEUNET.2019.01.001", "doi:10.1016/j.neunet.2019.01.001"),
        ("https://doi.org/doi:10.1145/3477495", "doi:10.1145/3477495"),
        # what would have to be cut by guess is nothing
        ("https://doi.org/10.1145/3477495.3531896)", None),
        ("https://doi.org/10.1145/3477495.3531896)[[Code", None),
        ("https://doi.org/10.1145/3477495.3531896.", None),
        ("https://doi.org/10.1145/3477495.3531896%20(PDF)", None),
        ("https://doi.org/10.1145/3477495.3531896多模态", None),
        ("https://dl.acm.org/doi/10.1145/3477495.3531896)", None),
        ("https://doi.org/10.1016/S0140-6736(20)30183-5", "doi:10.1016/s0140-6736(20)30183-5"),
        ("http://doi.acm.org/10.1145/3077136.3080777", "doi:10.1145/3077136.3080777"),
        ("https://doi.org/", None),
        ("https://doi.org/10.1145/", None),
        # ACM and the others of its platform
        ("https://dl.acm.org/doi/10.1145/3477495.3531896", "doi:10.1145/3477495.3531896"),
        ("https://dl.acm.org/doi/abs/10.1145/3477495.3531896", "doi:10.1145/3477495.3531896"),
        ("https://dl.acm.org/doi/fullHtml/10.1145/3604915.3608844", "doi:10.1145/3604915.3608844"),
        ("https://dl.acm.org/doi/pdf/10.1145/1.2?casa_token=x", "doi:10.1145/1.2"),
        ("https://dl.acm.org/doi/epdf/10.1145/1.2", "doi:10.1145/1.2"),
        ("https://dl.acm.org/doi/proceedings/10.1145/3477495", None),
        ("https://dl.acm.org/citation.cfm?doid=3343031.3350881", "doi:10.1145/3343031.3350881"),
        ("https://dl.acm.org/citation.cfm?id=3343031.3350881", "doi:10.1145/3343031.3350881"),
        ("https://dl.acm.org/citation.cfm?id=2806337", None),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/Int.22", "doi:10.1002/int.22"),
        ("https://notacm.org/doi/10.1145/1.2", None),
        ("https://example.org/doi/10.1145/1.2", None),
        # other publishers
        (
            "https://link.springer.com/article/10.1007/s10618-019-00619-1?sap=1",
            "doi:10.1007/s10618-019-00619-1",
        ),
        (
            "https://link.springer.com/chapter/10.1007%2F978-3-030-01234-2_1",
            "doi:10.1007/978-3-030-01234-2_1",
        ),
        ("https://link.springer.com/content/pdf/10.1007/x-1.pdf", "doi:10.1007/x-1"),
        ("https://www.nature.com/articles/s41586-021-03819-2", "doi:10.1038/s41586-021-03819-2"),
        ("https://www.nature.com/articles/nbt.4233", "doi:10.1038/nbt.4233"),
        ("https://www.nature.com/subjects/x", None),
        (
            "https://www.biorxiv.org/content/10.1101/2020.07.12.199554v2.full.pdf",
            "doi:10.1101/2020.07.12.199554",
        ),
        ("http://biorxiv.org/content/early/2015/11/05/030650", "doi:10.1101/030650"),
        (
            "http://biorxiv.org/content/biorxiv/early/2016/05/31/054411.full.pdf",
            "doi:10.1101/054411",
        ),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456",
            "doi:10.1371/journal.pone.0123456",
        ),
        (
            "https://www.frontiersin.org/articles/10.3389/fncom.2019.00014/full",
            "doi:10.3389/fncom.2019.00014",
        ),
        ("https://ojs.aaai.org/index.php/AAAI/article/view/16557", None),
        ("https://ieeexplore.ieee.org/document/10172099", None),
        ("https://ceur-ws.org/Vol-3476/paper5.pdf", None),
        # IJCAI
        ("https://www.ijcai.org/proceedings/2021/462", "doi:10.24963/ijcai.2021/462"),
        ("https://www.ijcai.org/proceedings/2017/0316.pdf", "doi:10.24963/ijcai.2017/316"),
        ("https://www.ijcai.org/Proceedings/2019/0429.pdf", "doi:10.24963/ijcai.2019/429"),
        ("https://static.ijcai.org/proceedings-2018/0460.pdf", "doi:10.24963/ijcai.2018/460"),
        ("https://www.ijcai.org/proceedings/2016/316", None),
        ("https://www.ijcai.org/Proceedings/13/Papers/281.pdf", None),
        ("https://www.ijcai.org/proceedings/2019/", None),
        # OpenReview
        ("https://openreview.net/forum?id=hFx3fY7-m9b", "openreview:hFx3fY7-m9b"),
        ("https://openreview.net/forum?id=0EXmFzUn5I&noteId=x1", "openreview:0EXmFzUn5I"),
        ("http://openreview.net/pdf?id=Sk-oDY9ge", "openreview:Sk-oDY9ge"),
        ("https://openreview.net/attachment?id=nFrcliTxAC&name=pdf", "openreview:nFrcliTxAC"),
        ("https://openreview.net/forum?id=", None),
        ("https://openreview.net/group?id=ICLR.cc/2024/Conference", None),
        ("https://openreview.net/pdf/0123456789abcdef0123456789abcdef01234567.pdf", None),
        # ACL Anthology
        ("https://aclanthology.org/2022.coling-1.249/", "acl:2022.coling-1.249"),
        ("https://aclanthology.org/2023.findings-emnlp.1", "acl:2023.findings-emnlp.1"),
        ("https://aclanthology.org/2020.acl-main.537.pdf", "acl:2020.acl-main.537"),
        ("https://www.aclweb.org/anthology/P18-1001/", "acl:P18-1001"),
        ("https://aclweb.org/anthology/W18-6310.pdf", "acl:W18-6310"),
        ("https://aclanthology.org/P18-1001v2.pdf", "acl:P18-1001"),
        ("http://anthology.aclweb.org/W/W06/W06-2920.pdf", "acl:W06-2920"),
        ("https://aclanthology.info/papers/P18-1001/p18-1001", "acl:P18-1001"),
        ("https://aclanthology.org/P17-1", None),
        ("https://aclanthology.org/volumes/2022.acl-long/", None),
        ("https://aclanthology.org/2022.acl-long.0/", None),
        ("https://www.aclweb.org/portal/P18-1001", None),
        # Hugging Face
        (
            "https://huggingface.co/datasets/Aria-UI/Aria-UI_Data",
            "huggingface:datasets/aria-ui/aria-ui_data",
        ),
        ("https://huggingface.co/datasets/squad", "huggingface:datasets/squad"),
        ("https://huggingface.co/datasets/squad/viewer", "huggingface:datasets/squad"),
        (
            "https://huggingface.co/Rostlab/prot_bert_bfd/tree/main",
            "huggingface:rostlab/prot_bert_bfd",
        ),
        ("https://huggingface.co/spaces/o/Demo", "huggingface:spaces/o/demo"),
        ("https://huggingface.co/spaces", None),
        ("https://huggingface.co/someone", None),
        ("https://huggingface.co/blog/annotated-diffusion", None),
        ("https://huggingface.co/docs/hub/rate-limits", None),
        # GitHub
        ("https://github.com/SAI990323/TALLRec", "github:sai990323/tallrec"),
        ("https://github.com/WLiK", None),
        ("https://pubmed.ncbi.nlm.nih.gov/34265844/", "pmid:34265844"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/34265844?dopt=Abstract", "pmid:34265844"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8371605/pdf/x.pdf", "pmc:PMC8371605"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/pmc8371605/", "pmc:PMC8371605"),
        ("https://europepmc.org/article/MED/34265844", "pmid:34265844"),
        ("https://europepmc.org/articles/PMC8371605?pdf=render", "pmc:PMC8371605"),
        ("https://www.ncbi.nlm.nih.gov/gene/672", None),
        ("https://pubmed.ncbi.nlm.nih.gov/?term=34265844", None),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8371605x/", None),
        ("https://api.semanticscholar.org/v1/paper/DOI:10.1145/3397271", "doi:10.1145/3397271"),
        ("https://api.semanticscholar.org/graph/v1/paper/PMID:34265844", "pmid:34265844"),
        ("https://api.semanticscholar.org/PMCID:8371605", "pmc:PMC8371605"),
        ("https://api.semanticscholar.org/CorpusID:13756489", None),
        ("https://sci-hub.se/10.1016/j.robot.2018.10.013", "doi:10.1016/j.robot.2018.10.013"),
        ("https://api.crossref.org/works/10.1145/3397271", "doi:10.1145/3397271"),
        ("https://doi.ieeecomputersociety.org/10.1109/X.1", "doi:10.1109/x.1"),
    ],
)
def test_identifiers_of_publishers_and_repositories(url: str, key: str | None) -> None:
    """Each host has its own rule for what its pages are about."""
    found = identify(url)

    assert (found.key if found else None) == key


SICI = "10.1130/0091-7613(1990)018<1153:rgaeot>2.3.co;2"
WILEY = "10.1002/1097-0142(195103)4:2<387::aid-cncr2820040229>3.0.co;2-y"


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://doi.org/10.1130/0091-7613(1990)018%3C1153:RGAEOT%3E2.3.CO;2", SICI),
        ("https://doi.org/10.1130/0091-7613(1990)018<1153:RGAEOT>2.3.CO;2", SICI),
        ("https://dx.doi.org/10.1130%2F0091-7613%281990%29018%3C1153%3ARGAEOT%3E2.3.CO%3B2", SICI),
        (
            "https://doi.org/10.1002/1097-0142(195103)4:2%3C387::AID-CNCR2820040229%3E3.0.CO;2-Y",
            WILEY,
        ),
        (
            "https://onlinelibrary.wiley.com/doi/10.1002/1097-0142(195103)4:2%3C387::AID-CNCR2820040229%3E3.0.CO;2-Y/pdf",
            WILEY,
        ),
        (
            "https://doi.org/10.1002/(SICI)1521-3951(199911)216:1%3C135::AID-PSSB135%3E3.0.CO;2-%23",
            "10.1002/(sici)1521-3951(199911)216:1<135::aid-pssb135>3.0.co;2-#",
        ),
        (
            "https://doi.org/10.1890/0012-9658(2006)87[1159:ATASOF]2.0.CO;2",
            "10.1890/0012-9658(2006)87[1159:atasof]2.0.co;2",
        ),
    ],
)
def test_old_doi_is_read_whole(url: str, doi: str) -> None:
    """A DOI ends where the path ends: cut at `<`, all papers of an issue were one work."""
    found = identify(url)

    assert found is not None
    assert (found.value, found.whole) == (doi, True)
    again = identify(canonical_url(found))
    assert again is not None
    assert again.value == doi


@pytest.mark.parametrize(
    "view",
    [
        "",
        "/abstract",
        "/full",
        "/full/html",
        "/pdf",
        "/epdf",
        "/epub",
        "/pdfdirect",
        "/suppl_file/x_si_001.pdf",
        "/references",
        "/citedby",
        "/figure/3",
        "/suppinfo",
    ],
)
@pytest.mark.parametrize(
    ("place", "doi"),
    [
        ("http://onlinelibrary.wiley.com/doi/", "10.1111/nous.12244"),
        ("https://journals.sagepub.com/doi/", "10.1177/0278364913491297"),
        ("https://www.tandfonline.com/doi/", "10.1080/01621459.2020.1758115"),
        ("https://pubs.acs.org/doi/", "10.1021/acs.jcim.0c01234"),
        ("https://www.science.org/doi/", "10.1126/science.abc1234"),
        ("https://www.pnas.org/doi/", "10.1073/pnas.1907377117"),
        ("https://link.springer.com/article/", "10.1007/s10618-019-00619-1"),
        ("https://www.frontiersin.org/articles/", "10.3389/fncom.2019.00014"),
        ("https://www.emerald.com/insight/content/doi/", "10.1108/el-01-2020-0001"),
        ("https://iopscience.iop.org/article/", "10.1088/1742-6596/1234/1/012001"),
        ("https://doi.org/", "10.1111/nous.12244"),
        ("https://doi.org/", "10.1093/analys/anw053"),
    ],
)  # fmt: skip
def test_views_behind_a_doi_are_one_work(place: str, doi: str, view: str) -> None:
    """Abstract, text, PDF and supplements of a publisher are pages of one work."""
    found = identify(f"{place}{doi}{view}")

    assert found is not None
    assert found.key == f"doi:{doi}"
    assert found.whole is (view == "" or "doi.org" not in place)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://www.biorxiv.org/content/10.1101/2020.07.12.199554v1", True),
        ("https://www.biorxiv.org/content/10.1101/2020.07.12.199554v2.full", True),
        ("https://www.biorxiv.org/content/10.1101/2020.07.12.199554v3.full.pdf+html", True),
        (
            "https://www.medrxiv.org/content/10.1101/2020.07.12.199554v2.supplementary-material",
            True,
        ),
        ("https://doi.org/10.1101/2020.07.12.199554", True),
        ("https://doi.org/10.1101/2020.07.12.199554v2", False),
        ("https://doi.org/10.1101/2020.07.12.199554v2.full", False),
        ("https://doi.org/10.1101/2020.07.12.199554.full.pdf", False),
    ],
)
def test_version_glued_to_a_preprint(url: str, whole: bool) -> None:
    """The registry has no such DOI, so its answer says nothing of the address."""
    found = identify(url)

    assert found is not None
    assert (found.key, found.whole) == ("doi:10.1101/2020.07.12.199554", whole)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://doi.org/10.1145/3292500.3330701", True),
        ("https://doi.org/10.1145/3292500.3330701/", False),
        ("https://doi.org/10.1145/3292500.3330701/?x=1", False),
        ("https://doi.org/10.1145//3292500.3330701", False),
        ("https://doi.org/10.1145/3292500.3330701?to=https://x.example/", True),
        ("https://dl.acm.org/doi/10.1145/3292500.3330701/", True),
    ],
)
def test_slash_that_a_resolver_reads(url: str, whole: bool) -> None:
    """The work is the same, and the registry's answer about it says nothing of this address."""
    found = identify(url)

    assert found is not None
    assert (found.value, found.whole) == ("10.1145/3292500.3330701", whole)


@pytest.mark.parametrize(
    "doi",
    [
        "10.21203/rs.3.rs-123456/v1",
        "10.26434/chemrxiv-2021-abcde-v2",
        "10.20944/preprints202001.0001.v1",
        "10.1101/gr.123456.111",
        "10.1101/pdb.prot5384",
        "10.4231/full",
        "10.1016/s0140-6736(20)30183-5",
    ],
)
def test_what_belongs_to_a_doi_stays(doi: str) -> None:
    """Other servers register each version, and a DOI may look like anything."""
    found = identify(f"https://doi.org/{doi}")

    assert found is not None
    assert (found.value, found.whole) == (doi, True)


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1145/3292500.3330701.", "10.1145/3292500.3330701"),
        ("doi:10.1145/1.2, 10.1145/3.4", "10.1145/1.2"),
        ("(10.1016/S0140-6736(20)30183-5)", "10.1016/s0140-6736(20)30183-5"),
        ("see 10.1130/0091-7613(1990)018<1153:RGAEOT>2.3.CO;2.", SICI),
        ("10.1145", None),
        ("none", None),
        ("", None),
        (None, None),
    ],
)
def test_first_doi_of_a_field(text: str | None, doi: str | None) -> None:
    """Authors write several, with punctuation, or a URL."""
    assert next(dois_in(text), None) == doi


@pytest.mark.parametrize(
    ("url", "full_name", "is_root"),
    [
        ("https://github.com/SAI990323/TALLRec", "SAI990323/TALLRec", True),
        ("http://www.github.com/SAI990323/TALLRec/", "SAI990323/TALLRec", True),
        ("https://github.com/SAI990323/TALLRec.git", "SAI990323/TALLRec", True),
        ("https://github.com/SAI990323/TALLRec?tab=readme-ov-file", "SAI990323/TALLRec", True),
        ("https://github.com/AaronHeee/a-b#large-language-models", "AaronHeee/a-b", True),
        ("https://github.com//HKUDS//LLMRec", "HKUDS/LLMRec", True),
        ("https://github.com/westlake-repl/IDvs.MoRec", "westlake-repl/IDvs.MoRec", True),
        ("https://github.com/fajieyuan/SIGIR2020_peterrec", "fajieyuan/SIGIR2020_peterrec", True),
        ("https://github.com/HKUDS/OpenGraph/tree/main", "HKUDS/OpenGraph", False),
        ("https://github.com/o/r/blob/main/media/paper.pdf", "o/r", False),
        ("https://github.com/o/r/issues/1", "o/r", False),
        ("https://raw.githubusercontent.com/o/r/main/a.csv", "o/r", False),
        ("https://github.com/o/r)[[Data", "o/r", False),
        ("https://github.com/o/r,", "o/r", False),
        ("https://github.com/o/r.", "o/r", False),
        ("https://github.com/o/r%20(code)", "o/r", False),
    ],
)
def test_repositories(url: str, full_name: str, is_root: bool) -> None:
    """A repository is named by two path segments; only its own page is its root."""
    found = repository(url)

    assert found is not None
    assert (found.full_name, found.is_root) == (full_name, is_root)
    assert found.key == f"github:{full_name.lower()}"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/",
        "https://github.com/WLiK",
        "https://github.com/topics/recommender-systems",
        "https://github.com/orgs/HKUDS/repositories",
        "https://github.com/sponsors/someone",
        "https://github.com/features/actions",
        "https://github.com/-x/r",
        "https://github.com/o/..",
        "https://github.com/o/.git",
        f"https://github.com/{'o' * 40}/r",
        f"https://github.com/o/{'r' * 101}",
        "https://gist.github.com/o/0123456789",
        "https://o.github.io/r",
        "https://api.github.com/repos/o/r",
        "https://github.com.example.org/o/r",
        "https://example.org/github.com/o/r",
    ],
)
def test_what_is_no_repository(url: str) -> None:
    """Profiles, topics, other hosts and impossible names are no repositories."""
    assert repository(url) is None


def test_spelling_is_kept_beside_the_key() -> None:
    """Two spellings of a repository are one identifier, and each is remembered."""
    one, other = identify("https://github.com/WLiK/A"), identify("https://github.com/wlik/a")

    assert one is not None
    assert other is not None
    assert one == other
    assert (one.written, other.written) == ("WLiK/A", "wlik/a")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (f"{A}/pdf/2305.00447v2.pdf", f"{A}/abs/2305.00447"),
        (f"{A}/abs/math.GT/0309136", f"{A}/abs/math/0309136"),
        ("https://dl.acm.org/doi/abs/10.1145/1.2", "https://doi.org/10.1145/1.2"),
        ("http://openreview.net/pdf?id=Sk-oDY9ge", "https://openreview.net/forum?id=Sk-oDY9ge"),
        ("https://www.aclweb.org/anthology/p18-1001", "https://aclanthology.org/P18-1001/"),
        ("https://github.com/WLiK/GLRe/tree/main", "https://github.com/WLiK/GLRe"),
        ("https://hf.co/datasets/A/b", "https://huggingface.co/datasets/A/b"),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    """A thing has one address to link to, and that address stands for the same thing."""
    found = identify(url)

    assert found is not None
    assert canonical_url(found) == canonical
    again = identify(canonical)
    assert again is not None
    assert again.key == found.key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://doi.org/10.18653/v1/2022.coling-1.249", "acl:2022.coling-1.249"),
        ("https://doi.org/10.18653/v1/P18-1001", "acl:P18-1001"),
        ("https://doi.org/10.1145/1.2", None),
        ("https://aclanthology.org/P18-1001/", None),
    ],
)
def test_acl_papers_under_their_doi(url: str, key: str | None) -> None:
    """The DOI of an ACL paper holds its Anthology id."""
    found = identify(url)
    assert found is not None
    alias = same_as(found)

    assert (alias.key if alias else None) == key


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (f"{A}/abs/", "1"),
        (f"{A}/abs/", "a-"),
        (f"{A}/", "abs/"),
        (f"{A}/abs/x", "x1"),
        ("https://doi.org/10.1145/", ")"),
        ("https://img.shields.io/badge/arxiv", "1"),
        ("https://aclanthology.org/", "2022."),
        ("https://openreview.net/forum?", "&"),
        ("https://www.biorxiv.org/", "10.1101/"),
    ],
)
def test_hostile_urls_take_linear_time(
    start: str, piece: str, growth: Callable[..., float]
) -> None:
    """No URL takes longer than its length allows."""
    eighth = (MAX_URL_LENGTH - len(start)) // 8 // len(piece)

    def ask_everything(url: str) -> None:
        identify(url), arxiv_link(url), repository(url)

    assert growth(lambda times: start + piece * times, ask_everything, small=eighth) < 24


def test_hostile_text_takes_linear_time(growth: Callable[..., float]) -> None:
    """Prose full of beginnings of ids is read in one pass."""
    assert arxiv_ids_in_text("arXiv:1706.0" * 1_000) == []
    assert growth(lambda times: "arXiv:1706.0" * times, arxiv_ids_in_text, small=200) < 24


def test_seeds_are_identified_completely(shared: Path) -> None:
    """All 235 arXiv ids and all repositories of the two seeds are found in their URLs."""
    ids: set[str] = set()
    for name in ("llm4rec-paper", "awesome-llm4rs-papers"):
        path = shared / f"data/lists/truth_sets/{name}.md.json"
        truth = json.loads(path.read_text(encoding="utf-8"))
        found = {item.value for url in truth["urls"] if (item := identify(url, today=TODAY))}
        linked = {place.key for url in truth["urls"] if (place := repository(url))}

        assert found >= set(truth["arxiv_link"])
        assert linked == {f"github:{key}" for key in truth["github"]}
        ids |= set(truth["arxiv_link"])
    assert len(ids) == 235


def test_wild_lists_are_identified_as_labelled(shared: Path) -> None:
    """On 12 lists from elsewhere the ids and repositories in the URLs are those of the labels."""
    for path in sorted((shared / "data/lists/truth_sets").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        found = [item for url in truth["urls"] if (item := identify(url, today=TODAY))]
        linked = {place.key for url in truth["urls"] if (place := repository(url))}

        assert {item.value for item in found if item.scheme == "arxiv"} == set(truth["arxiv_link"])
        assert linked == {f"github:{key}" for key in truth["github"]}


@pytest.mark.parametrize(
    ("key", "identifier"),
    [
        ("arxiv:2305.00447", Identifier("arxiv", "2305.00447")),
        ("doi:10.1000/a:b", Identifier("doi", "10.1000/a:b")),
        ("title:0123456789ab", None),
        ("arxiv:", None),
        ("2305.00447", None),
        ("", None),
    ],
)
def test_key_of_the_catalog_is_read_back(key: str, identifier: Identifier | None) -> None:
    """The inverse of `Identifier.key`."""
    assert of_key(key) == identifier


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("arXiv:2006.11239", "https://arxiv.org/abs/2006.11239"),
        ("arxiv:2006.11239v2", "https://arxiv.org/abs/2006.11239v2"),
        ("10.1145/3292500.3330701", "https://doi.org/10.1145/3292500.3330701"),
        ("doi:10.1145/3292500.3330701", "https://doi.org/10.1145/3292500.3330701"),
        ("DOI: 10.1145/3292500.3330701", "https://doi.org/10.1145/3292500.3330701"),
        ("arXiv:2006.11239https://github.com/a/b", None),
        ("arXiv:TODO", None),
        ("10.1145", None),
        ("10.1145/a b", None),
        ("10.1145/a", "https://doi.org/10.1145/a"),
        ("papers/10.1145/a", None),
        ("10.1145/a)", None),
        (
            "10.1130/0091-7613(1990)018<1153:RGAEOT>2.3.CO;2",
            "https://doi.org/10.1130/0091-7613(1990)018%3C1153:RGAEOT%3E2.3.CO;2",
        ),
        ("2006.11239", None),
        ("", None),
    ],
)
def test_identifiers_that_stand_alone(text: str, url: str | None) -> None:
    """What is taken for an address and is none; nothing may be left over."""
    assert url_of_name(text) == url


@pytest.mark.parametrize("page", ["abs", "pdf"])
@pytest.mark.parametrize(
    "tail",
    [
        *("1501.00001", "1501.0001", "2305.00447", "2312.99999", "9912.12345"),
        *("1412.12345", "1412.1234", "0704.00001", "2300.00001", "2313.00001", "2305.00000"),
        *(
            "2305.00447v2",
            "2305.00447.pdf",
            "2305.004478",
            "2305.00447/",
            "2305.00447#S1",
            "٢305.00447",
        ),
    ],
)
def test_plain_address_means_what_the_grammar_says(page: str, tail: str) -> None:
    """Which is read without taking it apart."""
    url = f"https://arxiv.org/{page}/{tail}"
    target = target_of(url)

    assert target is not None
    assert arxiv_link(url) == own_link(target, None)


def test_plain_address_of_a_paper_to_come_is_refused() -> None:
    """A month after the next one."""
    url, today = "https://arxiv.org/abs/2606.00447", date(2026, 4, 30)

    assert arxiv_link(url) is not None
    assert identify(url, today=today) is None
    assert identify(url, today=date(2026, 5, 1)) == Identifier("arxiv", "2606.00447")
