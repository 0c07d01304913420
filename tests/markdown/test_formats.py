"""The forms of lists in the wild: one small list for each, and what must be read in it."""

from dataclasses import dataclass, field

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"
HUB = "https://github.com/"


@dataclass
class Want:
    """What an entry must say; a field that is left out is not looked at."""

    title: str
    links: list[str] = field(default_factory=list)
    """Role and the end of the URL, as `paper:1706.03762`."""
    venue: str | None = "?"
    year: int | None = 0
    name: str | None = "?"
    authors: str | None = "?"


ATTENTION = Want("Attention Is All You Need", ["paper:1706.03762"])

FORMS: dict[str, tuple[str, list[Want]]] = {
    "linked title, venue after": (
        f"- [Attention Is All You Need]({ARXIV}1706.03762) - Vaswani et al., **NIPS 2017**",
        [Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS 2017", 2017)],
    ),
    "date tag, bold linked title, italic authors": (
        (
            f"- [2017/06] **[Attention Is All You Need]({ARXIV}1706.03762)** *Ashish Vaswani, Noam"
            f" Shazeer.* NIPS 2017. [[code]({HUB}tensorflow/tensor2tensor)]"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762", "code:tensor2tensor"],
                "NIPS 2017",
                2017,
                None,
                "Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "numbered, bold, full stops between": (
        (
            "1. **Deep Residual Learning for Image Recognition**. *Kaiming He, Xiangyu Zhang*."
            " CVPR"
            f" 2016. [[PDF]]({ARXIV}1512.03385) [[Code]]({HUB}KaimingHe/deep-residual-networks)"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385", "code:deep-residual-networks"],
                "CVPR 2016",
                2016,
                None,
                "Kaiming He, Xiangyu Zhang",
            )
        ],
    ),
    "bold venue tag in parentheses first": (
        (
            f"- **(CVPR 2016)** Deep Residual Learning for Image Recognition [paper]({ARXIV}"
            "1512.03385)"
            f" | [code]({HUB}KaimingHe/deep-residual-networks)"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385", "code:deep-residual-networks"],
                "CVPR 2016",
                2016,
            )
        ],
    ),
    "code span venue tag first": (
        (
            f"- **`CVPR 2016`** Deep Residual Learning for Image Recognition [[Paper]({ARXIV}"
            "1512.03385)]"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385"],
                "CVPR 2016",
                2016,
            )
        ],
    ),
    "bracketed venue tag first": (
        f"- [CVPR 2016] Deep Residual Learning for Image Recognition [[paper]]({ARXIV}1512.03385)",
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385"],
                "CVPR 2016",
                2016,
                None,
            )
        ],
    ),
    "Chinese brackets": (
        (
            f"- 【CVPR 2016】Deep Residual Learning for Image Recognition. [[论文]({ARXIV}"
            "1512.03385)]"
            f" [[代码]({HUB}KaimingHe/deep-residual-networks)]"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385", "code:deep-residual-networks"],
                "CVPR 2016",
                2016,
            )
        ],
    ),
    "year-venue-title with dashes": (
        (
            "- 1990-NIPS-[Optimal Brain"
            " Damage](http://papers.nips.cc/paper/250-optimal-brain-damage)\n"
            f"- 2017-ICLR-[Pruning Filters for Efficient ConvNets]({ARXIV}1608.08710)"
            f" [[PyTorch Reimpl]({HUB}Eric-mingjie/rethinking-network-pruning)]"
        ),
        [
            Want("Optimal Brain Damage", ["paper:250-optimal-brain-damage"], "NIPS", 1990),
            Want(
                "Pruning Filters for Efficient ConvNets",
                ["paper:1608.08710", "code:rethinking-network-pruning"],
                "ICLR",
                2017,
            ),
        ],
    ),
    "name, quoted title, venue, year": (
        (
            '* **ViT**: "An Image is Worth 16x16 Words: Transformers for Image Recognition at'
            ' Scale",'
            f" ICLR, 2021 (*Google*). [[Paper]({ARXIV}2010.11929)][[Tensorflow]"
            f"({HUB}google-research/vision_transformer)]"
        ),
        [
            Want(
                "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
                ["paper:2010.11929", "code:vision_transformer"],
                "ICLR",
                2021,
                "ViT",
            )
        ],
    ),
    "authors before the linked title": (
        (
            f"- Vaswani et al. [Attention Is All You Need]({ARXIV}1706.03762). NIPS, 2017.\n"
            "- Kaiming He, Xiangyu Zhang, Shaoqing Ren. [Deep Residual Learning for Image"
            " Recognition]"
            f"({ARXIV}1512.03385). CVPR 2016."
        ),
        [
            Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS, 2017", 2017),
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385"],
                "CVPR 2016",
                2016,
                None,
                "Kaiming He, Xiangyu Zhang, Shaoqing Ren",
            ),
        ],
    ),
    "authors and year, then the linked title": (
        (
            f"- He et al. (2016) [Deep Residual Learning for Image Recognition]({ARXIV}1512.03385)"
            " *CVPR*"
        ),
        [Want("Deep Residual Learning for Image Recognition", ["paper:1512.03385"], "CVPR", 2016)],
    ),
    "APA": (
        (
            "- Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. *Neural"
            " Computation*,"
            " 9(8), 1735-1780. [[pdf](https://www.bioinf.jku.at/publications/older/2604.pdf)]"
        ),
        [Want("Long short-term memory", ["paper:2604.pdf"], "Neural Computation", 1997)],
    ),
    "bold title, authors in the next paragraph": (
        (
            f"1. **Semi-Supervised Classification with Graph Convolutional Networks.** ICLR 2017."
            f" [paper]({ARXIV}1609.02907)\n\n    *Thomas N. Kipf, Max Welling.*\n\n"
            f"1. **Graph Attention Networks.** ICLR 2018. [paper]({ARXIV}1710.10903)\n\n"
            "    *Petar Velickovic, Guillem Cucurull.*\n"
        ),
        [
            Want(
                "Semi-Supervised Classification with Graph Convolutional Networks",
                ["paper:1609.02907"],
                "ICLR 2017",
                2017,
                None,
                "Thomas N. Kipf, Max Welling",
            ),
            Want("Graph Attention Networks", ["paper:1710.10903"], "ICLR 2018", 2018),
        ],
    ),
    "year in parentheses, author after": (
        (
            "- **Deep residual learning for image recognition** (2016), K. He et al."
            f" [[pdf]]({ARXIV}1512.03385)"
        ),
        [
            Want(
                "Deep residual learning for image recognition",
                ["paper:1512.03385"],
                None,
                2016,
                None,
                "K. He et al",
            )
        ],
    ),
    "bold paragraph with a list of labelled bare links": (
        (
            "# CVPR 2016\n\n**Deep Residual Learning for Image Recognition**\n\n"
            f"- Paper: {ARXIV}1512.03385\n- Code: {HUB}KaimingHe/deep-residual-networks\n\n"
            f"**You Only Look Once: Unified, Real-Time Object Detection**\n\n- Homepage:"
            f" https://pjreddie.com/darknet/yolo/\n- 论文: {ARXIV}1506.02640\n"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385", "code:deep-residual-networks"],
            ),
            Want(
                "You Only Look Once: Unified, Real-Time Object Detection",
                ["project:yolo/", "paper:1506.02640"],
            ),
        ],
    ),
    "nested labelled links": (
        (
            "- Deep Residual Learning for Image Recognition\n"
            f"  - Paper: {ARXIV}1512.03385\n  - Code: <{HUB}KaimingHe/deep-residual-networks>\n"
            "  - Authors: Kaiming He, Xiangyu Zhang\n  - Venue: CVPR 2016\n"
        ),
        [
            Want(
                "Deep Residual Learning for Image Recognition",
                ["paper:1512.03385", "code:deep-residual-networks"],
                "CVPR 2016",
                2016,
                None,
                "Kaiming He, Xiangyu Zhang",
            )
        ],
    ),
    "table with star badge, line breaks, authors in the title cell": (
        (
            "|Title & Authors|Introduction|Links|\n|:--|:--:|:--|\n"
            "|[![Star](https://img.shields.io/github/stars/IST-DASLab/gptq.svg?style=social)]"
            f"({HUB}IST-DASLab/gptq)"
            " [![Publish](https://img.shields.io/badge/Conference-ICLR'23-blue)]()"
            f"<br>[GPTQ: Accurate Post-Training Quantization for Generative Transformers]({ARXIV}"
            "2210.17323)"
            " <br> Elias Frantar, Saleh Ashkboos, Torsten Hoefler |<img src='x.png'>|"
            f"[Github]({HUB}IST-DASLab/gptq) <br> [Paper]({ARXIV}2210.17323)|\n"
        ),
        [
            Want(
                "GPTQ: Accurate Post-Training Quantization for Generative Transformers",
                ["code:gptq", "paper:2210.17323"],
                authors="Elias Frantar, Saleh Ashkboos, Torsten Hoefler",
            )
        ],
    ),
    "table with linked bold titles and other columns": (
        (
            "| Title | Venue | Date | Code | Demo |\n|---|---|---|---|---|\n"
            "| ![Star](https://img.shields.io/github/stars/haotian-liu/LLaVA.svg?style=social) <br>"
            f" [**Visual Instruction Tuning**]({ARXIV}2304.08485) <br> | NeurIPS | 2023-04-17 |"
            f" [GitHub]({HUB}haotian-liu/LLaVA) | [Demo](https://llava.hliu.cc/) |\n"
        ),
        [
            Want(
                "Visual Instruction Tuning",
                ["paper:2304.08485", "code:LLaVA", "project:hliu.cc/"],
                "NeurIPS",
                2023,
            )
        ],
    ),
    "table with type and oral marks": (
        (
            "| Title | Venue | Type | Code |\n|:--|:--:|:--:|:--:|\n"
            f"| [Learning both Weights and Connections for Efficient Neural Networks]({ARXIV}"
            "1506.02626)"
            f" | NIPS **(Oral)** | `W` | [PyTorch(Author)]({HUB}"
            "jack-willturner/DeepCompression-PyTorch) |"
        ),
        [
            Want(
                "Learning both Weights and Connections for Efficient Neural Networks",
                ["paper:1506.02626", "code:DeepCompression-PyTorch"],
                "NIPS (Oral)",
                None,
            )
        ],
    ),
    "table without known headers": (
        (
            "| 序号 | 내용 | x |\n|--|--|--|\n"
            f"| 1 | [Attention Is All You Need]({ARXIV}1706.03762) | [code]({HUB}a/b) |"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"])],
    ),
    "Chinese table": (
        (
            "| 论文标题 | 会议 | 年份 | 论文链接 | 代码 |\n|--|--|--|--|--|\n"
            f"| Attention Is All You Need | NIPS | 2017 | [链接]({ARXIV}1706.03762) |"
            f" [链接]({HUB}a/b) |"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"], "NIPS", 2017)],
    ),
    "HTML table": (
        (
            "<table>\n<tr><th>Title</th><th>Venue</th><th>Links</th></tr>\n<tr>\n"
            "<td><b>Attention Is All You Need</b></td>\n<td>NIPS 2017</td>\n"
            f'<td><a href="{ARXIV}1706.03762">Paper</a> <a href=\'{HUB}'
            "a/b'>Code</a></td>\n</tr>\n</table>\n"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"], "NIPS 2017", 2017)],
    ),
    "HTML list": (
        (
            f'<ul>\n<li><a href="{ARXIV}1706.03762">Attention Is All You Need</a> (NIPS'
            " 2017)</li>\n"
            f'<li><b>Graph Attention Networks</b> [<a href="{ARXIV}'
            '1710.10903">paper</a>]</li>\n</ul>\n'
        ),
        [
            Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS 2017", 2017),
            Want("Graph Attention Networks", ["paper:1710.10903"]),
        ],
    ),
    "Markdown right after an HTML line": (
        (
            f'<div id="x"></div>\n- [Attention Is All You Need]({ARXIV}1706.03762)\n'
            f"- [Graph Attention Networks]({ARXIV}1710.10903)\n"
        ),
        [ATTENTION, Want("Graph Attention Networks", ["paper:1710.10903"])],
    ),
    "badges after a plain title": (
        (
            "- Attention Is All You Need"
            " [![arXiv](https://img.shields.io/badge/arXiv-1706.03762-b31b1b)]"
            f"({ARXIV}1706.03762) [![GitHub](https://img.shields.io/github/stars/a/b)]({HUB}a/b)"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"])],
    ),
    "label link first": (
        (
            f"- [[1706.03762]]({ARXIV}1706.03762) Attention Is All You Need\n"
            f"- [[Paper]({ARXIV}1710.10903)] [[Code]({HUB}PetarV-/GAT)] Graph Attention Networks."
            " *Petar Velickovic, Guillem Cucurull*. ICLR 2018"
        ),
        [
            ATTENTION,
            Want(
                "Graph Attention Networks",
                ["paper:1710.10903", "code:GAT"],
                "ICLR 2018",
                2018,
            ),
        ],
    ),
    "title, then bare URL": (
        (
            f"- Attention Is All You Need: {ARXIV}1706.03762\n"
            f"- Graph Attention Networks. {ARXIV}1710.10903, {HUB}PetarV-/GAT"
        ),
        [ATTENTION, Want("Graph Attention Networks", ["paper:1710.10903", "code:GAT"])],
    ),
    "several papers on one line": (
        (
            f"- [Attention Is All You Need]({ARXIV}1706.03762), [Deep Residual Learning for Image"
            f" Recognition]({ARXIV}1512.03385) and [Adam: A Method for Stochastic Optimization]"
            f"({ARXIV}1412.6980)"
        ),
        [
            ATTENTION,
            Want("Deep Residual Learning for Image Recognition", ["paper:1512.03385"]),
            Want("Adam: A Method for Stochastic Optimization", ["paper:1412.6980"]),
        ],
    ),
    "reference links": (
        (
            "- [Attention Is All You Need][1] ([code][t2t])\n\n"
            f"[1]: {ARXIV}1706.03762\n[t2t]: {HUB}tensorflow/tensor2tensor\n"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:tensor2tensor"])],
    ),
    "italic title": (
        (
            f"- *Attention Is All You Need*, Ashish Vaswani, Noam Shazeer, 2017. [[pdf]({ARXIV}"
            "1706.03762)]"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762"], None, 2017)],
    ),
    "check box and emoji": (
        f"- [x] :fire: ⭐ [Attention Is All You Need]({ARXIV}1706.03762) 🔥",
        [ATTENTION],
    ),
    "full-width parentheses": (
        f"- [Attention Is All You Need]({ARXIV}1706.03762)（NIPS 2017）",
        [Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS 2017", 2017)],
    ),
    "line breaks in a paragraph": (
        (
            f"**[Attention Is All You Need]({ARXIV}1706.03762)** <br>\nAshish Vaswani, Noam"
            " Shazeer <br>\n"
            f"NIPS 2017. [[Code]({HUB}a/b)]\n\n**Graph Attention Networks**  \n*Petar"
            " Velickovic, Yoshua"
            f" Bengio*  \nICLR 2018. [[Paper]({ARXIV}1710.10903)]\n"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762", "code:a/b"],
                "NIPS 2017",
                2017,
                None,
                "Ashish Vaswani, Noam Shazeer",
            ),
            Want("Graph Attention Networks", ["paper:1710.10903"], "ICLR 2018", 2018),
        ],
    ),
    "paragraph lines that are entries": (
        (
            f"[1] Attention Is All You Need. [[paper]({ARXIV}1706.03762)]\n"
            f"[2] Graph Attention Networks. [[paper]({ARXIV}1710.10903)]\n"
        ),
        [ATTENTION, Want("Graph Attention Networks", ["paper:1710.10903"])],
    ),
    "categories as bullets": (
        (
            f"- Transformers\n  - [Attention Is All You Need]({ARXIV}1706.03762)\n- Graphs\n"
            f"  - Graph Attention Networks [[paper]({ARXIV}1710.10903)]\n"
        ),
        [ATTENTION, Want("Graph Attention Networks", ["paper:1710.10903"])],
    ),
    "links glued, slashes between": (
        f"- Attention Is All You Need ([paper]({ARXIV}1706.03762)/[code]({HUB}a/b))",
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"])],
    ),
    "venue linked to the paper": (
        f"- Attention Is All You Need [[NIPS 2017]({ARXIV}1706.03762)] [[Code]({HUB}a/b)]",
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"], "NIPS 2017", 2017)],
    ),
    "id only in the text": (
        (
            "- Attention Is All You Need. arXiv:1706.03762\n- Graph Attention Networks."
            " arXiv:1710.10903"
        ),
        [Want("Attention Is All You Need"), Want("Graph Attention Networks")],
    ),
    "broken link syntax": (
        (
            f"- Attention Is All You Need [[Paper({ARXIV}1706.03762)]\n"
            f"- Graph Attention Networks [paper] ({ARXIV}1710.10903)\n"
            f"- Deep Residual Learning [[pdf]]({ARXIV}1512.03385\n"
            f"- Layer Normalization Revisited Again (paper)[{ARXIV}1607.06450]"
        ),
        [
            ATTENTION,
            Want("Graph Attention Networks", ["paper:1710.10903"]),
            Want("Deep Residual Learning", ["paper:1512.03385"]),
            Want("Layer Normalization Revisited Again", ["paper:1607.06450"]),
        ],
    ),
    "authors by": (
        f"1. [Attention Is All You Need]({ARXIV}1706.03762), by Ashish Vaswani and Noam Shazeer",
        [Want("Attention Is All You Need", ["paper:1706.03762"], None, None)],
    ),
    "underlined venue": (
        f"- Attention Is All You Need, <ins>NIPS 2017</ins> [[Paper]]({ARXIV}1706.03762)",
        [Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS 2017", 2017)],
    ),
    "papers of the week": (
        (
            "| **Paper** | **Links** |\n|---|---|\n"
            "| 1) **Attention Is All You Need** - proposes a network that rests on attention"
            " alone and"
            f" needs no recurrence. | [Paper]({ARXIV}1706.03762),"
            " [Tweet](https://twitter.com/x/status/1) |"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "other:status/1"])],
    ),
    "heading as entry": (
        (
            f"## Papers\n\n### [Attention Is All You Need]({ARXIV}1706.03762)\n\nA classic.\n\n"
            f"### [Deep Residual Learning for Image Recognition]({ARXIV}1512.03385)\n"
        ),
        [
            ATTENTION,
            Want("Deep Residual Learning for Image Recognition", ["paper:1512.03385"]),
        ],
    ),
    "date bold first": (
        f"* **2017.06.12** Attention Is All You Need [[paper]({ARXIV}1706.03762)]",
        [Want("Attention Is All You Need", ["paper:1706.03762"], None, 2017)],
    ),
    "dash and organisation": (
        f"- [Attention Is All You Need]({ARXIV}1706.03762) – Google (Jun 2017)",
        [Want("Attention Is All You Need", ["paper:1706.03762"], None, 2017)],
    ),
    "nested lines with emoji and labels": (
        (
            f"- [Attention Is All You Need]({ARXIV}1706.03762)\n"
            "    - Ashish Vaswani, Noam Shazeer, Niki Parmar\n    - 🏛️ Institutions: Google\n"
            "    - 📅 Date: June 12, 2017\n    - 📑 Publisher: NIPS 2017\n    - 🔑 Key: [model]\n"
            "    - 📖 TLDR: In 2016 nobody thought of it. CVPR 2015 neither.\n"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762"],
                "NIPS 2017",
                2017,
                None,
                "Ashish Vaswani, Noam Shazeer, Niki Parmar",
            )
        ],
    ),
    "plain name, quoted title, note below": (
        (
            f'* ECO: "ECO: Efficient Convolution Operators for Tracking" CVPR. [[Paper]]({ARXIV}'
            "1611.09224)"
            "  \n  特征降维。\n"
            f'* "ATOM: Accurate Tracking by Overlap Maximization" CVPR. [[Paper]]({ARXIV}'
            "1811.07628)\n"
        ),
        [
            Want(
                "ECO: Efficient Convolution Operators for Tracking",
                ["paper:1611.09224"],
                "CVPR",
                None,
                "ECO",
            ),
            Want(
                "ATOM: Accurate Tracking by Overlap Maximization",
                ["paper:1811.07628"],
                "CVPR",
                None,
            ),
        ],
    ),
    "venue as the label of the first link": (
        (
            f"- [[ICLR2018]({ARXIV}1710.10903)] Graph Attention Networks [[github]({HUB}"
            "PetarV-/GAT)]\n"
            f"- [[Arxiv]({ARXIV}1706.03762)] Attention Is All You Need\n"
        ),
        [
            Want(
                "Graph Attention Networks", ["paper:1710.10903", "code:GAT"], "ICLR2018", 2018, None
            ),
            ATTENTION,
        ],
    ),
    "no links, venue and year in parentheses": (
        (
            "* ***SageDB: A Learned Database System (CIDR 2019)***\n"
            "* Self-Driving Database Management Systems (CIDR 2017)\n"
            "* The Case for Learned Index Structures (SIGMOD 2018)\n"
            "* Stable Learned Bloom Filters for Data Streams （VLDB 2020）\n"
            "* A Lazy Approach for Efficient Index Learning (2021)\n"
        ),
        [
            Want("SageDB: A Learned Database System", [], "CIDR 2019", 2019),
            Want("Self-Driving Database Management Systems", [], "CIDR 2017", 2017),
            Want("The Case for Learned Index Structures", [], "SIGMOD 2018", 2018),
            Want("Stable Learned Bloom Filters for Data Streams", [], "VLDB 2020", 2020),
            Want("A Lazy Approach for Efficient Index Learning", [], None, 2021),
        ],
    ),
    "angle brackets and by": (
        (
            f"* <[Imitation Learning Overview]({ARXIV}1801.06503)> by Alexandre Attia, Sharone"
            " Dayan, 2018.\n"
            f"* [GAN] <[Generative Adversarial Nets\n]({ARXIV}1406.2661)> by Ian Goodfellow,"
            " Yoshua Bengio."
            " NIPS, 2014.\n"
        ),
        [
            Want(
                "Imitation Learning Overview",
                ["paper:1801.06503"],
                None,
                2018,
                None,
                "Alexandre Attia, Sharone Dayan",
            ),
            Want("Generative Adversarial Nets", ["paper:1406.2661"], "NIPS, 2014", 2014, "GAN"),
        ],
    ),
    "authors with affiliation and venue in one italic run": (
        (
            "- [2020/02] **How Much Knowledge Can You Pack Into the Parameters of a Language"
            " Model?**"
            f" *Adam Roberts(Google) et al. arXiv.*[[paper]({ARXIV}2002.08910)]\n"
            "- [2019/04] **A Structural Probe for Finding Syntax in Word Representations.**"
            " *John Hewitt"
            " et al. ACL.*[[paper](https://aclanthology.org/N19-1419/)]\n"
        ),
        [
            Want(
                "How Much Knowledge Can You Pack Into the Parameters of a Language Model?",
                ["paper:2002.08910"],
                "arXiv",
                2020,
            ),
            Want(
                "A Structural Probe for Finding Syntax in Word Representations",
                ["paper:N19-1419/"],
                "ACL",
                2019,
                None,
                "John Hewitt et al.",
            ),
        ],
    ),
    "year in parentheses first, plain label": (
        f"- (2017) Attention Is All You Need, NIPS [link]({ARXIV}1706.03762)",
        [Want("Attention Is All You Need", ["paper:1706.03762"], "NIPS", 2017)],
    ),
    "description after a linked title": (
        f"- [Graph Attention Networks]({ARXIV}1710.10903): we attend to neighbours in graphs.",
        [Want("Graph Attention Networks", ["paper:1710.10903"], None, None, None)],
    ),
    "deep list with summary lines": (
        (
            f"- **Attention Is All You Need** [[paper]({ARXIV}1706.03762)]\n"
            "  - Key idea: attention replaces recurrence, see [this post](https://medium.com/p/1)\n"
            "  - Results: 28.4 BLEU\n"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762"])],
    ),
    "code alone, in a section of papers": (
        f"## Papers\n- Attention Everywhere [code]({HUB}a/attention)",
        [Want("Attention Everywhere", ["code:a/attention"])],
    ),
    "code alone, as a label in brackets": (
        f"## Methods\n- Deep Residual Learning for Image Recognition [[code]({HUB}a/resnet)]",
        [Want("Deep Residual Learning for Image Recognition", ["code:a/resnet"])],
    ),
    "code alone, in a table with titles": (
        f"| 题目 | Code |\n|--|--|\n| Attention Is All You Need | [link]({HUB}a/attention) |",
        [Want("Attention Is All You Need", ["code:a/attention"])],
    ),
    "venue and pipe first": (
        f"- KDD 2019 | Multi-Interest Network with Routing | Alibaba [论文]({ARXIV}1904.08030)",
        [Want("Multi-Interest Network with Routing", ["paper:1904.08030"], "KDD 2019", 2019)],
    ),
    "venue and pipes around the title": (
        f"- ICML 2023 | Consistency Models | [paper]({ARXIV}2303.01469)",
        [Want("Consistency Models", ["paper:2303.01469"], "ICML 2023", 2023)],
    ),
    "venue and dash first": (
        f"- 2016-ECCV - Identity Mappings in Deep Networks [[arXiv]({ARXIV}1603.05027)]",
        [Want("Identity Mappings in Deep Networks", ["paper:1603.05027"], "ECCV", 2016)],
    ),
    "title and authors in one cell": (
        (
            "|#|Title & Authors|Introduction|\n|--|--|--|\n"
            f"|1|[Attention Is All You Need]({ARXIV}1706.03762) <br> Ashish Vaswani, Noam Shazeer|"
            "x|"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762"],
                authors="Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "title without link above its authors in one cell": (
        (
            "|Title & Authors|Paper|\n|--|--|\n"
            f"|Attention Is All You Need<br>Ashish Vaswani, Noam Shazeer|[pdf]({ARXIV}1706.03762)|"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762"],
                authors="Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "Chinese title without link": (
        "| 论文 | 会议 |\n|--|--|\n| 多行为推荐综述 | SIGIR 2023 |",
        [Want("多行为推荐综述", venue="SIGIR 2023", year=2023)],
    ),
    "first entry where the head of the table should be": (
        (
            f"| [Attention Is All You Need]({ARXIV}1706.03762) | NeurIPS 2017 |\n|--|--|\n"
            f"| [Deep Residual Learning for Images]({ARXIV}1512.03385) | CVPR 2016 |"
        ),
        [
            Want("Attention Is All You Need", ["paper:1706.03762"], "NeurIPS 2017", 2017),
            Want("Deep Residual Learning for Images", ["paper:1512.03385"], "CVPR 2016", 2016),
        ],
    ),
    **{
        f"two linked titles with {sign!r} between": (
            (
                f"- [Prioritized Experience Replay]({ARXIV}1511.05952){sign}"
                f"[Rainbow: Combining Improvements]({ARXIV}1710.02298)"
            ),
            [
                Want("Prioritized Experience Replay", ["paper:1511.05952"]),
                Want("Rainbow: Combining Improvements", ["paper:1710.02298"]),
            ],
        )
        for sign in ("; ", " / ", " and ", ", ")
    },
    "two titles with labels in one line": (
        (
            f"- Prioritized Experience Replay [[pdf]({ARXIV}1511.05952)], Rainbow: Combining"
            f" Improvements [[pdf]({ARXIV}1710.02298)]"
        ),
        [
            Want("Prioritized Experience Replay", ["paper:1511.05952"]),
            Want("Rainbow: Combining Improvements", ["paper:1710.02298"]),
        ],
    ),
    "two lines of one paragraph, dates and bold titles": (
        (
            f"[2019-12] **Attention Is All You Need** [[PDF]({ARXIV}1706.03762)]\n"
            f"[2020-10] **Deep Residual Learning for Images** [[PDF]({ARXIV}1512.03385)]"
        ),
        [
            Want("Attention Is All You Need", ["paper:1706.03762"], year=2019),
            Want("Deep Residual Learning for Images", ["paper:1512.03385"], year=2020),
        ],
    ),
    **{
        f"items with {first!r} and {then!r} without a blank": (
            (
                f"{first}[Attention Is All You Need]({ARXIV}1706.0376six)\n"
                f"{then}{begin}Deep Residual Learning for Images{end}({ARXIV}1512.03385)"
            ),
            [
                Want("Attention Is All You Need", ["paper:1706.0376six"]),
                Want("Deep Residual Learning for Images", ["paper:1512.03385"]),
            ],
        )
        for first, then in (("- ", "-"), ("-", "-"), ("* ", "*"), ("+", "+"), ("1. ", "2."))
        for begin, end in (("[", "]"), ("**", "** [pdf]"), ("", " [paper]"))
        if (then, begin) != ("*", "")  # a star and a letter begin italics
    },
    "code below an item without a blank": (
        (
            f"- [Attention Is All You Need]({ARXIV}1706.03762)\n"
            f"  -[Official PyTorch Implementation](https://github.com/a/b)"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762", "code:a/b"])],
    ),
    "two lines of one item, bold titles": (
        (
            f"- **Attention Is All You Need** [[PDF]({ARXIV}1706.03762)]\n"
            f"  **Deep Residual Learning for Images** [[PDF]({ARXIV}1512.03385)]"
        ),
        [
            Want("Attention Is All You Need", ["paper:1706.03762"]),
            Want("Deep Residual Learning for Images", ["paper:1512.03385"]),
        ],
    ),
    "paragraph, linked venue first": (
        (
            f"[[NeurIPS 2020]({ARXIV}2006.11239)] Denoising Diffusion Probabilistic Models<br>\n"
            f"[[ICLR 2021]({ARXIV}2010.02502)] Denoising Diffusion Implicit Models<br>"
        ),
        [
            Want(
                "Denoising Diffusion Probabilistic Models",
                ["paper:2006.11239"],
                "NeurIPS 2020",
                2020,
            ),
            Want("Denoising Diffusion Implicit Models", ["paper:2010.02502"], "ICLR 2021", 2021),
        ],
    ),
    "paragraph in bold type, linked venue first": (
        f"**[[CVPR 2022]({ARXIV}2112.10752)] Image Synthesis with Diffusion** [[code]({HUB}a/b)]",
        [
            Want(
                "Image Synthesis with Diffusion",
                ["paper:2112.10752", "code:a/b"],
                "CVPR 2022",
                2022,
            )
        ],
    ),
    "paragraph with full stops, title before authors": (
        (
            f"Policy Optimization Algorithms. J. Schulman, F. Wolski. arXiv 2017. [paper]({ARXIV}"
            "1707.06347)"
        ),
        [
            Want(
                "Policy Optimization Algorithms",
                ["paper:1707.06347"],
                "arXiv 2017",
                2017,
                authors="J. Schulman, F. Wolski",
            )
        ],
    ),
    "summary with links in the body": (
        (
            "<details><summary>Attention Is All You Need</summary>\n\n"
            "**Authors**: Ashish Vaswani, Noam Shazeer\n\n"
            f'<p>[<a href="{ARXIV}1706.03762">Paper</a>]</p>\n</details>\n'
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762"],
                authors="Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "definition list": (
        (
            "<dl>\n<dt>Attention Is All You Need</dt>\n"
            f'<dd><a href="{ARXIV}1706.03762">paper</a></dd>\n</dl>\n'
        ),
        [ATTENTION],
    ),
    "linked heading, authors and links below": (
        (
            f"### [Attention Is All You Need]({ARXIV}1706.03762)\n\n"
            f"**Ashish Vaswani, Noam Shazeer**\n\n[Code]({HUB}a/b)\n"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762", "code:a/b"],
                authors="Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "numbered heading, authors and link below": (
        f"#### 1. Attention Is All You Need\nAshish Vaswani et al. [[arXiv]({ARXIV}1706.03762)]\n",
        [Want("Attention Is All You Need", ["paper:1706.03762"], authors="Ashish Vaswani et al")],
    ),
    "no links, in a section of papers": (
        "## Papers\n- Attention Is All You Need, NeurIPS 2017.\n- Deep Residual Learning, 2016\n",
        [
            Want("Attention Is All You Need", [], "NeurIPS 2017", 2017),
            Want("Deep Residual Learning", [], None, 2016),
        ],
    ),
    "Chinese authors after the title": (
        (
            f"- 《Attention Is All You Need》，作者：Ashish Vaswani, Noam Shazeer."
            f" [[论文]({ARXIV}1706.03762)]"
        ),
        [
            Want(
                "Attention Is All You Need",
                ["paper:1706.03762"],
                authors="Ashish Vaswani, Noam Shazeer",
            )
        ],
    ),
    "one author and others after a comma": (
        f"- Attention Is All You Need, Vaswani et al. <{ARXIV}1706.03762>",
        [Want("Attention Is All You Need", ["paper:1706.03762"], authors="Vaswani et al")],
    ),
    "identifier first": (
        f"- arXiv:1706.03762 Attention Is All You Need [[pdf]({ARXIV}1706.03762)]",
        [ATTENTION],
    ),
    "Chinese standard of references": (
        (
            "- Touvron H, Cord M, et al. Training data-efficient transformers[C]//International"
            f" conference on machine learning. PMLR, 2021: 1-9. [paper]({ARXIV}2012.12877)"
        ),
        [
            Want(
                "Training data-efficient transformers",
                ["paper:2012.12877"],
                "International conference on machine learning",
                2021,
                authors="Touvron H, Cord M, et al",
            )
        ],
    ),
    "badge that names the venue": (
        (
            f"- Attention Is All You Need [[Paper]({ARXIV}1706.03762)]"
            " [![p](https://img.shields.io/badge/Conference-NeurIPS'17-blue)]()"
        ),
        [Want("Attention Is All You Need", ["paper:1706.03762"], "NeurIPS'17", 2017)],
    ),
    "an appeal for stars is no entry": (
        f"- [Attention Is All You Need]({ARXIV}1706.03762)\n- 觉得有用请点 [Star]({HUB}a/b)",
        [ATTENTION],
    ),
}


def read(source: str) -> tuple[Entry, ...]:
    """Return the entries of a small list."""
    return parse(source, name="list").entries


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_lists(form: str) -> None:
    """Every form gives its entries, with titles, links, roles and what else it says."""
    source, wanted = FORMS[form]
    entries = read(source)
    assert [entry.title for entry in entries] == [want.title for want in wanted]
    for entry, want in zip(entries, wanted, strict=True):
        if want.links:
            got = [f"{link.role}:{link.url}" for link in entry.links]
            assert len(got) == len(want.links), got
            for link, expected in zip(got, want.links, strict=True):
                role, _, end = expected.partition(":")
                assert link.startswith(f"{role}:")
                assert link.endswith(end)
        for name in ("venue", "name", "authors"):
            if getattr(want, name) != "?":
                assert getattr(entry, name) == getattr(want, name)
        if want.year != 0:
            assert entry.year == want.year


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        (f"A [[paper]({ARXIV}1706.03762)] without its name\n", ["unread-entry"]),
        (f"See [our survey]({ARXIV}1706.03762) for all of this.\n", []),
        (f"## Related lists\n\nA [[paper]({ARXIV}1706.03762)] without its name\n", []),
    ],
)
def test_lines_with_a_paper_and_no_entry_are_reported(source: str, codes: list[str]) -> None:
    """A line with a paper's identifier that gave no entry is a problem; asides are none."""
    listed = f"- [Attention Is All You Need]({ARXIV}1512.03385)\n\n{source}"
    assert [problem.code for problem in parse(listed, name="list").problems] == codes


def test_code_alone_in_a_section_of_tools_is_a_tool() -> None:
    """Software with a repository and no sign of a paper stays a tool."""
    source = f"## Tools\n- A Very Nice Library for Learning [[code]({HUB}a/b)]\n"
    assert [entry.kind for entry in read(source)] == ["tool"]


@pytest.mark.parametrize("form", [form for form in FORMS if form.startswith("code alone")])
def test_papers_with_code_alone_are_papers(form: str) -> None:
    """A paper that only code is linked with is a paper, so that it is looked for by title."""
    assert {entry.kind for entry in read(FORMS[form][0])} == {"paper"}


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"* [Part {n}]({HUB}a/list#part-{n})" for n in range(4)),
        "\n".join(f"* [Part {n}]({HUB}a/list/tree/main#part-{n})" for n in range(4)),
        "## Week 2: Rivers\n\n[slides](https://a.org/2.pdf)",
        "## Researchers\n\n|Who|Where|\n|-|-|\n|[Ann Lee](https://a.org/papers/lee)|Oslo|",
        "* [International Conference on Learning Things, ICLT](https://iclt.example.org)",
        "* [ICLT: International Conference on Learning Things](https://ieeexplore.ieee.org/xpl/conhome.jsp?punumber=1)",
        f"* [Notes]({HUB}a/notes) - Summaries and notes on deep learning research papers",
    ],
)
def test_contents_and_conferences_are_no_entries(source: str) -> None:
    """Headings of the list's own README, conferences and other lists are presented by no entry."""
    assert [
        e.title for e in read(f"- [Attention Is All You Need]({ARXIV}1706.03762)\n{source}")
    ] == ["Attention Is All You Need"]


def test_a_heading_of_another_repository_is_what_it_presents() -> None:
    """One link to a part of a README leads to a data set or a model."""
    source = f"## Datasets\n- [Clean Corpus]({HUB}a/corpus#clean) - a corpus\n"
    assert [entry.title for entry in read(source)] == ["Clean Corpus"]
