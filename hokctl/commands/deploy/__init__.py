"""Deploy the protocol as a specification says."""

import typer

from hokctl.commands.deploy import apply, handoff, manifests, publish, verify

app = typer.Typer(help="Deploy the protocol as a specification says.", rich_markup_mode=None, add_completion=False)
for part in (apply, handoff, manifests, publish, verify):
    app.add_typer(part.app)
