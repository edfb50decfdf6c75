"""A token as somebody names it: by its model, by its address, or by a name in the address book."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.erc20 import Erc20
from hokctl.domain.amounts import Token
from hokctl.domain.units import ZERO_ADDRESS, ModelId

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


def find_token(
    snapshot: "Snapshot", deployment: "Deployment", text: str, resolve: Callable[[str], ChecksumAddress]
) -> Token:
    """Return the token that `text` names: a model's by its id, the reserve token by `usdc`, any other by its address.

    `resolve` turns other texts into addresses. Raises what it raises, and NoContractError where there is no token.
    """
    address = _known(snapshot, deployment, text) or resolve(text)
    token = Erc20(address)
    with snapshot.batch() as batch:
        decimals, symbol = batch.add(token.decimals()), batch.add(token.symbol())
    return Token(
        chain_id=deployment.chain_id, address=address, decimals=decimals.value, symbol=symbol.value_or("tokens")
    )


def _known(snapshot: "Snapshot", deployment: "Deployment", text: str) -> ChecksumAddress | None:
    if text.lower() == "usdc":
        return deployment.suite.usdc_address
    if text.startswith("0x") or not text.isascii() or not text.isalnum():
        return None
    with snapshot.batch() as batch:
        slot = batch.add(deployment.suite.token_manager.get_token_address(ModelId(text)))
    found = slot.value_or(ZERO_ADDRESS)
    return None if found == ZERO_ADDRESS else found
