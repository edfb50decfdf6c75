"""Create a Safe, list its queue, and show, sign and execute its transactions."""

from typing import Annotated

import typer

from hokctl.commands.safe.common import QueueSource, SafeOption, choose, offline_desk, store_for
from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult, Facts, Heading

app = typer.Typer()

ForOption = Annotated[
    str | None, typer.Option("--for", metavar="ADDRESS|NAME", help="An owner that is a Safe of the signer's own.")
]


@command(app, "create", carries=True)
def create(
    context: AppContext,
    owner: Annotated[
        list[str], typer.Option("--owner", metavar="ADDRESS|NAME", help="An owner; once for each.", show_default=False)
    ],
    threshold: Annotated[
        int, typer.Option("--threshold", min=1, metavar="N", help="How many must confirm.", show_default=False)
    ],
    salt_nonce: Annotated[
        int, typer.Option("--salt-nonce", min=0, metavar="N", help="Another number gives another address.")
    ] = 0,
    version: Annotated[
        str, typer.Option("--version", metavar="VERSION", help="1.3.0, 1.4.1 or 1.5.0: the contracts to use.")
    ] = "1.4.1",
) -> CommandResult:
    """Create a Safe with the canonical contracts; its address is known beforehand and the same everywhere.

    Anyone may run it; the signer only pays the gas.

    Example: hokctl safe create --owner alice --owner bob --owner carol --threshold 2 --signer alice
    """
    from dataclasses import replace

    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry
    from hokctl.services.safes import plan_safe_creation

    owners = [context.address(one) for one in owner]
    plan, address = plan_safe_creation(
        context.snapshot,
        owners,
        threshold,
        salt_nonce=salt_nonce,
        config_source=context.config_source,
        version=version,
    )
    carrier = context.bare_carrier({})
    if carrier.via == "auto" and not carrier.safe_demanded:  # anyone may create a Safe: the own key is the short way
        carrier = replace(carrier, via="direct", candidates=tuple(owners))
    return carried_result(carry(plan, carrier), data={"safe": address}, blocks=(Facts((("Safe", address),)),))


@command(app, "info")
def info(context: AppContext, safe: SafeOption = None) -> CommandResult:
    """Show a Safe: owners, threshold, nonce, and the code, guard and modules that can act for it.

    Anyone may run it.

    Example: hokctl safe info
    """
    from hokctl.result.safes import details_facts, details_to_json
    from hokctl.safe.account import get_safe_details

    details = get_safe_details(context.snapshot, choose(context, safe))
    return CommandResult(
        data=details_to_json(details),
        blocks=(Heading(f"Safe {details.authority.address}"), details_facts(details)),
        block=context.snapshot.block,
    )


@command(app, "queue")
def queue(
    context: AppContext,
    safe: SafeOption = None,
    source: Annotated[
        QueueSource, typer.Option("--from", help="Where to look: the shared folder, the Transaction Service, or both.")
    ] = QueueSource.BOTH,
) -> CommandResult:
    """List the Safe transactions that wait, by nonce, with who confirmed and what comes next.

    Anyone with the shared folder may run it. Gaps, conflicts and proposals that can no longer are findings; where
    folder and Transaction Service differ, both are read and the differences listed.

    Example: hokctl safe queue
    """
    from hokctl.result.safes import queue_table, queue_to_json
    from hokctl.result.sync import differences_table, differences_to_json
    from hokctl.services.safe_queue import read_queue
    from hokctl.services.safe_sync import compare_if_both

    address = choose(context, safe)
    store = store_for(context, source)
    waiting = read_queue(context.snapshot, store, address)
    compared = compare_if_both(context.snapshot, store, address)
    differences = () if compared is None else compared.differences
    return CommandResult(
        data=queue_to_json(waiting) | ({} if compared is None else {"differences": differences_to_json(compared)}),
        blocks=(
            Heading(f"{waiting.safe}, next nonce {waiting.safe.nonce}"),
            queue_table(waiting),
            *((Heading("Where folder and service differ: hokctl safe sync"),) if differences else ()),
            *((differences_table(compared),) if compared is not None and differences else ()),
        ),
        block=context.snapshot.block,
        findings=(*waiting.findings, *(() if compared is None else compared.findings_beside(waiting.findings))),
    )


@command(app, "show")
def show(context: AppContext, safe_tx_hash: SafeTxArgument) -> CommandResult:
    """Show a proposed Safe transaction: what its bytes do, the hashes to compare, who confirmed, what comes next.

    Anyone with the shared folder may run it.

    Example: hokctl safe show 0x1a2b3c4d
    """
    from hokctl.checks.preflight import findings_of
    from hokctl.result.safes import shown_blocks, shown_to_json
    from hokctl.routes.safe import record_of
    from hokctl.services.safe_queue import ProposalStanding, read_entry
    from hokctl.services.safe_reviews import check_state, describe_state, read_proposal

    knowledge = context.knowledge()
    state = read_proposal(context.snapshot, context.proposals, safe_tx_hash, knowledge)
    entry = read_entry(context.proposals, state.authority, state.proposal, state.tally)
    record = record_of(state.proposal, state.authority, context.proposals, entry.confirmations)
    effects = describe_state(state, knowledge)
    over = entry.standing is ProposalStanding.PAST
    return CommandResult(
        data=shown_to_json(entry, record, state.proposal.plan, effects=effects),
        blocks=shown_blocks(entry, record, effects=effects),
        block=context.snapshot.block,
        findings=() if over else findings_of(check_state(state)),
    )


@command(app, "sign", carries=True)
def sign(
    context: AppContext,
    safe_tx_hash: Annotated[
        str,
        typer.Argument(
            metavar="SAFE_TX_HASH|FILE",
            help="The safeTxHash, or its first 8 digits or more; with --offline a file.",
            show_default=False,
        ),
    ],
    offline: Annotated[
        bool, typer.Option("--offline", help="Sign what a file holds, without any network; writes the signature.")
    ] = False,
    qr: Annotated[bool, typer.Option("--qr", help="With --offline: the signature as a QR code.")] = False,
    owner: ForOption = None,
) -> CommandResult:
    """Confirm a proposed Safe transaction with your signature, after everything about it was derived anew.

    Needs the key of an owner of the Safe, or with --for the key of an owner of the Safe that owns it; nothing goes to
    the chain. With --offline FILE (bundle, typed data, the
    Transaction Service's JSON, jarvis's, or scanned QR codes) it uses no network at all, and writes the signature to
    OWNER.signature.json or to --out; `hokctl safe import` takes it in.

    Example: hokctl safe sign 0x1a2b3c4d --signer bob
    """
    from hokctl.services.confirmations import refuse_file, sign_proposal

    if offline:
        from hokctl.result.safe_files import offline_result
        from hokctl.services.offline_signing import sign_offline

        return offline_result(sign_offline(offline_desk(context, qr=qr), safe_tx_hash))
    from hokctl.result.carried import carried_result

    refuse_file(safe_tx_hash, qr=qr)
    whom, carrier = context.address(owner) if owner else None, context.bare_carrier({})
    return carried_result(sign_proposal(carrier, safe_tx_hash, context.knowledge(), owner=whom))


@command(app, "execute", carries=True)
def execute(context: AppContext, safe_tx_hash: SafeTxArgument) -> CommandResult:
    """Execute a Safe transaction that enough owners have confirmed, once, and prove that it did what its plan says.

    Anyone may run it; the signer only pays the gas. Invoices that it pays are marked as paid in the book.

    Example: hokctl safe execute 0x1a2b3c4d --signer alice
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.executions import execute_proposal

    book = None if context.carry.dry_run else context.ledger.invoices
    return carried_result(execute_proposal(context.bare_carrier({}), safe_tx_hash, context.knowledge(), book))
