"""Decode calldata and Safe transactions."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from eth_typing import ChecksumAddress

    from hokctl.result.decoded import Describe
    from hokctl.services.reading import Reading

app = typer.Typer(help="Decode calldata and Safe transactions.", rich_markup_mode=None, add_completion=False)


@app.callback()
def group() -> None:
    """Decode calldata and Safe transactions."""


@command(app, "decode")
def decode(
    context: AppContext,
    source: Annotated[
        str, typer.Argument(metavar="DATA|FILE|-", help="Calldata in hex, a file, or - for stdin.", show_default=False)
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS|NAME", help="Where bare calldata is sent to.")
    ] = None,
) -> CommandResult:
    """Say what calldata, a Transaction Builder file, a proposal or a Safe transaction does; batches are unpacked.

    Anyone may run it; it asks no node. Exit code 5 when a stated checksum or hash does not match.

    Example: hokctl tx decode batch.json
    """
    from hokctl.result.decoded import decoded_result
    from hokctl.services.transaction_sources import read_source

    target = None if to is None else context.address(to)
    return decoded_result(_read(context, read_source(source), target), _describe_for(context))


@command(app, "hash")
def hash_(
    context: AppContext,
    source: Annotated[
        str, typer.Argument(metavar="FILE|DATA|-", help="A file, raw bytes, or - for stdin.", show_default=False)
    ],
) -> CommandResult:
    """Compute the three hashes of a Safe transaction, or the hash of a signed transaction.

    Anyone may run it; it asks no node. A file that leaves its chain out is taken to be of this network's. Exit code 5
    when a hash that it states is another one.

    Example: hokctl tx hash bundle.json
    """
    from hokctl.result.decoded import hashes_result
    from hokctl.services.hashing import hashes_of
    from hokctl.services.transaction_sources import read_source

    reading = _read(context, read_source(source), None)
    return hashes_result(reading, hashes_of(reading, chain_id=context.network.chain_id))


def _read(context: AppContext, text: str, to: "ChecksumAddress | None") -> "Reading":
    """Return what a text says, with the names of this network's deployment and the approvals that its folder knows."""
    from dataclasses import replace

    from hokctl.services.approvals import explain_approvals
    from hokctl.services.reading import read_transaction

    deployment = context.deployment_if_known
    reading = read_transaction(text, to=to, labels={} if deployment is None else deployment.labels)
    return replace(reading, findings=(*reading.findings, *explain_approvals(reading.calls, context.folder)))


def _describe_for(context: AppContext) -> "Callable[[Reading], Describe]":
    """Return how the calls of a reading are put into sentences: with the address book and the token of its chain."""
    from hokctl.clients.descriptions import describe_call
    from hokctl.clients.known_tokens import find_token

    deployment, network = context.deployment_if_known, context.network
    book = context.settings.addresses.get(network.name, {})
    names = {address: name for name, address in book.items()}

    def describe_for(reading: "Reading") -> "Describe":
        chain_id = network.chain_id if reading.chain_id is None else reading.chain_id
        own = chain_id == network.chain_id and deployment is not None
        token = find_token(chain_id, deployment.labels if own and deployment is not None else {})
        return lambda call: describe_call(call, token=token, names=names)

    return describe_for
