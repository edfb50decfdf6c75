"""Find out who holds what and who may do what, and change it."""

import typer

from hokctl.commands.roles import changes, who

app = typer.Typer(
    help="Find out who holds what and who may do what, and change it.", rich_markup_mode=None, add_completion=False
)


@app.callback()
def group() -> None:
    """Find out who holds what and who may do what, and change it."""


for part in (who, changes):
    app.add_typer(part.app)
