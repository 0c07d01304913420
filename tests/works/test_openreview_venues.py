"""What OpenReview's ids of venues say. The forms are OpenReview's, the papers nobody's."""

import pytest

from pipeline.works.acceptance import Acceptance
from pipeline.works.openreview_venues import accepted_at


@pytest.mark.parametrize(
    ("venue", "venueid", "accepted"),
    [
        ("ICLR 2024 poster", "ICLR.cc/2024/Conference", ("ICLR 2024", 2024, "conference")),
        ("NeurIPS 2023 oral", "NeurIPS.cc/2023/Conference", ("NeurIPS 2023", 2023, "conference")),
        (
            "NeurIPS 2023 Datasets and Benchmarks Poster",
            "NeurIPS.cc/2023/Track/Datasets_and_Benchmarks",
            ("NeurIPS 2023", 2023, "conference"),
        ),
        (None, "auai.org/UAI/2023/Conference", ("UAI 2023", 2023, "conference")),
        (None, "EMNLP/2023/Conference", ("EMNLP 2023", 2023, "conference")),
        ("Accepted by TMLR", "TMLR", ("TMLR", None, "journal")),
        (
            "SMALL 2024 Poster",
            "ICLR.cc/2024/Workshop/SMALL",
            ("ICLR 2024 Workshop SMALL", 2024, "workshop"),
        ),
        ("Submitted to ICLR 2024", "ICLR.cc/2024/Conference", None),
        ("ICLR 2024 Conference Submission", "ICLR.cc/2024/Conference/Submission", None),
        ("Submitted to ICLR 2024", "ICLR.cc/2024/Conference/Rejected_Submission", None),
        ("ICLR 2024", "ICLR.cc/2024/Conference/Withdrawn_Submission", None),
        ("ICLR 2024", "ICLR.cc/2024/Conference/Desk_Rejected_Submission", None),
        ("ICLR 2024", "ICLR.cc/2024/Workshop/SMALL/Rejected_Submission", None),
        ("Under review for TMLR", "TMLR/Under_Review", None),
        ("Rejected by TMLR", "TMLR/Rejected", None),
        (None, "TMLR/Decision_Pending", None),
        ("CoRR 2024", "dblp.org/journals/CORR/2024", None),
        ("NAACL 2025", "dblp.org/conf/NAACL/2025", None),
        (None, "aclweb.org/ACL/ARR/2023/October", None),
        (None, "OpenReview.net/Archive", None),
        (None, "ICLR.cc/2024", None),
        (None, "2024/Conference", None),
        ("ICLR 2024 poster", None, None),
        (None, "", None),
    ],
)
def test_only_an_accepted_paper_has_a_venue(
    venue: str | None, venueid: str | None, accepted: tuple[str, int, str] | None
) -> None:
    """Submissions, rejections and arXiv's mirror have ids of the same form."""
    assert accepted_at(venue, venueid) == (Acceptance(*accepted) if accepted else None)  # type: ignore[arg-type]
