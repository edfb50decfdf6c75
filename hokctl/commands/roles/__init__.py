"""Find out who holds what and who may do what, and change it."""

import typer

from hokctl.commands.roles import audit, changes, who

app = typer.Typer(
    help="Find out who holds what and who may do what, and change it.", rich_markup_mode=None, add_completion=False
)


for part in (who, audit, changes):
    app.add_typer(part.app)
