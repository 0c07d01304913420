"""
Every setting with its default, and the only reader of the environment and the config file.

In: flags, `PIPELINE_<NAME>` of the environment, `pipeline.toml`. Out: one frozen `Settings` that
knows where each value came from. Not here: what a setting does (whoever obeys it).
"""
