"""Keep the invoice book and pay from it."""

import typer

from hokctl.commands.invoice import book, checking, entering, hashing, pay

app = typer.Typer(help="Keep the invoice book and pay from it.", rich_markup_mode=None, add_completion=False)


for part in (entering, book, checking, hashing, pay):
    app.add_typer(part.app)
