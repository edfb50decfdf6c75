"""Receipts as nodes write them."""

import pytest

from hokctl.chain.receipts import parse_receipt
from hokctl.chain.wire import BadAnswerError, Json
from hokctl.domain.units import TxHash
from tests.unit.chain.fakes import TOKEN
from tests.unit.chain.test_logs import log

pytestmark = pytest.mark.unit

TX_HASH = TxHash("0x" + "22" * 32)


def receipt(**fields: Json) -> dict[str, Json]:
    known = {"transactionHash": TX_HASH, "blockNumber": "0x5", "gasUsed": "0x5208", "effectiveGasPrice": "0x7"}
    return {**known, "status": "0x1", "contractAddress": None, "logs": [log(5)], **fields}


def test_a_receipt_says_what_became_of_the_transaction() -> None:
    parsed = parse_receipt(receipt(contractAddress=TOKEN.lower()), TX_HASH)
    assert (parsed.block_number, parsed.gas_used, parsed.gas_price_wei, parsed.succeeded) == (5, 21_000, 7, True)
    assert parsed.contract_address == TOKEN
    assert parsed.logs[0].tx_hash == TX_HASH
    assert not parse_receipt(receipt(status="0x0"), TX_HASH).succeeded


@pytest.mark.parametrize("fields", [{"transactionHash": "0x" + "33" * 32}, {"status": None}, {"logs": None}])
def test_a_receipt_of_another_transaction_or_without_a_status_is_not_believed(fields: dict[str, Json]) -> None:
    with pytest.raises(BadAnswerError):
        parse_receipt(receipt(**fields), TX_HASH)
