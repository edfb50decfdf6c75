"""What a run that was cut off did and could not write down any more: found again in the journal, by its keys."""

from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.errors import RpcError
from hokctl.chain.raw_transactions import read_raw_transaction
from hokctl.chain.receipts import Receipt, parse_receipt
from hokctl.config.manifest import Manifest
from hokctl.domain.addresses import created_address
from hokctl.services.deploy_steps import KEY_PREFIX

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.domain.ports import Journal, JournalEntry
    from hokctl.services.deploying import PlannedDeployment

_PARTS: Final = 3


def recover_announced(journal: "Journal", manifest: Manifest, *, chain_id: int, deployer: ChecksumAddress) -> Manifest:
    """Return the manifest with the contracts that an unfinished run of `deployer` sent, where the manifest is lost.

    They are only announced: whether they are there, with the right code, is for the chain to say.
    """
    if manifest.contracts or manifest.pending:
        return manifest
    # Creations are called by the contract alone, libraries of other builds among them; other steps have words.
    begun = journal.under_way(chain_id, deployer, KEY_PREFIX)
    pending = {name: created_address(one.sender, one.nonce) for one in begun if (name := _name(one)).isidentifier()}
    return manifest.model_copy(update={"pending": pending, "deployer": deployer}) if pending else manifest


def recover_transactions(
    chain: "Chain", journal: "Journal", planned: "PlannedDeployment", deployer: ChecksumAddress
) -> Manifest:
    """Return the confirmed manifest with the transactions of steps that are done and were not noted.

    Only transactions that were mined and belong to contracts of this deployment count. One round trip, if any.
    """
    manifest, left = planned.confirmed, {step.name for step in planned.steps}
    lost = [
        entry
        for entry in journal.under_way(chain.chain_id, deployer, KEY_PREFIX)
        if _name(entry) not in {*manifest.transactions, *left} and _belongs(entry, manifest)
    ]
    if not lost:
        return manifest
    answers = chain.request_batch([("eth_getTransactionReceipt", [entry.tx_hash]) for entry in lost])
    receipts: dict[str, Receipt] = {}
    for entry, answer in zip(lost, answers, strict=True):
        if answer is not None and not isinstance(answer, RpcError):
            receipt = parse_receipt(answer, entry.tx_hash)
            if receipt.succeeded:
                receipts[_name(entry)] = receipt
    update: dict[str, object] = {
        "transactions": {**manifest.transactions, **{name: receipt.tx_hash for name, receipt in receipts.items()}}
    }
    created = [receipt.block_number for receipt in receipts.values() if receipt.contract_address is not None]
    if created and not manifest.transactions:
        update["deployed_at_block"] = min(created)
    return manifest.model_copy(update=update)


def _name(entry: "JournalEntry") -> str:
    """Return the step that the entry's key names; nothing for a key of another shape."""
    parts = entry.key.split("/")
    return parts[1] if len(parts) == _PARTS else ""


def _belongs(entry: "JournalEntry", manifest: Manifest) -> bool:
    """Tell whether the transaction made or called one of the manifest's contracts."""
    raw = read_raw_transaction(entry.raw)
    if raw is None:
        return False
    if raw.to is None:
        return manifest.contracts.get(_name(entry)) == created_address(entry.sender, entry.nonce)
    known = {address for model in manifest.models for address in (model.token, model.params, model.pool)}
    return raw.to in {*manifest.contracts.values(), *known}
