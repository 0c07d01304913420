"""What is about to be called dead for silence alone → a second opinion, where there is one."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.links.verdicts import after_second_opinion, is_doomed
from pipeline.records.links import LinkHistory, Probe
from pipeline.records.outcomes import Deferred, Found, deferred_by
from pipeline.records.source import Source, answers_of
from pipeline.stages.check.evidence import Settled, Verdicts


async def seconded(
    settled: Verdicts, history: Mapping[str, LinkHistory], source: Source[Probe] | None
) -> tuple[dict[str, Settled], tuple[Deferred, ...]]:
    """
    Return other verdicts, after a second opinion on what `is_doomed`, and what it left undone.

    `history` is of the links that failed when they were last asked, by request.
    """
    dead = settled.those(lambda one: one.judgement.verdict == "dead")
    doomed = [key for key, one in dead if is_doomed(one.judgement, history.get(key))]
    if source is None or not doomed:
        return {}, ()
    after, undone = dict[str, Settled](), dict[str, int]()
    for key, outcome in (await answers_of(source, doomed)).items():
        probe = outcome.value if isinstance(outcome, Found) else None
        judgement = after_second_opinion(settled[key].judgement, history[key], probe)
        is_news = judgement.evidence != "none"
        after[key] = replace(settled[key], judgement=judgement, is_news=is_news)
        if probe is None and outcome.reason:
            undone[outcome.reason] = undone.get(outcome.reason, 0) + 1
    return after, deferred_by(source.name, undone)
