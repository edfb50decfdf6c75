"""What the commands about invoices share."""

from typing import Annotated

import typer

from hokctl.context import AppContext

ProviderOption = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME|ADDRESS", help="The provider, where several use the same number."),
]

OptionalNumber = Annotated[
    str | None, typer.Argument(metavar="NUMBER", help="The invoice number, byte for byte.", show_default=False)
]


def provider_key(context: AppContext, provider: str | None) -> str | None:
    """Return the provider as the book's key has it: by name where the address has one."""
    if provider is None:
        return None
    address = context.address(provider)
    return context.settings.name_of(address, context.network) or address
