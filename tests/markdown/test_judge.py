"""Which lines are entries where the host of their link says nothing: their text and siblings do."""

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"
RESIDUAL = "Deep Residual Learning for Image Recognition"
ATTENTION = "Attention Is All You Need"
FACTORS = "Matrix Factorization Techniques for Recommender Systems"


def read(source: str) -> tuple[Entry, ...]:
    """Return the entries of a small list."""
    return parse(source, name="list").entries


CITED = {
    "one of four has a paper's host": (
        (
            "# Papers\n"
            f"- [{RESIDUAL}](https://kaiming.net/resnet), CVPR 2016\n"
            f"- [Neural Collaborative Filtering]({ARXIV}1708.05031), WWW 2017\n"
            f"- [{FACTORS}](https://datajobs.com/x), IEEE Computer 2009\n"
        ),
        [RESIDUAL, "Neural Collaborative Filtering", FACTORS],
    ),
    "none has a paper's host": (
        (
            f"- [{RESIDUAL}](https://kaiming.net/resnet), CVPR 2016\n"
            f"- [{ATTENTION}](https://vaswani.org/attention), NeurIPS 2017\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
    "one line alone": (
        f"- [{ATTENTION}](https://vaswani.org/attention), NeurIPS 2017\n",
        [ATTENTION],
    ),
    "paragraphs": (
        (
            f"[{RESIDUAL}](https://kaiming.net/resnet). CVPR 2016.\n\n"
            f"[{ATTENTION}](https://vaswani.org/attention). NeurIPS 2017.\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
    "paragraphs without any link": (
        f"# Papers\n\n{RESIDUAL}. CVPR 2016.\n\n{ATTENTION}. NeurIPS 2017.\n",
        [RESIDUAL, ATTENTION],
    ),
    "below categories": (
        (
            f"- Vision\n  - [{RESIDUAL}](https://kaiming.net/resnet), CVPR 2016\n"
            f"- Language\n  - [{ATTENTION}](https://vaswani.org/attention), NeurIPS 2017\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
    "venues that nobody knows, in each line": (
        (
            "# Folklore\n"
            "- [The Ballad of the Two Sisters in Norway](https://folk.no/a), Arv 1998\n"
            "- [On the Origin of Counting Rhymes](https://folk.no/b), Béaloideas 1971\n"
            "- [Tales of the Hidden People](https://folk.no/c), Fabula 1988\n"
        ),
        [
            "The Ballad of the Two Sisters in Norway",
            "On the Origin of Counting Rhymes",
            "Tales of the Hidden People",
        ],
    ),
    "authors and years": (
        (
            "# Theory\n"
            "- [How to Share a Cake Fairly](https://cake.org/a) - Ann Berg, Bob Lund, 2004\n"
            "- [Cutting Pizza among Three](https://pizza.org/b) - Eva Holm, Per Dahl, 2010\n"
            "- [Envy and Its Absence](https://envy.org/c) - Ann Berg, Eva Holm, 2012\n"
        ),
        ["How to Share a Cake Fairly", "Cutting Pizza among Three", "Envy and Its Absence"],
    ),
    "years in a section of papers": (
        (
            f"# Papers\n1. [{RESIDUAL}](https://kaiming.net/resnet) (2016)\n"
            "2. [深度残差学习用于图像识别](https://ncf.org/x) (2017)\n"
        ),
        [RESIDUAL, "深度残差学习用于图像识别"],
    ),
    "titles alone in a section of papers": (
        (
            f"# Papers\n- [{RESIDUAL}](https://kaiming.net/resnet)\n"
            f"- [{ATTENTION}](https://vaswani.org/attention)\n- [{FACTORS}](https://datajobs.com/x)\n"
        ),
        [RESIDUAL, ATTENTION, FACTORS],
    ),
    "the venue is the label of a link": (
        (
            "# Graphs\n- Walking Graphs Without Legs [[VLDB 2020](https://vldb.example/a)]\n"
            "- Running Graphs Without Shoes [[KDD 2021](https://kdd.example/b)]\n"
        ),
        ["Walking Graphs Without Legs", "Running Graphs Without Shoes"],
    ),
    "persons before a linked title": (
        (
            "# Papers\n"
            f"- Kaiming He, Xiangyu Zhang, J. Sun. [{RESIDUAL}](https://a.net/r). CVPR 2016.\n"
            f"- Ashish Vaswani et al. [{ATTENTION}](https://vaswani.org/attention). NeurIPS 2017.\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
    "labels that say little": (
        (
            "# Reading\n- [WWW 2017] Neural Collaborative Filtering [[Project]](https://ncf.org/p)\n"
            f"- [NeurIPS 2017] {ATTENTION} [[Link]](https://vaswani.org/attention)\n"
        ),
        ["Neural Collaborative Filtering", ATTENTION],
    ),
    "siblings without links": (
        (
            "# Graphs\n"
            f"- [A Comprehensive Survey on Graph Networks]({ARXIV}1901.00596), TNNLS 2020\n"
            "- [Deep Learning on Graphs: A Survey](https://zwzhang.me/dlg), TKDE 2020\n"
            "- Graph Neural Networks: A Review of Methods, AI Open 2020\n"
            "- **Mask R-CNN**, ICCV 2017\n"
        ),
        [
            "A Comprehensive Survey on Graph Networks",
            "Deep Learning on Graphs: A Survey",
            "Graph Neural Networks: A Review of Methods",
            "Mask R-CNN",
        ],
    ),
    "rows of a table of papers": (
        (
            f"# Papers\n| Paper | Code |\n|---|---|\n| {RESIDUAL} | |\n"
            f"| {ATTENTION} | [code](https://github.com/a/b) |\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
}


@pytest.mark.parametrize("form", CITED)
def test_titles_with_what_papers_have_are_entries_on_any_host(form: str) -> None:
    """A title with venue and year, with authors, or among such titles is an entry."""
    source, wanted = CITED[form]
    assert [entry.title for entry in read(source)] == wanted


@pytest.mark.parametrize(
    "source",
    [
        "# Events\n- [Workshop on Graph Learning](https://gl.org), NeurIPS 2019",
        "# More\n- [KDD Cup 2012 Track One](https://kddcup.org/1), KDD 2012",
        (
            "# Courses\n- [Learning for Visual Recognition](https://cs.edu/x), Stanford 2017\n"
            "- [Learning for Natural Language](https://cs.edu/y), Oxford 2017\n"
            "- [Learning for Speech and Sound](https://cs.edu/z), Cambridge 2017"
        ),
        "# News\n- [Our Paper Was Accepted At The Best Conference](https://our.org), CVPR 2020",
        (
            "# Tools\n- [Fast Array Library for Numerical Computing](https://fast.io), MIT 2019\n"
            "- [Slow Array Library for Numerical Computing](https://slow.io), BSD 2019\n"
            "- [Mean Array Library for Numerical Computing](https://mean.io), GPL 2019"
        ),
        (
            "# Films\n- [The Rise of the Thinking Machines](https://film.org/1), BBC 2015\n"
            "- [A Brave New World of Robots](https://film.org/2), PBS 2018\n"
            "- [Do You Trust This Computer Now](https://film.org/3), Netflix 2018"
        ),
        (
            "# Talks\n- D. Silver, **Deep Reinforcement Learning**, UAI 2015."
            " [video](https://www.youtube.com/watch?v=qLaDWKd61Ig)"
        ),
        "[Large-scale Reconstruction](https://ust.hk/sub). T. Shen, J. Wang. ACCV 2016 Tutorial.",
        "# Blogs\n- [A Gentle Introduction to Attention Models](https://other.org/y), March 2019",
        (
            "# Stuff\n- [The Best Place to Learn Rust Quickly](https://b.com) - Learn it.\n"
            "- [Many Good Things in One Place](https://c.com) (2019)"
        ),
    ],
)
def test_what_is_dated_as_papers_are_and_is_none_is_no_entry(source: str) -> None:
    """Events, courses, news, software, films and talks have a venue or a year, too."""
    assert read(source) == ()


ASIDES = {
    "links that a word leads to, below a paper": (
        (
            f"- [{RESIDUAL}]({ARXIV}1512.03385)\n"
            "  - He, Zhang, Ren, Sun\n"
            "  - Environments: [mpe](https://github.com/a/mpe), [gym](https://github.com/a/gym)\n"
            f"- [{ATTENTION}]({ARXIV}1706.03762)\n"
            "  - *Domain*: [wmt](https://github.com/a/wmt)\n"
        ),
        [RESIDUAL, ATTENTION],
    ),
    "questions among titles without links": (
        (
            "## Papers\n\n"
            "- How to schedule cores for high efficiency?\n"
            "- How can a system use the cores of one machine?\n"
            f"- 20-NSDI-[{RESIDUAL}]({ARXIV}1512.03385)\n"
            "- 16-NSDI-Deep Packet Paths in Small Machines\n"
            "- 17-NSDI-How Can Small Machines Learn?\n"
        ),
        [RESIDUAL, "Deep Packet Paths in Small Machines", "How Can Small Machines Learn?"],
    ),
    "a sentence that leads to its citations": (
        (
            f"- [{RESIDUAL}]({ARXIV}1512.03385)\n"
            "- Networks and games are among the popular topics, such as "
            f"[[He et al.]]({ARXIV}1706.03762) and [[Cao et al.]]({ARXIV}2002.06397).\n"
        ),
        [RESIDUAL],
    ),
    "a remark below": (
        (
            f"**[{RESIDUAL}]({ARXIV}1512.03385)**\n\n"
            f"However, we list no results of other data as in the [paper]({ARXIV}1706.03762).\n"
        ),
        [RESIDUAL],
    ),
}
ASIDES |= {
    "headings of sections without links": (
        (
            "## Reasoning in Large Language Models\n\n"
            f"### 2025\n\n- [{RESIDUAL}]({ARXIV}1512.03385)\n\n"
            "## Scaling Smaller Language Models to Reason\n\n"
            f"### 2024\n\n- [{ATTENTION}]({ARXIV}1706.03762)\n\n"
            "## Multimodal Reasoning in Language Models\n\n"
            "### 2023\n\n- [LXR](https://lxr.org/paper.pdf), EMNLP 2019\n"
        ),
        [RESIDUAL, ATTENTION, "LXR"],
    ),
    "headings that are titles, with a summary below": (
        (
            "## SLAM\n\n### Deep Residual Learning for Image Recognition\n\n"
            "A paper on depth that everybody cites, by many, and in many places at once.\n\n"
            f"### {FACTORS}\n\nOn rows and columns, and how they are found again.\n\n"
            "### Neural Collaborative Filtering of Many Items\n\nOn networks.\n"
        ),
        [RESIDUAL, FACTORS, "Neural Collaborative Filtering of Many Items"],
    ),
    "where something is to be had": (
        (
            f"**[{RESIDUAL}]({ARXIV}1512.03385)**\n\n"
            "Code released as a GUI (Windows and Linux) [here](https://figshare.com/s/cfc1070).\n"
        ),
        [RESIDUAL],
    ),
    "tags, and what is to be had at an address": (
        (
            f"**[{RESIDUAL}]({ARXIV}1512.03385)**\n\n"
            "`depth` `images`\n- `video` <https://youtube.com/watch?v=1> (He)\n\n"
            "We say how deep networks are made for images, and they are released at "
            "https://github.com/a/deep\n"
        ),
        [RESIDUAL],
    ),
    "sentences with a bare address, between titles with one": (
        (
            f"- {RESIDUAL}. Available at {ARXIV}1512.03385\n"
            f"- A. Lee and B. Ray. {ATTENTION}, 2017. [Online]. Available: {ARXIV}1706.03762\n"
            f"- Ray, B. {RESIDUAL} Networks (retrieved from {ARXIV}1512.03386)\n"
            f"- The data are described by {ARXIV}1512.03387\n"
            f"- For more details on the data, see {ARXIV}1512.03388\n"
            f"- Read more about the topic in {ARXIV}1512.03389\n"
        ),
        [RESIDUAL, ATTENTION, f"{RESIDUAL} Networks"],
    ),
    "conferences": (
        (
            "## Academic conferences & symposiums\n\n"
            "- [SIGMOD/PODS](https://sigmod2020.org)\n"
            "- [ACM Symposium on Principles (PODC)](https://www.podc.org)\n"
            "- [Parallel & Distributed Processing Symposium (IPDPS)](https://dl.acm.org/ipdps)\n"
            f"## Papers\n\n- [{ATTENTION}]({ARXIV}1706.03762)\n"
        ),
        [ATTENTION],
    ),
    "persons with an account": (
        (
            "- [Ann Lee](http://lee.org/blog) [@annlee](https://github.com/annlee)\n"
            f"- [{ATTENTION}]({ARXIV}1706.03762)\n"
        ),
        [ATTENTION],
    ),
    "a line that leads to several works": (
        (
            f"## Results\n\n> All scores of the works below come from other data:\n"
            f"> [BiNet (Wang et al., 2018)]({ARXIV}1512.03385), "
            f"[ReNet (Cao, 2019)]({ARXIV}2002.06397)\n\n"
            f"- [{ATTENTION}]({ARXIV}1706.03762)\n"
        ),
        [ATTENTION],
    ),
    "headings of tables": (
        (
            f"### {RESIDUAL}\n\n[paper]({ARXIV}1512.03385)\n\n"
            f"### {FACTORS}\n\n[paper]({ARXIV}2002.06397)\n\n"
            "### Types of Networks\n\n| Type | Wide |\n|---|---|\n| Use | few |\n\n"
            "### 2021 [[Back to Top](#networks)]\n\n"
            f"| Title | Link |\n|---|---|\n| {ATTENTION} | [pdf]({ARXIV}1706.03762) |\n"
        ),
        [RESIDUAL, FACTORS, ATTENTION],
    ),
}


@pytest.mark.parametrize("header", ["Comments", "Introduction", "Description", "Notes"])
def test_a_column_of_remarks_has_no_titles(header: str) -> None:
    """The name presents a row, however long what another cell says of it."""
    source = (
        f"| Name | Pub. | Link | {header} |\n|---|---|---|---|\n"
        f"| OtterSet | ECCV | [Paper]({ARXIV}1512.03385) | masks with descriptions of otters |\n"
        f"| RiverBase | AAAI | [Paper]({ARXIV}1706.03762) | pairs of images and instructions |\n"
    )
    assert [entry.title for entry in read(source)] == ["OtterSet", "RiverBase"]


@pytest.mark.parametrize("kind", ASIDES)
def test_what_is_said_beside_papers_is_no_entry(kind: str) -> None:
    """Prose, questions, and the tools that a paper was tried with present nothing."""
    source, wanted = ASIDES[kind]
    assert [entry.title for entry in read(source)] == wanted
