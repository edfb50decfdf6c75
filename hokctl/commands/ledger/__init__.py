"""Index events, export and reconcile the book."""

import typer

from hokctl.commands.ledger import export, history, reconcile, sync

app = typer.Typer(help="Index events, export and reconcile the book.", rich_markup_mode=None, add_completion=False)
for part in (sync, history, reconcile, export):
    app.add_typer(part.app)
