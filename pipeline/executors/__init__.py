"""
Where pure work is done: in this process, or in as many as the machine has cores.

In: a function from a chunk of records to a result, and the chunks. Out: the results, in the order
of the chunks, whatever the number of workers. Not here: what the work is (`stages`), and requests.
"""
