"""
The words that paper lists use, in English and Chinese. Tables only; the rules are elsewhere.

All words are in lower case. A new word goes here, not into a rule.
"""

from pipeline.records.lists import Role


def words(text: str, separator: str | None = None) -> list[str]:
    """Split a table that is written as text: by white space, or where words hold spaces by `|`."""
    return text.split(separator)


ROLE_WORDS: dict[str, Role] = {
    **dict.fromkeys(
        words(
            "paper papers pdf arxiv arix abs abstract preprint preprints biorxiv medrxiv chemrxiv"
            " openreview acl aclanthology doi ieee ieeexplore acm springer elsevier cvf pmlr jmlr"
            " ssrn hal article publication publisher proceedings proceeding manuscript thesis"
            " report techreport eprint fulltext pub supplementary supp semanticscholar scholar"
            " camera-ready alphaxiv paperlink"
        ),
        "paper",
    ),
    **dict.fromkeys(
        words(
            "code codes codebase github git gitlab gitee bitbucket repo repos repository"
            " repositories implementation implementations pytorch tensorflow tf keras jax theano"
            " caffe mxnet matlab torch lua star stars source toolbox package library python c++"
            " julia numpy chainer paddle paddlepaddle mindspore pycode script scripts"
            " reimplementation tensorflow2 colab"
        ),
        "code",
    ),
    **dict.fromkeys(
        words(
            "project projects page pages website websites web webpage homepage home site demo"
            " demos interface server app playground portal host"
        ),
        "project",
    ),
    **dict.fromkeys(
        words("data dataset datasets benchmark benchmarks corpus corpora kaggle"), "data"
    ),
    **dict.fromkeys(
        words(
            "video videos youtube talk talks bilibili lecture lectures recording oral"
            " presentation vimeo"
        ),
        "video",
    ),
    **dict.fromkeys(words("slide slides ppt pptx keynote slideshare"), "slides"),
    **dict.fromkeys(
        words(
            "blog blogs blogpost post posts medium zhihu weixin wechat substack news note notes"
            " csdn review reviews"
        ),
        "blog",
    ),
    **dict.fromkeys(
        words(
            "poster model models weights weight checkpoint checkpoints huggingface docs doc"
            " documentation tweet twitter x bibtex bib cite citation wiki wikipedia leaderboard"
            " discord book html tutorial notebook pretrained hf modelscope metadata scholarpage"
            " docker pypi download appendix tl;dr summary reddit"
        ),
        "other",
    ),
}
"""A word of a link's label to its role. Of several words the last one counts."""

_CHINESE: tuple[tuple[str, Role], ...] = (
    ("论文解读", "blog"),
    ("论文代码", "code"),
    ("论文 原文 预印", "paper"),
    ("代码 源码 仓库 实现", "code"),
    ("数据", "data"),
    ("项目 主页 官网 网站 演示", "project"),
    ("视频 讲座", "video"),
    ("幻灯片 课件", "slides"),
    ("博客 解读 笔记 知乎 公众号 文章", "blog"),
    ("链接", "other"),
)
ROLE_PARTS_CHINESE: tuple[tuple[str, Role], ...] = tuple(
    (part, role) for parts, role in _CHINESE for part in parts.split()
)

GENERIC_LABELS = frozenset(
    words(
        "link links here url href click ref reference read more details detail info this download"
        " view open access official unofficial external 链接 地址 链接地址 访问 详情"
    )
)
"""Label words that say nothing of what the link is: the host and the column decide."""

QUALIFIERS = frozenset(
    words(
        "official unofficial our the a an of for in on and or to with by open access new full"
        " text main short long extended version original author authors third party third-party"
        " released available coming soon tba todo english chinese en zh cn free public conference"
        " journal workshop single double multi part vol 1 2 3 i ii iii & + link links here"
    )
)
"""Words that may stand beside a role word in a label without making it a title."""

HOST_ROLES: dict[str, Role] = {
    **dict.fromkeys(
        words(
            "arxiv.org ar5iv.org ar5iv.labs.arxiv.org alphaxiv.org doi.org openreview.net"
            " aclanthology.org aclweb.org dl.acm.org ieeexplore.ieee.org link.springer.com"
            " springer.com sciencedirect.com linkinghub.elsevier.com nature.com science.org"
            " sciencemag.org biorxiv.org medrxiv.org chemrxiv.org ssrn.com pnas.org cell.com"
            " plos.org mdpi.com frontiersin.org tandfonline.com wiley.com onlinelibrary.wiley.com"
            " academic.oup.com oxfordjournals.org jmlr.org pmlr.press proceedings.mlr.press"
            " mlr.press papers.nips.cc papers.neurips.cc proceedings.neurips.cc neurips.cc"
            " nips.cc openaccess.thecvf.com thecvf.com cv-foundation.org ecva.net ijcai.org"
            " aaai.org usenix.org vldb.org isca-speech.org isca-archive.org"
            " roboticsproceedings.org semanticscholar.org hal.science hal.archives-ouvertes.fr"
            " archives-ouvertes.fr ceur-ws.org citeseerx.ist.psu.edu eprint.iacr.org mlsys.org"
            " bmvc2019.org osf.io psyarxiv.com zenodo.org researchgate.net dblp.org"
            " scholar.google.com jstor.org aps.org iop.org rsc.org acs.org sagepub.com"
            " emerald.com hindawi.com lipics.dagstuhl.de drops.dagstuhl.de transacl.org"
            " direct.mit.edu mitpressjournals.org worldscientific.com pubmed.ncbi.nlm.nih.gov"
            " ncbi.nlm.nih.gov biomedcentral.com royalsocietypublishing.org distill.pub"
            " ndss-symposium.org petsymposium.org asmedigitalcollection.asme.org"
            " asa.scitation.org spiedigitallibrary.org cidrdb.org informs.org interspeech.org"
            " techrxiv.org preprints.org paperswithcode.com scitepress.org inria.fr"
            " epubs.siam.org"
        ),
        "paper",
    ),
    **dict.fromkeys(
        words(
            "github.com gitlab.com bitbucket.org gitee.com sourceforge.net codeberg.org"
            " anonymous.4open.science gist.github.com colab.research.google.com code.google.com"
            " codeocean.com"
        ),
        "code",
    ),
    **dict.fromkeys(
        words(
            "github.io gitlab.io sites.google.com netlify.app vercel.app pages.dev huggingface.co"
            " web.app readthedocs.io"
        ),
        "project",
    ),
    **dict.fromkeys(
        words(
            "kaggle.com grouplens.org figshare.com physionet.org opendatalab.com openml.org"
            " archive.ics.uci.edu"
        ),
        "data",
    ),
    **dict.fromkeys(
        words(
            "youtube.com youtu.be bilibili.com vimeo.com slideslive.com videolectures.net"
            " youtube-nocookie.com"
        ),
        "video",
    ),
    **dict.fromkeys(words("slideshare.net speakerdeck.com docs.google.com"), "slides"),
    **dict.fromkeys(
        words(
            "medium.com towardsdatascience.com zhihu.com zhuanlan.zhihu.com mp.weixin.qq.com"
            " csdn.net blog.csdn.net substack.com wordpress.com blogspot.com jianshu.com"
            " hackernoon.com dev.to lilianweng.github.io googleblog.com ai.googleblog.com"
            " research.googleblog.com juejin.cn cnblogs.com jiqizhixin.com openai.com"
            " anthropic.com deepmind.com deepmind.google research.google bair.berkeley.edu"
            " machinelearning.apple.com"
        ),
        "blog",
    ),
    **dict.fromkeys(
        words(
            "twitter.com x.com linkedin.com facebook.com discord.gg discord.com reddit.com t.me"
            " slack.com weibo.com shields.io badge.fury.io star-history.com scholar.archive.org"
            " wikipedia.org"
        ),
        "other",
    ),
}
"""A host, or the domain above it, to the role of its pages where the label says nothing."""

SOCIAL_HOSTS = frozenset(
    words(
        "twitter.com x.com linkedin.com facebook.com discord.gg discord.com t.me slack.com"
        " weibo.com shields.io badge.fury.io star-history.com api.star-history.com contrib.rocks"
        " awesome.re hits.seeyoufarm.com visitor-badge.glitch.me"
    )
)

VENUE_ACRONYMS = frozenset(
    words(
        "arvix arixv axriv aaai aacl accv acl acml acmmm acm-mm aied aistats amia ase asonam"
        " asplos asru atc avss bibm bigdata bmvc bmc cacm cav cav ccir ccs chi chil cikm cidr"
        " cogsci coling collas colm colt conll corl cp csai csur cvpr cvprw cvm dac dasfaa date"
        " dis dmkd dsaa eacl ecai eccv eccvw ecir ecml ecml-pkdd ecmlpkdd pkdd ecrts edbt emnlp"
        " esa etra ets eurographics eurosys eusipco fat facct fast fccm focs fse fpga gecco"
        " globecom gpce hicss hotos hotnets hpca hpdc hri iaai icann icaps icassp icc icce iccv"
        " iccvw icdar icde icdm icdcs icip iclr iclrw icme icmew icml icmlw icmi icnlp icpp icpr"
        " icra icse icsme icst ics ics icws ieee-access ieee iet ifip ijcai ijcb ijckg ijcnlp"
        " ijcnn ijcv ijf iros isbi isca iscas ismar ismir iswc itsc iui iv iwslt jair jamia jbhi"
        " jmlr jasa jstsp kais kbs kdd l4dc lak log lrec lrec-coling mia miccai micro midl mlsys"
        " mlhc mmm mm mmsys mobicom mobihoc mobisys mswim naacl ndss neco netys neurips neuripsw"
        " nips nlpcc nsdi oopsla osdi pacis pacisw pakdd pami pami-w pcs percom pets pg pieee"
        " pldi pods popl ppopp prl pr prcv qcrypt recsys rss rtas sac sacmat sat sc sca scis sdm"
        " sec sec seke semeval sensys siggraph siggraph-asia sigcomm sigcse sigdial sigir"
        " sigir-ap sigkdd sigmetrics sigmod sigspatial sigweb socc soda sosp sp spaa spl sspr"
        " stoc taco tacl taffc tai taslp tbd tcad tcds tcsvt tcss tcyb tdsc tec tecs tgrs tia"
        " ticc tifs tii tip tiis tist tits tiv tkdd tkde tmc tmi tmlr tmm tnnls tnse tochi tog"
        " tois tomm tomccap tomacs tois tors tosem tpami tpds tse tsc tsp tvcg tvt uai ubicomp"
        " uist umap usenix vis vldb vldbj pvldb vr vtc wacv wacvw wsdm webconf www wasa woot"
        " interspeech arxiv biorxiv medrxiv openreview corr 3dv bea blackboxnlp clef trec inlg"
        " acl-ijcnlp emnlp-ijcnlp w-nut sem starsem ranlp aclw asplos mlcad iccad ispd vlsi dsn"
        " raid esorics asiaccs acsac euros&p s&p nature science pnas cell elife neuron plos iccc"
        " issta icpc msr saner models splash ecoop esop tacas vmcai imwut cscw dis idc tei chiir"
        " hcomp icwsm websci hypertext jcdl tpdl ht"
    )
)
"""Names of conferences and journals as lists write them, without the year."""

VENUE_WORDS = frozenset(
    words(
        "conference proceedings journal transactions workshop workshops symposium arxiv arvix"
        " arixv axriv preprint preprints letters magazine bulletin annals proc trans conf"
        " neurocomputing openreview dissertation lncs springer elsevier ieee acm"
        " usenix congress"
    )
)
"""Words of which a short piece of text with a capital letter is taken for a venue's name."""

VENUE_NAMES = frozenset(
    words(
        "acm mm|applied sciences|applied soft computing|artificial intelligence"
        "|bioinformatics|briefings in bioinformatics|cell|computer graphics forum"
        "|computer speech & language|data mining and knowledge discovery|entropy"
        "|expert systems with applications|frontiers|google research|ieee access|ieee iot"
        "|image and vision computing|information fusion|information processing & management"
        "|information sciences|jama|knowledge-based systems|machine learning|master thesis"
        "|medical image analysis|multimedia tools and applications|nature"
        "|nature biotechnology|nature communications|nature machine intelligence"
        "|nature medicine|nature methods|neural computation|neural networks|neurocomputing"
        "|pattern recognition|pattern recognition letters|ph.d. thesis|phd thesis|plos one"
        "|remote sensing|science|science advances|science robotics|sensors|signal processing"
        "|tech report|technical report|the lancet|the visual computer|the web conference"
        "|under review|web conference",
        "|",
    )
)

MONTHS = frozenset(
    words(
        "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june"
        " july august september october november december"
    )
)

LEADS = frozenset(
    words(
        "survey paper|survey|paper|title|papers|new|review paper|original paper|official paper"
        "|main paper|best paper|ours|论文|综述|标题|题目|publication|article",
        "|",
    )
)
"""What may stand before a title with a colon and is no part of it."""

NO_ENTRY_LEADS = frozenset(
    words(
        "github repository|repository|github repo|repo|note|notes|keywords|keyword|tips|tip"
        "|update|updates|news|contact|email|e-mail|maintainer|maintainers|todo|tl;dr|tldr|legend"
        "|quick navigation|navigation|acknowledgement|acknowledgements|license|disclaimer|warning"
        "|why|what|when|where|who|how|table of contents|contents|last update|last updated|注|备注"
        "|说明|更新|联系",
        "|",
    )
)
"""What stands before a colon in lines that present no work."""

DETAIL_LEADS: dict[str, str] = {
    **dict.fromkeys(words("author authors by 作者 first-author writers"), "authors"),
    **dict.fromkeys(
        words(
            "venue conference journal publication published publisher pub in 会议 期刊 发表 出处"
            " 来源 booktitle"
        ),
        "venue",
    ),
    **dict.fromkeys(words("year date time 年份 时间 日期 发布时间"), "date"),
    **dict.fromkeys(words("title paper-title 标题 题目 论文标题 paper 论文"), "title"),
    **dict.fromkeys(
        words(
            "code github link links url pdf arxiv project website homepage page data dataset"
            " datasets video slides blog demo doi repo manuscript preprint software"
            " resources resource model models 代码 链接"
            " 项目 数据 数据集 视频 主页"
        ),
        "link",
    ),
    **dict.fromkeys(
        words(
            "abstract summary keywords keyword key contribution contributions comment comments"
            " note notes tl;dr tldr tasks task method methods highlights highlight institution"
            " intro affiliation affiliations institutions institute env environment key keys idea"
            " results result code-base motivation category tags tag description 摘要 关键词 简介"
            " 贡献 方法 机构 单位 备注 总结 introduction"
        ),
        "note",
    ),
}
"""The word before the colon of a sub-line to what the sub-line tells."""

COLUMN_FIELDS: dict[str, str] = {
    **dict.fromkeys(
        words(
            "title|paper title|papers title|title of paper|paper name|article title"
            "|publication title|title & authors|title and authors|title/authors|title & author"
            "|title, authors|title (authors)|paper title & authors|title + authors|题目与作者"
            "|标题|题目|论文题目|论文标题|论文名|论文名称|文章标题|名称（论文）"
            "|titre|título|タイトル|論文|제목|논문",
            "|",
        ),
        "title",
    ),
    **dict.fromkeys(
        words(
            "paper|papers|paper (link)|paper & link|article|articles|work|works|论文|文章|文献"
            "|paper and link|title & paper|title & link|paper/link|title/link|reference"
            "|publications|paper title & link|title and link",
            "|",
        ),
        "paper",
    ),
    **dict.fromkeys(
        words(
            "name|model|models|model name|method|methods|method name|abbreviation|abbr|abbr."
            "|acronym|short name|shortname|nickname|system|framework|approach|algorithm|network"
            "|alias|名称|模型|方法|简称|缩写|框架|算法|模型名称|方法名",
            "|",
        ),
        "name",
    ),
    **dict.fromkeys(
        words(
            "dataset|datasets|dataset name|benchmark|benchmarks|benchmark name|data set|corpus"
            "|数据集|基准|评测|数据集名称",
            "|",
        ),
        "dataset",
    ),
    **dict.fromkeys(
        words(
            "venue|venues|publication|published|published in|publish|pub|pub.|conference|conf"
            "|conf.|journal|conference/journal|journal/conference|venue/year|venue & year"
            "|venue & date|published at|publication venue|proceedings|source|where|会议|期刊|发表"
            "|会议/期刊|期刊/会议|出处|来源|发表会议|发表于|発表|학회",
            "|",
        ),
        "venue",
    ),
    **dict.fromkeys(
        words(
            "year|date|dates|time|publish date|published date|publication date|release date"
            "|released|publication year|pub date|pub. date|release|month|年份|年|时间|日期"
            "|发布时间|发表时间|发布日期|発表年|연도",
            "|",
        ),
        "date",
    ),
    **dict.fromkeys(
        words("author|authors|author(s)|first author|作者|一作|第一作者|著者|저자", "|"), "authors"
    ),
}
"""Header of a column, bare of markup, to the field that it fills."""

RELATED_COLUMNS = frozenset(
    {"repo name", "repository", "repositories", "maintainer", "maintainers", "awesome list"}
)
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

SOFT_SECTIONS = tuple(
    words(
        "blog|talk|video|lecture|course|tutorial|people|researcher|labs|groups|leaderboard"
        "|challenge|competition|other resources|useful links|links|news|post|article|reading"
        "|newsletter|podcast|social|workshop|博客|视频|课程|教程|比赛|资讯"
        "|resource compilation|related",
        "|",
    )
)
"""Parts of headings under which a line without a paper's mark is no paper."""

PAPER_SECTIONS = ("paper", "survey", "publication", "review", "thes", "论文", "综述")
"""Parts of headings that present papers, whatever else they say."""

TOOL_SECTIONS = tuple(
    words(
        "tool|software|librar|framework|package|code|implementation|open-source|open source"
        "|project|toolkit|platform|repositor|工具|代码|开源|框架",
        "|",
    )
)
DATA_SECTIONS = ("dataset", "data set", "corpora", "corpus", "数据集")
BENCHMARK_SECTIONS = ("benchmark", "基准", "评测")

STATUS_WORDS = frozenset(
    words(
        "new new! hot oral spotlight poster highlight best paper survey blog code chinese blog"
        " recommended must read important awesome core foundation preprint theory benchmark"
        " dataset application review tutorial update updated outstanding award wip todo best"
    )
)
"""Words that a tag before a title is made of when it only praises or sorts."""

ORGANISATIONS = frozenset(
    words(
        "google microsoft alibaba facebook meta airbnb stanford criteo amazon linkedin twitter"
        " baidu tencent huawei apple ibm openai deepmind nvidia thu umich sbu msra ucl uiuc nus"
        " sjtu ustc zju hit-huawei ukon pinterest netflix youtube etsy uber meituan jd kuaishou"
        " bytedance snap intel adobe samsung salesforce yahoo cmu mit pku berkeley ucb ant"
    )
)
"""First words of "(Google 2016)": an organisation and a year, no venue."""
