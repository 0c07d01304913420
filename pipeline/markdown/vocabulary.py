"""The words of paper lists in English and Chinese, in lower case: tables only, no rules."""

import re
from typing import Any

from pipeline.records.lists import Role


def words(text: str) -> frozenset[str]:
    """Split a table that is written as text: by white space, or where words hold spaces by `|`."""
    return frozenset(text.replace("\n", "").split("|") if "|" in text else text.split())


def _table(text: str) -> dict[str, Any]:
    """Turn lines of `value: words`, or of more words of the line above, into words to values."""
    table: dict[str, Any] = {}
    for part in re.split(r"\n(?=[a-z]+: )", text.strip()):
        value, _, found = part.partition(": ")
        table.update(dict.fromkeys(words(found), value))
    return table


ROLE_WORDS: dict[str, Role] = _table("""
paper: abs abstract acl aclanthology acm alphaxiv arix article arxiv biorxiv camera-ready chemrxiv
cvf doi elsevier eprint fulltext hal ieee ieeexplore jmlr manuscript medrxiv openreview paper
paperlink papers pdf pmlr preprint preprints proceeding proceedings pub publication publisher
report scholar semanticscholar springer ssrn supp supplementary techreport thesis
code: bitbucket c++ caffe chainer code codebase codes colab git gitee github gitlab implementation
implementations jax julia keras library lua matlab mindspore mxnet numpy package paddle
paddlepaddle pycode python pytorch reimplementation repo repos repositories repository script
scripts source star stars tensorflow tensorflow2 tf theano toolbox torch
project: app demo demos home homepage host interface page pages playground portal prj project
projects server site web webpage website websites
data: benchmark benchmarks corpora corpus data dataset datasets db kaggle
video: bilibili lecture lectures oral presentation recording talk talks video videos vimeo youtube
slides: keynote ppt pptx slide slides slideshare
blog: blog blogpost blogs csdn medium news note notes post posts review reviews substack wechat
weixin zhihu
other: appendix bib bibtex book checkpoint checkpoints citation cite discord doc docker docs
documentation download hf html huggingface leaderboard metadata model models modelscope notebook
poster pretrained pypi reddit scholarpage summary tl;dr tutorial tweet twitter weight weights wiki
wikipedia x
""")
"""A word of a link's label to its role. Of several words the last one counts."""

ROLE_PARTS_CHINESE: dict[str, Role] = _table("""
blog: 论文解读
code: 论文代码
paper: 论文 原文 预印
code: 代码 源码 仓库 实现
data: 数据
project: 项目 主页 官网 网站 演示
video: 视频 讲座
slides: 幻灯片 课件
blog: 博客 解读 笔记 知乎 公众号 文章
other: 链接
""")
"""A part of a Chinese label to its role; the first that applies."""

GENERIC_LABELS = words("""
access click detail details download external here href info link links more official open read
ref reference this unofficial url view 地址 访问 详情 链接 链接地址
""")
"""Label words that say nothing of what the link is: the host and the column decide."""

QUALIFIERS = words("""
& + 1 2 3 a access an and author authors available by chinese cn coming conference double en
english extended for free full here i ii iii in include journal link links long main multi new of
official on open or original our part party public released short single soon tba text the third
third-party to todo unofficial version vol with workshop zh
""")
"""Words that may stand beside a role word in a label without making it a title."""

HOST_ROLES: dict[str, Role] = _table("""
paper: aaai.org academic.oup.com aclanthology.org aclweb.org acs.org alphaxiv.org aps.org
ar5iv.org archives-ouvertes.fr arxiv.org asa.scitation.org asmedigitalcollection.asme.org
biomedcentral.com biorxiv.org bmvc2019.org cell.com ceur-ws.org chemrxiv.org cidrdb.org
citeseerx.ist.psu.edu cv-foundation.org dblp.org direct.mit.edu distill.pub dl.acm.org doi.org
drops.dagstuhl.de ecva.net emerald.com eprint.iacr.org epubs.siam.org frontiersin.org hal.science
hindawi.com ieeexplore.ieee.org ijcai.org informs.org inria.fr interspeech.org iop.org
isca-archive.org isca-speech.org jmlr.org jstor.org linkinghub.elsevier.com lipics.dagstuhl.de
mdpi.com medrxiv.org mitpressjournals.org mlr.press mlsys.org nature.com ncbi.nlm.nih.gov
ndss-symposium.org neurips.cc nips.cc openreview.net osf.io oxfordjournals.org paperswithcode.com
petsymposium.org plos.org pmlr.press pnas.org preprints.org psyarxiv.com researchgate.net
roboticsproceedings.org royalsocietypublishing.org rsc.org sagepub.com scholar.google.com
science.org sciencedirect.com sciencemag.org scitepress.org semanticscholar.org
spiedigitallibrary.org springer.com ssrn.com tandfonline.com techrxiv.org thecvf.com transacl.org
usenix.org vldb.org wiley.com worldscientific.com zenodo.org
code: anonymous.4open.science bitbucket.org code.google.com codeberg.org codeocean.com
colab.research.google.com gitee.com github.com gitlab.com sourceforge.net
project: github.io gitlab.io huggingface.co netlify.app pages.dev readthedocs.io sites.google.com
vercel.app web.app
data: archive.ics.uci.edu figshare.com grouplens.org kaggle.com opendatalab.com openml.org
physionet.org
video: bilibili.com slideslive.com videolectures.net vimeo.com youtu.be youtube-nocookie.com
youtube.com
slides: slideshare.net speakerdeck.com
blog: anthropic.com bair.berkeley.edu blogspot.com cnblogs.com csdn.net deepmind.com
deepmind.google dev.to googleblog.com hackernoon.com jianshu.com jiqizhixin.com juejin.cn
lilianweng.github.io machinelearning.apple.com medium.com mp.weixin.qq.com openai.com
research.google substack.com towardsdatascience.com wordpress.com zhihu.com
other: badge.fury.io discord.com discord.gg facebook.com linkedin.com reddit.com
scholar.archive.org shields.io slack.com star-history.com t.me twitter.com weibo.com wikipedia.org
x.com
""")
"""A host, or the domain above it, to the role of its pages where the label says nothing."""

SOCIAL_HOSTS = words("""
api.star-history.com awesome.re badge.fury.io contrib.rocks discord.com discord.gg facebook.com
hits.seeyoufarm.com linkedin.com shields.io slack.com star-history.com t.me twitter.com
visitor-badge.glitch.me weibo.com x.com
""")

VENUE_WORDS = words("""
acm annals arixv arvix arxiv axriv bulletin conf conference congress dissertation elsevier ieee
journal letters lncs magazine neurocomputing openreview preprint preprints proc proceedings
springer symposium trans transactions usenix workshop workshops
""")
"""Words of which a short piece of text with a capital letter is taken for a venue's name."""

VENUE_NAMES = words("""
acm mm|advances in neural information processing systems|applied sciences|applied soft computing
|artificial intelligence|bioinformatics
|briefings in bioinformatics|cell|computer graphics forum|computer speech & language
|data mining and knowledge discovery|entropy|expert systems with applications|frontiers
|google research|ieee access|ieee iot|image and vision computing|information fusion
|information processing & management|information sciences|jama|knowledge-based systems
|machine learning|master thesis|medical image analysis|multimedia tools and applications|nature
|nature biotechnology|nature communications|nature machine intelligence|nature medicine
|nature methods|neural computation|neural networks|neurocomputing|pattern recognition
|pattern recognition letters|ph.d. thesis|phd thesis|plos one|remote sensing|science
|science advances|science robotics|sensors|signal processing|tech report|technical report
|the lancet|the visual computer|the web conference|under review|web conference
""")

VENUE_PARTS = words("findings demo demos workshop workshops industry track")
"""Words in brackets behind a venue that belong to its name: "EMNLP 2022 (Findings)"."""

LEADS = words("""
article|best paper|main paper|new|official paper|original paper|ours|paper|papers|publication
|review paper|survey|survey paper|title|标题|综述|论文|题目
""")
"""What may stand before a title with a colon and is no part of it."""

NO_ENTRY_LEADS = words("""
acknowledgement|acknowledgements|contact|contents|disclaimer|e-mail|email|github repo
|github repository|how|keyword|keywords|last update|last updated|legend|license|maintainer
|maintainers|navigation|news|note|notes|quick navigation|repo|repository|table of contents|tip
|tips|tl;dr|tldr|todo|update|updates|warning|what|when|where|who|why|备注|更新|注|联系|说明
""")
"""What stands before a colon in lines that present no work."""

DETAIL_LEADS: dict[str, str] = _table("""
authors: author authors by first-author writers 作者
venue: booktitle conference in journal pub publication published publisher venue 会议 出处 发表
期刊 来源
date: date time year 发布时间 年份 日期 时间
title: paper paper-title title 标题 论文 论文标题 题目
link: arxiv blog code data dataset datasets demo doi github homepage link links manuscript model
models page pdf preprint project repo resource resources slides software url video website 主页
代码 数据 数据集 视频 链接 项目
note: abstract affiliation affiliations category code-base comment comments contribution
contributions description env environment highlight highlights idea institute institution
institutions intro introduction key keys keyword keywords method methods motivation note notes
result results summary tag tags task tasks tl;dr tldr 关键词 单位 备注 总结 摘要 方法 机构 简介
贡献
""")
"""The word before the colon of a sub-line to what the sub-line tells."""

COLUMN_FIELDS: dict[str, str] = _table("""
title: article title|paper name|paper title|paper title & authors|papers title|publication title
|title|title & author|title & authors|title (authors)|title + authors|title and authors
|title of paper|title, authors|title/authors|titel|titre|título|название|タイトル|名称（论文）
|文章标题|标题|論文
|论文名|论文名称|论文标题|论文题目|题目|题目与作者|논문|제목
paper: article|articles|articolo|artigo|artículo|paper|paper & link|paper (link)
|paper and link|paper title & link
|paper/link|papers|publications|reference|title & link|title & paper|title and link|title/link
|work|works|文献|文章|论文
name: abbr|abbr.|abbreviation|acronym|algorithm|alias|approach|framework|method|method name
|methods|model|model name|models|name|network|nickname|short name|shortname|system|名称|方法
|方法名|框架|模型|模型名称|简称|算法|缩写
dataset: benchmark|benchmark name|benchmarks|corpus|data set|dataset|dataset name|datasets|基准
|数据集|数据集名称|评测
venue: conf|conf.|conference|conference/journal|journal|journal/conference|proceedings|pub|pub.
|publication|publication venue|publish|published|published at|published in|source|venue
|venue & date|venue & year|venue/year|venues|where|会议|会议/期刊|出处|发表|发表于|发表会议|期刊
|期刊/会议|来源|発表|학회|conferencia|congreso|conférence|konferenz|revista|revue
date: date|dates|month|pub date|pub. date|publication date|publication year|publish date
|published date|release|release date|released|time|year|发布日期|发布时间|发表时间|年|年份|日期
|时间|発表年|연도|anno|ano|année|año|datum|fecha|jahr|год
authors: author|author(s)|authors|auteur|auteurs|autor|autoren|autores|autori|first author|авторы
|一作|作者|第一作者|著者|저자
""")
"""Header of a column, bare of markup, to the field that it fills."""

RELATED_COLUMNS = words("""
awesome list|maintainer|maintainers|repo name|repositories|repository
""")
"""Headers of tables that present other lists or people."""

NO_ENTRY_HEADINGS = (
    (
        r"(?:latest |recent |main |list |paper )*(?:news|updates?|announcements?|change ?logs?"
        r"|what's new|milestones?)(?: (?:and |logs?|notes?|news|updates?|history))*"
    ),
    r"(?:how to |guide to |want to )?contribut\w*(?: (?:guide|guidelines?|to this.*|us|list))?",
    r"(?:call for contributions?|pull requests?|welcome contribut\w*|markdown format)",
    r"licen[cs]es?(?: .*)?",
    r"acknowledge?ments?(?: .*)?",
    r"(?:how to |please )?(?:citations?|citing(?: .*)?|cite(?: us| this.*| our.*)?|bibtex)",
    r"(?:star history|stargazers.*|stars?|visitors?)",
    r"contacts?(?: us| me| information)?|about(?: us| me)?|maintainers?|team|organizers?",
    r"sponsors?|support(?: us)?|join us|community|discord|wechat group",
    (
        r"(?:\w+ )?(?:other |more )?(?:related|similar|other|relevant|awesome)"
        r"(?: github| awesome| curated| paper| useful)* (?:repositor(?:y|ies)|repos?|lists?"
        r"|collections?)"
    ),
    r"(?:other )?awesome(?: \w+)? lists?|related awesome.*|awesome.* lists? .*|other awesome .*",
    r"calls? for papers?",
    r"disclaimer|legend|logistics|contribution",
    r"贡献.*|许可.*|致谢|联系.*|引用|更新.*|最新动态|相关列表|其他.*列表|参与贡献",
)
"""Patterns of whole headings under which nothing is presented as a work of the list."""

SOFT_SECTIONS = words("""
blog|talk|video|lecture|course|tutorial|people|researcher|labs|groups|leaderboard
|challenge|competition|other resources|useful links|links|news|post|article|reading
|newsletter|podcast|social|workshop|博客|视频|课程|教程|比赛|资讯
|resource compilation|related|conferences
""")
"""Parts of headings under which a line without a paper's mark is no paper."""

PAPER_SECTIONS = ("paper", "survey", "publication", "review", "thes", "论文", "综述")
"""Parts of headings that present papers, whatever else they say."""

TOOL_SECTIONS = words("""
tool|software|librar|framework|package|code|implementation|open-source|open source
|project|toolkit|platform|repositor|工具|代码|开源|框架
""")
DATA_SECTIONS = ("dataset", "data set", "corpora", "corpus", "数据集")
BENCHMARK_SECTIONS = ("benchmark", "基准", "评测")

STATUS_WORDS = words("""
application award awesome benchmark best blog chinese code core dataset foundation highlight hot
important must new new! oral outstanding paper poster preprint read recommended review spotlight
survey theory todo tutorial update updated wip
""")
"""Words that a tag before a title is made of when it only praises or sorts."""

ORGANISATIONS = words("""
adobe airbnb alibaba amazon ant apple baidu berkeley bytedance cmu criteo deepmind etsy facebook
google hit-huawei huawei ibm intel jd kuaishou linkedin meituan meta microsoft mit msra netflix
nus nvidia openai pinterest pku salesforce samsung sbu sjtu snap stanford tencent thu twitter uber
ucb ucl uiuc ukon umich ustc yahoo youtube zju
""")
"""First words of "(Google 2016)": an organisation and a year, no venue."""
