"""Plans for Safe transactions that hokctl did not plan: their calls retold, their effect declared by nobody."""

from collections.abc import Mapping

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import DecodedCall, decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.multisend import MultiSendItem
from hokctl.clients.safe import Operation
from hokctl.domain.calls import Argument, Call
from hokctl.domain.plans import Plan
from hokctl.domain.units import BlockRef
from hokctl.safe.multisend import PLAIN_SIGNATURE, RAW_SIGNATURE, unpack_calls
from hokctl.safe.proposals import inner_call_of
from hokctl.safe.transactions import SafeTx

_UNKNOWN = "unknown contract"
_ACCOUNT = "account or contract"
_TITLE_CHARACTERS = 160


def plan_from_safe_tx(
    safe_tx: SafeTx,
    *,
    network: str,
    block: BlockRef,
    labels: Mapping[ChecksumAddress, str],
    title: str | None = None,
    config_source: str | None = None,
) -> Plan:
    """Return the plan that retells the Safe transaction's calls; nobody declared its effect, so `declared` is False.

    `labels` say what stands where. `title` is somebody else's word, of which only printable characters are kept;
    without it the first call gives the title. Nothing raises: what cannot be read stays raw bytes.
    """
    calls = tuple(retell(item, labels) for item in unpack_calls(inner_call_of(safe_tx)))
    return Plan(
        title=clean_title(title) or _title_of(calls),
        network=network,
        chain_id=safe_tx.chain_id,
        block=block,
        calls=calls,
        declared=False,
        moves_funds=True,
        config_source=config_source,
    )


def clean_title(title: str | None) -> str | None:
    """Return the printable characters of a title that somebody else gave, on one short line; None without any."""
    if title is None:
        return None
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())
    shown = words if len(words) <= _TITLE_CHARACTERS else words[: _TITLE_CHARACTERS - 1] + "…"
    return shown or None


def retell(item: MultiSendItem, labels: Mapping[ChecksumAddress, str]) -> Call:
    """Return the call with its bytes decoded as far as hokctl can read them; raw bytes otherwise."""
    decoded = decode_calldata(item.data, to=item.to, value=item.value, operation=item.operation, labels=labels)
    signature, args = _signature_of(decoded)
    return Call(
        to=item.to,
        label=decoded.label or (_UNKNOWN if item.data else _ACCOUNT),
        signature=signature,
        args=args,
        data=item.data,
        value=item.value,
        purpose=_purpose_of(decoded),
        requires=(),
    )


def _signature_of(decoded: DecodedCall) -> tuple[str, tuple[Argument, ...]]:
    """Return signature and arguments where these say all there is in the bytes; otherwise the bytes as they are."""
    if not decoded.data:
        return PLAIN_SIGNATURE, ()
    if decoded.signature is not None and decoded.exact and all(_printable(arg.value) for arg in decoded.args):
        return decoded.signature, decoded.args
    return RAW_SIGNATURE, (Argument(name="data", type="bytes", value=decoded.data),)


def _purpose_of(decoded: DecodedCall) -> str:
    sentence = describe_call(decoded)
    code = ", by DELEGATECALL" if decoded.operation is Operation.DELEGATECALL else ""
    return sentence if sentence.isprintable() else f"Call {decoded.to} with {len(decoded.data)} bytes{code}"


def _title_of(calls: tuple[Call, ...]) -> str:
    more = f", and {len(calls) - 1} more" if len(calls) > 1 else ""
    return (clean_title(calls[0].purpose) or RAW_SIGNATURE) + more


def _printable(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_printable(item) for item in value)
    return not isinstance(value, str) or value.isprintable()
