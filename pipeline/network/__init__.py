"""
The one door to the network.

In: a service's terms and a URL. Out: an `Answer`, with pace, retry, time-outs and credentials kept.
Not here: what an answer means for a paper or a link (`sources`, `links`).
"""
