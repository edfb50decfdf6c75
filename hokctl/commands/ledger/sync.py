"""Read the protocol's events into the book's index."""

import typer

app = typer.Typer()
