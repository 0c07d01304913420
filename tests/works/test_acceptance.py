"""Where a paper was accepted, out of what its authors write on arXiv. All texts are made up."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.acceptance import comments, tallies
from pipeline.works.acceptance import Acceptance, accepted_in, published_in

CONFERENCES = {
    "Accepted at NeurIPS 2023": ("NeurIPS 2023", 2023),
    "NeurIPS 2023 camera ready": ("NeurIPS 2023", 2023),
    "NeurIPS 2023 Camera-Ready": ("NeurIPS 2023", 2023),
    "Camera-ready version for ICML 2023": ("ICML 2023", 2023),
    "12 pages, 4 figures. Accepted to CVPR 2024 (oral)": ("CVPR 2024", 2024),
    "Accepted by SIGIR'23": ("SIGIR'23", 2023),
    "Accepted by KDD ’24": ("KDD ’24", 2024),
    "WWW '22": ("WWW '22", 2022),
    "To appear in ICSE'24": ("ICSE'24", 2024),
    "ICLR2024": ("ICLR2024", 2024),
    "CVPR 2023": ("CVPR 2023", 2023),
    "CVPR 2023. Code: https://github.com/example/code": ("CVPR 2023", 2023),
    "10 pages, RecSys 2022, full paper": ("RecSys 2022", 2022),
    "Published as a conference paper at ICLR 2021": ("ICLR 2021", 2021),
    "Accepted as a full paper at CIKM 2022": ("CIKM 2022", 2022),
    "Accepted for oral presentation at CVPR 2022": ("CVPR 2022", 2022),
    "ICML 2024 Spotlight": ("ICML 2024", 2024),
    "EMNLP 2023 Findings": ("EMNLP 2023 Findings", 2023),
    "Findings of ACL 2023": ("Findings of ACL 2023", 2023),
    "ACL 2023 main conference": ("ACL 2023", 2023),
    "In Proceedings of WSDM 2021": ("Proceedings of WSDM 2021", 2021),
    "Accepted to the 41st International Conference on Machine Learning (ICML 2024)": (
        "41st International Conference on Machine Learning (ICML 2024)",
        2024,
    ),
    "Accepted by the NeurIPS 2023 Datasets and Benchmarks Track": (
        "NeurIPS 2023 Datasets and Benchmarks Track",
        2023,
    ),
    "Accepted at ICML 2024, previously submitted to ICLR 2024": ("ICML 2024", 2024),
    "Accepted by INTERSPEECH 2020; arXiv admin note: text overlap with arXiv:1904.01234": (
        "INTERSPEECH 2020",
        2020,
    ),
    "The third IEEE International Conference on Made-Up Systems, May 3-5, 2021, Oxford": (
        "third IEEE International Conference on Made-Up Systems",
        2021,
    ),
    "Extended version, with proofs. Accepted at AAAI 2024": ("AAAI 2024", 2024),
    "v2: accepted at ECCV 2022": ("ECCV 2022", 2022),
    "ECCV 2022; project page: https://example.org/": ("ECCV 2022", 2022),
    "ICLR 2023 notable top 25%": ("ICLR 2023", 2023),
    "SIGIR 2023 Short Paper": ("SIGIR 2023", 2023),
    "Our paper has been accepted at CIKM 2023": ("CIKM 2023", 2023),
    "IJCAI-ECAI 2022": ("IJCAI-ECAI 2022", 2022),
    "Accepted as a reproducibility paper at ECIR 2022": ("ECIR 2022", 2022),
    "Accepted to the demo track of WWW 2023": ("WWW 2023", 2023),
}
JOURNALS = {
    "Accepted by TPAMI": ("TPAMI", None),
    "Accepted to TMLR (2024)": ("TMLR", 2024),
    "IEEE Transactions on Made-Up Systems, accepted": (
        "IEEE Transactions on Made-Up Systems",
        None,
    ),
    "To appear in Phys. Rev. B": ("Phys. Rev. B", None),
    "Phys. Rev. Lett., in press": ("Phys. Rev. Lett", None),
    "accepted for publication in Physics Letters A; 3 figures": ("Physics Letters A", None),
    "Accepted for publication in Made-Up Software, Testing, and Trust": (
        "Made-Up Software, Testing, and Trust",
        None,
    ),
    "Journal of Made-Up Results (2022)": ("Journal of Made-Up Results", 2022),
    "Matches the version published in JHEP": ("JHEP", None),
    "Accepted by TOIS; extends our paper at SIGIR 2021": ("TOIS", None),
    "Accepted by IJCV as an extension of our ICCV 2021 paper": ("IJCV", None),
    "Accepted 12 March 2020 by nobody. To be published in Applied Optics": (
        "Applied Optics",
        None,
    ),
}
WORKSHOPS = {
    "Accepted at the ICML 2024 Workshop on Made-Up Models": (
        "ICML 2024 Workshop on Made-Up Models",
        2024,
    ),
    "ICML 2024 Workshop on X": ("ICML 2024 Workshop on X", 2024),
    "NeurIPS 2022 workshop": ("NeurIPS 2022 workshop", 2022),
    "ICML 2024 workshop on small models": ("ICML 2024 workshop on small models", 2024),
    "Accepted to the Small Models workshop at NeurIPS 2023": (
        "Small Models workshop at NeurIPS 2023",
        2023,
    ),
    "Presented at the 2nd Workshop on Small Models (SMALL), co-located with ACL 2023": (
        "2nd Workshop on Small Models (SMALL)",
        2023,
    ),
    "GenIR@SIGIR 2023": ("GenIR@SIGIR 2023", 2023),
    "CVPRW 2023": ("CVPRW 2023", 2023),
    "Accepted at SMALL 2022, part of the ACL 2022": ("SMALL 2022", 2022),
}


@pytest.mark.parametrize(
    ("comment", "venue", "year", "kind"),
    [
        (comment, *found, kind)
        for kind, table in (
            ("conference", CONFERENCES),
            ("journal", JOURNALS),
            ("workshop", WORKSHOPS),
        )
        for comment, found in table.items()
    ],
)
def test_says_where_a_paper_was_accepted(
    comment: str, venue: str, year: int | None, kind: str
) -> None:
    """Each venue has its words, its year and its kind."""
    found = accepted_in(comment)

    assert found == Acceptance(venue, year, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "",
        "12 pages, 3 figures",
        "Submitted to NeurIPS 2023",
        "Submitted to ICML 2024. 12 pages",
        "NeurIPS 2023 submission",
        "ICLR 2024 (under review)",
        "Under review at ICLR 2024",
        "Under review. CVPR 2024",
        "In submission to KDD 2023",
        "To be submitted to TPAMI",
        "Resubmitted to Phys. Rev. D",
        "Rejected from ICML 2023",
        "Not accepted at ICML 2023",
        "In consideration for publication in Made-Up Letters",
        "Intended for publication in TPAMI",
        "If accepted, to appear in JHEP",
        "Extended version of our CVPR 2021 paper",
        "This is an extended version of the paper accepted at ICML 2022",
        "Full version of a paper that appears in CRYPTO 2021",
        "A short version of this paper appears in AAAI 2020",
        "A shortened version has been published in Nature",
        "Expanded version of the text to appear in Proceedings of IAUS 290",
        "An earlier version was presented at the NeurIPS 2021 Workshop on X",
        "Based on our ICLR 2022 paper",
        "The lemma was presented in previous paper at ICLR 2022",
        "Published as companion paper at ICLR 2022",
        "Supplementary material for our CVPR 2022 paper",
        "Code for NeurIPS 2023 paper",
        "1st place solution in the CVPR 2022 Ego4D challenge",
        "Technical report for the CVPR 2023 challenge",
        "CVPR 2023 challenge report",
        "Tutorial at KDD 2023",
        "Invited talk at ICML 2019",
        "Revised version according to JHEP requirements",
        "Uses the NeurIPS 2023 style",
        "NeurIPS 2023 template",
        "Accepted by IEEE",
        "Accepted for publication",
        "Accepted in March 2020",
        "Published in English",
        "Code will be published on GitHub",
        "Data published on Zenodo",
        "Figures appear in Appendix B",
        "Results appear in Table 2",
        "Published version",
        "to appear in the journal",
        "Accepted by the Editor",
        "Comment on a paper in Phys. Rev. Lett. 99, 1234",
        "We thank the reviewers of ICML 2023",
        "Withdrawn from ICLR 2023",
        "Reviewed at ICLR 2024",
        "arXiv 2023",
    ],
)
def test_says_nothing_of_what_nobody_has_accepted(comment: str | None) -> None:
    """Submissions, other versions and other works name venues that are not the paper's."""
    assert accepted_in(comment) is None


REFERENCES = {
    "Phys. Rev. B 75, 1999 (2007)": (2007, "journal"),
    "J.Made.Up.A40:13907-13930,2007": (2007, "journal"),
    "Mon.Not.Made.Up.Soc.378:1990-2001,2007; Erratum-ibid.381:1,2008": (2007, "journal"),
    "IEEE Trans. Made-Up, vol. 55, no. 3, pp. 1218--1234, March 2009": (2009, "journal"),
    "2020 IEEE International Conference on Made-Up Systems (MUS)": (2020, "conference"),
    "Proceedings of the MUS-95 Workshop on Small Models, Montreal, (1995), 50-59": (
        1995,
        "workshop",
    ),
    "Made-Up Letters": (None, "journal"),
}


@pytest.mark.parametrize("reference", REFERENCES)
def test_reads_year_and_kind_of_a_reference(reference: str) -> None:
    """Pages and volumes that look like years are none."""
    year, kind = REFERENCES[reference]

    assert published_in(reference) == Acceptance(reference, year, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("reference", [None, " ", "submitted to Phys. Rev. B", "Under review"])
def test_a_reference_to_what_is_not_published_is_none(reference: str | None) -> None:
    """Some authors write what they hope for."""
    assert published_in(reference) is None


@pytest.mark.parametrize("sign", ["accepted at A, ", "(", "Phys. ", "in the ", ", ", "NeurIPS "])
def test_long_comments_take_no_time(sign: str, growth: Callable[..., float]) -> None:
    """Reading is linear, whatever a stranger writes."""
    assert growth(lambda n: sign * n, accepted_in, small=30) < 24


def test_venues_of_labelled_comments_are_right(shared: Path) -> None:
    """The goals of `benchmarks/acceptance.py`."""
    texts = comments(shared / "data" / "arxiv")

    total = sum((tally for _, _, tally in tallies(texts)), Counter[str]())

    assert total["right"] >= 0.99 * (total["right"] + total["wrong"])
    assert total["right"] >= 0.9 * (total["right"] + total["wrong"] + total["missed"])


@pytest.mark.parametrize(
    "unit",
    ["Word, ", "Accepted in Phys. Rev. B. ", "accepted at ICML 2024 workshop, ", "(A ", "A. "],
)
def test_comments_take_linear_time(unit: str, growth: Callable[..., float]) -> None:
    """What stands before a venue is not read again for the next one."""
    assert growth(lambda length: (unit * length)[:length], accepted_in, small=250) < 24
