"""The names of conferences and journals, in lower case: tables only, no rules."""

from typing import Final

VENUE_ACRONYMS: Final = frozenset(
    """
    3dv aaai aacl accv acl acl-ijcnlp aclw acm-mm acml acmmm acsac aied aistats amia arixv arvix
    arxiv ase asiaccs asonam asplos asru atc avss axriv bea bibm bigdata biorxiv blackboxnlp bmc
    bmvc cacm cav ccir ccs cell chi chiir chil cidr cikm clef cogsci coling collas colm colt
    conll corl corr cp csai cscw csur cvm cvpr cvprw dac dasfaa date dis dmkd dsaa dsn eacl ecai
    eccv eccvw ecir ecml ecml-pkdd ecmlpkdd ecoop ecrts edbt elife emnlp emnlp-ijcnlp esa esop
    esorics etra ets eurographics euros&p eurosys eusipco facct fast fat fccm focs fpga fse
    gecco globecom gpce hcomp hicss hotnets hotos hpca hpdc hri ht hypertext iaai icann icaps
    icassp icc iccad iccc icce iccv iccvw icdar icdcs icde icdm icip iclr iclrw icme icmew icmi
    icml icmlw icnlp icpc icpp icpr icra ics icse icsme icst icws icwsm idc ieee ieee-access iet
    ifip ijcai ijcb ijckg ijcnlp ijcnn ijcv ijf imwut inlg interspeech iros isbi isca iscas
    ismar ismir ispd issta iswc itsc iui iv iwslt jair jamia jasa jbhi jcdl jmlr jstsp kais kbs
    kdd l4dc lak log lrec lrec-coling medrxiv mia miccai micro midl mlcad mlhc mlsys mm mmm
    mmsys mobicom mobihoc mobisys models msr mswim naacl nature ndss neco netys neurips neuripsw
    neuron nips nlpcc nsdi oopsla openreview osdi pacis pacisw pakdd pami pami-w pcs percom pets
    pg pieee pkdd pldi plos pnas pods popl ppopp pr prcv prl pvldb qcrypt raid ranlp recsys rss
    rtas s&p sac sacmat saner sat sc sca science scis sdm sec seke sem semeval sensys sigcomm
    sigcse sigdial siggraph siggraph-asia sigir sigir-ap sigkdd sigmetrics sigmod sigspatial
    sigweb socc soda sosp sp spaa spl splash sspr starsem stoc tacas tacl taco taffc tai taslp
    tbd tcad tcds tcss tcsvt tcyb tdsc tec tecs tei tgrs tia ticc tifs tii tiis tip tist tits
    tiv tkdd tkde tmc tmi tmlr tmm tnnls tnse tochi tog tois tomacs tomccap tomm tors tosem
    tpami tpdl tpds trec tsc tse tsp tvcg tvt uai ubicomp uist umap usenix vis vldb vldbj vlsi
    vmcai vr vtc w-nut wacv wacvw wasa webconf websci woot wsdm www
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Names of conferences and journals as lists write them, without the year."""
