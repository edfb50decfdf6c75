"""Deploy the protocol as a specification says."""

import typer

from hokctl.commands.deploy import apply, manifests, verify

app = typer.Typer(help="Deploy the protocol as a specification says.", rich_markup_mode=None, add_completion=False)
for part in (apply, manifests, verify):
    app.add_typer(part.app)
