"""
The catalog as a site that people look at: one page to search, and one for each paper and section.

In: works and links, clean. Out: the text of HTML files that need no server and send no request.
What is drawn in the browser is in the scripts and the style beside this file; `vendor` holds what
others have written, with its licence.
Not here: where the files go (`forms`, `cli`), and the server (`cli.serve`).
"""
