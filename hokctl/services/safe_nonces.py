"""The nonces of Safe transactions that the shared folder keeps."""

from functools import cache
from typing import TYPE_CHECKING

from hokctl.domain.units import SafeTxHash

if TYPE_CHECKING:
    from hokctl.safe.proposals import ProposalStore
    from hokctl.services.index_transactions import NonceOf


def folder_nonces(folder: "ProposalStore", chain_id: int) -> "NonceOf":
    """Return what tells the nonce of a Safe transaction that is in `folder`, which is read when first asked."""

    @cache
    def nonces() -> dict[SafeTxHash, int]:
        return {one.safe_tx_hash: one.safe_tx.nonce for one in folder.scan(chain_id).proposals}

    return lambda safe_tx_hash: nonces().get(safe_tx_hash)
