"""The command `pipeline serve`: the site of the last run, for the browsers of this machine."""

from typing import Annotated, Final

import typer

from pipeline.cli.options import Config, Out, SandboxResults, settings_from
from pipeline.cli.output import say
from pipeline.errors import ConfigurationError

PORT: Final = 8000

Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes one that is free.")
]


def serve(
    config: Config = None, out: Out = None, *, sandbox: SandboxResults = False, port: Port = PORT
) -> None:
    """Show the site of the last run to the browsers of this machine, until Ctrl-C."""
    from pipeline.cli.last_run import last_catalog
    from pipeline.cli.site_server import ADDRESS, Site, server_of

    settings = settings_from(config, out=out, sandbox=sandbox)
    last_catalog(settings)
    site = Site(settings)
    site.refresh()
    try:
        server = server_of(site, port)
    except OSError as error:
        raise ConfigurationError(
            f"--port {port}: cannot be listened at ({error.strerror})"
        ) from error
    with server:
        say(f"http://{ADDRESS}:{server.server_port}/ (Ctrl-C ends it)")
        server.serve_forever()
