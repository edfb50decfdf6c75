"""Keep the invoice book and pay from it."""

import typer

from hokctl.commands.invoice import book, pay

app = typer.Typer(help="Keep the invoice book and pay from it.", rich_markup_mode=None, add_completion=False)


for part in (book, pay):
    app.add_typer(part.app)
