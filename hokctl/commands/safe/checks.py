"""Check a Safe transaction before signing, and try hokctl's checks on copies of known attacks."""

import typer

from hokctl.commands.safe.common import knowledge_of
from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult

app = typer.Typer()


@command(app, "check")
def check(context: AppContext, safe_tx_hash: SafeTxArgument) -> CommandResult:
    """Check a proposed Safe transaction as `sign` and `execute` do, and show what every check looked at.

    Anyone may run it; it needs no key. Findings of severity error or warning end with exit code 5.

    Example: hokctl safe check 0x1a2b3c4d
    """
    from hokctl.result.examinations import examination_result
    from hokctl.services.examining import examine
    from hokctl.services.safe_reviews import build_review, describe_state, read_proposal

    knowledge = knowledge_of(context)
    executor = None if context.signer is None else context.signer.address
    state = read_proposal(context.snapshot, context.proposals, safe_tx_hash, knowledge, executor=executor)
    examined = examine(context.snapshot, state, whole=True)
    review = build_review(
        state, knowledge, checks=examined.checks, simulation=examined.simulation, steps=(), action="sign it"
    )
    return examination_result(state, review, effects=describe_state(state, knowledge))
