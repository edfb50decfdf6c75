"""Where folder and Transaction Service differ, and its delegates, as scripts and people read them."""

from collections.abc import Sequence

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.result.values import Table
from hokctl.safe.service_records import Delegate
from hokctl.services.store_differences import Comparison, Difference, DifferenceKind, Progress

_WORDS = {
    DifferenceKind.ONLY_IN_FOLDER: "only in the folder",
    DifferenceKind.ONLY_AT_SERVICE: "only at the service",
    DifferenceKind.CONFIRMATION_ONLY_IN_FOLDER: "confirmation only in the folder",
    DifferenceKind.CONFIRMATION_ONLY_AT_SERVICE: "confirmation only at the service",
    DifferenceKind.EXECUTED: "executed on the chain, not noted in the folder",
}


def comparison_to_json(comparison: Comparison) -> JsonObject:
    """Return folder and service of a Safe, difference by difference."""
    return {
        "safe": comparison.safe.address,
        "nonce": comparison.safe.nonce,
        "service": comparison.endpoint,
        "differences": differences_to_json(comparison),
        "in_step": all(one.progress is Progress.SYNCED for one in comparison.differences),
    }


def differences_to_json(comparison: Comparison) -> list[JsonValue]:
    """Return the differences, by nonce."""
    return [_difference_to_json(difference) for difference in comparison.differences]


def differences_table(comparison: Comparison) -> Table:
    """Return the differences for people."""
    rows = tuple(
        (
            str(one.proposal.safe_tx.nonce),
            one.proposal.safe_tx_hash[:10],
            f"{_WORDS[one.kind]}{f': {one.owner}' if one.owner else ''}",
            f"{one.progress.value}{f': {one.reason}' if one.reason else ''}",
        )
        for one in comparison.differences
    )
    columns = ("nonce", "safeTxHash", "difference", "sync")
    return Table(columns, rows, right=frozenset({"nonce"}), empty="Folder and service are in step.")


def delegates_to_json(delegates: Sequence[Delegate]) -> list[JsonValue]:
    """Return who may propose for whom."""
    return [
        {"delegate": one.delegate, "delegator": one.delegator, "label": one.label, "safe": one.safe}
        for one in delegates
    ]


def delegates_table(delegates: Sequence[Delegate]) -> Table:
    """Return the delegates for people."""
    rows = tuple((one.delegate, one.delegator, one.label) for one in delegates)
    return Table(("delegate", "of owner", "label"), rows, empty="No delegates.")


def _difference_to_json(difference: Difference) -> JsonObject:
    proposal = difference.proposal
    return {
        "kind": difference.kind.value,
        "safe_tx_hash": proposal.safe_tx_hash,
        "nonce": proposal.safe_tx.nonce,
        "title": proposal.plan.title,
        "owner": difference.owner,
        "tx_hash": difference.tx_hash,
        "sync": difference.progress.value,
        "reason": difference.reason or None,
    }
