"""
The commands: flags to settings, settings to a call, its result to words and an exit code.

In: the command line. Out: text on stdout and stderr, and the exit code. Heavy modules are imported
when a command starts, so that `--help` answers at once.
Not here: anything that another program would want to call.
"""
