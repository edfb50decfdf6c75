"""Watch the reserve, and warn in time."""

import typer

from hokctl.commands.monitor import check, runbook, serve, watch

app = typer.Typer(help="Watch the reserve, and warn in time.", rich_markup_mode=None, add_completion=False)


for part in (check, watch, serve, runbook):
    app.add_typer(part.app)
