"""Check a Safe transaction before signing, and try hokctl's checks on copies of known attacks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult, Heading, Line, Status, Table

if TYPE_CHECKING:
    from hokctl.devnet.drills import Drilled

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

    knowledge = context.knowledge()
    executor = None if context.signer is None else context.signer.address
    state = read_proposal(context.snapshot, context.proposals, safe_tx_hash, knowledge, executor=executor)
    examined = examine(context.snapshot, state, whole=True)
    review = build_review(
        state, knowledge, checks=examined.checks, simulation=examined.simulation, steps=(), action="sign it"
    )
    return examination_result(state, review, effects=describe_state(state, knowledge))


@command(app, "drill")
def drill(
    context: AppContext,
    attack: Annotated[
        str | None, typer.Option("--attack", metavar="NAME", help="Only this one; without it all.")
    ] = None,
) -> CommandResult:
    """Attack a Safe on a chain inside this process, as others were attacked, and tell which attacks were caught.

    Anyone may run it: nothing is configured, nothing leaves this machine, and nothing stays. Honest copies of the
    same ways must lead through. Exit code 5 when anything came out otherwise.

    Example: hokctl safe drill
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from hokctl.chain.provider_transport import ProviderTransport
    from hokctl.devnet.drills import choose_attacks, run_drills
    from hokctl.devnet.genesis import CHAIN_ID
    from hokctl.devnet.node import start_node
    from hokctl.devnet.provider import EmbeddedProvider

    chosen = choose_attacks(attack)
    node = start_node()
    context.runtime.network = ("devnet", CHAIN_ID)
    with TemporaryDirectory(prefix="hokctl-drill-") as directory:
        transport = ProviderTransport(EmbeddedProvider(node))
        attacks, honest = run_drills(transport, Path(directory), clock=context.now, attacks=chosen)
    return _drill_result(attacks, honest)


def _drill_result(attacks: "Sequence[Drilled]", honest: "Sequence[Drilled]") -> CommandResult:
    ok = all(one.ok for one in (*attacks, *honest))
    caught = sum(one.ok for one in attacks)
    words = {True: "caught", False: "NOT CAUGHT"}
    ways = {True: "leads through", False: "HELD UP"}
    rows = tuple((one.name, words[one.ok], one.code or "-", one.detail) for one in attacks)
    rows += tuple((one.name, ways[one.ok], one.code or "-", one.detail) for one in honest)
    return CommandResult(
        data={
            "attacks": [
                {"name": one.name, "caught": one.ok, "code": one.code, "detail": one.detail} for one in attacks
            ],
            "honest": [{"name": one.name, "passed": one.ok, "code": one.code, "detail": one.detail} for one in honest],
        },
        blocks=(
            Heading("Drills"),
            Table(("attack", "outcome", "code", "what happens"), rows),
            Line(
                f"{caught} of {len(attacks)} attacks caught; {sum(one.ok for one in honest)} of {len(honest)} honest "
                "ways lead through."
            ),
        ),
        status=Status.OK if ok else Status.FINDINGS,
        exit_code=ExitCode.OK if ok else ExitCode.FINDINGS,
    )
