"""Watch the reserve, and warn in time."""

import typer

from hokctl.commands.monitor import check, serve, watch

app = typer.Typer(help="Watch the reserve, and warn in time.", rich_markup_mode=None, add_completion=False)


for part in (check, watch, serve):
    app.add_typer(part.app)
