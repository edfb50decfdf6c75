"""Which transactions the node takes: the checks of geth's pool, in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.rpc import SERVER_ERROR, RpcError

if TYPE_CHECKING:
    from hokctl.devnet.engine import Engine, Transaction


def check_admission(engine: Engine, transaction: Transaction, *, least_gas: int) -> None:
    """Raise RpcError when the transaction can't be mined next; `least_gas` is what it costs before it runs."""
    if engine.transaction_block(transaction.hash) is not None:
        raise _refused("already known")
    _check_chain(engine, transaction)
    _check_gas(engine, transaction, least_gas)
    _check_nonce(engine, transaction)
    _check_funds(engine, transaction)


def _check_chain(engine: Engine, transaction: Transaction) -> None:
    if transaction.chain_id is None:
        raise _refused("only replay-protected (EIP-155) transactions allowed over RPC")
    if transaction.chain_id != engine.chain_id:
        raise _refused(f"invalid chain id for signer: have {transaction.chain_id} want {engine.chain_id}")


def _check_gas(engine: Engine, transaction: Transaction, least_gas: int) -> None:
    upcoming = engine.block(engine.head + 1)
    if transaction.gas > upcoming.gas_limit:
        raise _refused(f"exceeds block gas limit: tx gas {transaction.gas}, limit {upcoming.gas_limit}")
    if transaction.gas < least_gas:
        raise _refused(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {least_gas}")
    if transaction.max_tip > transaction.max_fee:
        raise _refused(
            "max priority fee per gas higher than max fee per gas: "
            f"maxPriorityFeePerGas: {transaction.max_tip}, maxFeePerGas: {transaction.max_fee}"
        )
    if transaction.max_fee < upcoming.base_fee:
        raise _refused(
            "max fee per gas less than block base fee: "
            f"address 0x{transaction.sender.hex()}, maxFeePerGas: {transaction.max_fee}, baseFee: {upcoming.base_fee}"
        )


def _check_nonce(engine: Engine, transaction: Transaction) -> None:
    expected = engine.nonce(transaction.sender, engine.head)
    if transaction.nonce != expected:
        word = "low" if transaction.nonce < expected else "high"
        raise _refused(f"nonce too {word}: next nonce {expected}, tx nonce {transaction.nonce}")


def _check_funds(engine: Engine, transaction: Transaction) -> None:
    cost = transaction.gas * transaction.max_fee + transaction.value
    balance = engine.balance(transaction.sender, engine.head)
    if balance < cost:
        raise _refused(
            f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {cost - balance}"
        )


def _refused(message: str) -> RpcError:
    return RpcError(SERVER_ERROR, message)
