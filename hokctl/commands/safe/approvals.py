"""Confirm Safe transactions on the chain."""

import typer

from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult, Facts

app = typer.Typer()


@command(app, "approve", carries=True)
def approve(context: AppContext, safe_tx_hash: SafeTxArgument) -> CommandResult:
    """Confirm a proposed Safe transaction on the chain instead of by a signature, after everything was derived anew.

    An owner of the Safe runs it and pays the gas. For an owner that is itself a Safe, one of that Safe's owners runs
    it: the approval is then proposed there, signed by its owners, and executed; --safe names that Safe where the
    signer has several. What is approved on the chain needs no file: everybody's hokctl counts it.

    Example: hokctl safe approve 0x1a2b3c4d --signer bob
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.approving import approve_proposal

    done = approve_proposal(context.bare_carrier({}), safe_tx_hash, context.knowledge())
    facts = (("approved for", done.owner), *(("the Safe will", sentence) for sentence in done.sentences))
    return carried_result(
        done.carried,
        data={"approves": done.safe_tx_hash, "owner": done.owner, "effects": list(done.sentences)},
        blocks=(Facts(facts),),
    )
