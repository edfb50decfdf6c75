"""Play the whole story on an embedded chain, in seconds."""

from typing import TYPE_CHECKING

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import Block, CommandResult, Facts, Heading, Line, Status

if TYPE_CHECKING:
    from hokctl.devnet.story_steps import Story, StoryStep

app = typer.Typer(
    help="Play the whole story on an embedded chain, in seconds.", rich_markup_mode=None, add_completion=False
)


@command(app)
def demo(context: AppContext) -> CommandResult:
    """Play the whole story on a chain inside this process: deploy, earn, govern, pay, and pull the brake.

    Anyone may run it: nothing is configured, nothing leaves this process, and nothing stays. Every step is real:
    transactions, owners' signatures, and the proofs afterwards.

    Example: hokctl demo
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from hokctl.chain.provider_transport import ProviderTransport
    from hokctl.devnet.genesis import CHAIN_ID
    from hokctl.devnet.node import start_node
    from hokctl.devnet.provider import EmbeddedProvider
    from hokctl.devnet.story import tell_story

    node = start_node()
    context.runtime.network = ("devnet", CHAIN_ID)
    with TemporaryDirectory(prefix="hokctl-demo-") as directory:
        story = tell_story(ProviderTransport(EmbeddedProvider(node)), Path(directory), clock=context.now)
    return _result(story)


def _result(story: "Story") -> CommandResult:
    return CommandResult(
        data={
            "steps": [
                {
                    "name": step.name,
                    "ok": step.ok,
                    "tx_hash": step.tx_hash,
                    "gas_used": step.gas_used,
                    "detail": _detail(step),
                }
                for step in story.steps
            ],
            "reconciled": story.reconciled,
        },
        blocks=_blocks(story),
        status=Status.OK if story.ok else Status.ERROR,
        exit_code=ExitCode.OK if story.ok else ExitCode.CHAIN,
    )


def _blocks(story: "Story") -> tuple[Block, ...]:
    blocks: list[Block] = []
    number = 0
    for chapter in story.chapters:
        blocks.extend([Line(""), Heading(chapter.title)] if blocks else [Heading(chapter.title)])
        for step in chapter.steps:
            number += 1
            blocks.append(Line(f"{number:>2}. {step.title}" + ("" if step.ok else ": NOT AS PROMISED")))
            blocks.append(Line(f"    {step.detail}"))
            if facts := _hashes(step):
                blocks.append(Facts(facts))
    transactions = sum(len(step.transactions) for step in story.steps)
    ending = "everything came out as promised" if story.ok else "NOT everything came out as promised"
    blocks.extend([Line(""), Line(f"{number} steps, {transactions} transactions: {ending}.")])
    return tuple(blocks)


def _detail(step: "StoryStep") -> str:
    return step.detail if step.safe_tx_hash is None else f"{step.detail} safeTxHash: {step.safe_tx_hash}"


def _hashes(step: "StoryStep") -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if step.safe_tx_hash is not None:
        facts.append(("  safeTxHash", step.safe_tx_hash))
    if step.tx_hash is not None:
        several = f", the last of {len(step.transactions)}" if len(step.transactions) > 1 else ""
        facts.append(("  transaction", f"{step.tx_hash} (gas {step.gas_used:,}{several})"))
    return tuple(facts)
