"""Keep the invoice book and pay from it."""

import typer

from hokctl.commands.invoice import book, entering, hashing, pay

app = typer.Typer(help="Keep the invoice book and pay from it.", rich_markup_mode=None, add_completion=False)


for part in (entering, book, hashing, pay):
    app.add_typer(part.app)
