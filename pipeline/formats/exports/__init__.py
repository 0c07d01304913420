"""
The catalog in the forms that other tools read, one form a file. Pure.

In: works and links of the last run, cleaned once (`works.works_of`). Out: the text of files, the
same for the same catalog: no time of a run, a stable order.
Not here: which form is wanted and where its files go (`cli`, `stages`), reports for people.
"""
