"""
Where work is done: in this process, in as many as the machine has cores, or by a cluster.

In: a function from a chunk of records to a result, and the chunks. Out: the results, in the order
of the chunks, whatever the number of workers. Not here: what the work is.
"""
