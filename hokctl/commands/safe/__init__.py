"""Create a Safe; review, sign and execute its transactions."""

import typer

from hokctl.commands.safe import approvals, changes, checks, files, proposals, replacements, sync

app = typer.Typer(
    help="Create a Safe; review, sign and execute its transactions.", rich_markup_mode=None, add_completion=False
)
for part in (proposals, approvals, replacements, changes, checks, files, sync):
    app.add_typer(part.app)
