"""Which block is taken for certain: events up to it are looked at for good."""

from typing import TYPE_CHECKING, Final

from hokctl.config.networks import DEVNET_CHAIN_ID
from hokctl.domain.units import BlockRef
from hokctl.services.ledger_sync import NoFinalityError, confirmed_snapshot

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings

DEPTH: Final = 128
"""How far below the head a block is taken for certain where the node does not say."""


def certain_block(snapshot: "Snapshot", network: "NetworkSettings") -> BlockRef:
    """Return the last block that no reorganisation is expected to take back, as `ledger sync` sees it.

    Unlike that, a monitor does not stop where the node does not say: it stays DEPTH blocks behind.
    """
    head = snapshot.block
    if network.chain_id == DEVNET_CHAIN_ID and network.confirmations is None:
        return head
    try:
        block = confirmed_snapshot(snapshot.chain, network).block
    except NoFinalityError:
        block = snapshot.chain.at(max(0, head.number - DEPTH)).block
    return block if block.number <= head.number else head
