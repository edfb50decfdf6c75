"""Which block is taken for certain: events before it are looked at for good."""

from typing import TYPE_CHECKING, Final

from hokctl.chain.errors import UnknownBlockError
from hokctl.config.networks import DEVNET_CHAIN_ID
from hokctl.domain.units import BlockRef

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings

DEPTH: Final = 128
"""How far below the head a block is taken for certain where the node does not say."""


def certain_block(snapshot: "Snapshot", network: "NetworkSettings") -> BlockRef:
    """Return the last block that no reorganisation is expected to take back; the devnet's is its head."""
    head = snapshot.block
    if network.chain_id == DEVNET_CHAIN_ID:
        return head
    try:
        block = snapshot.chain.at("finalized").block
    except UnknownBlockError:
        block = snapshot.chain.at(max(0, head.number - DEPTH)).block
    return block if block.number <= head.number else head
