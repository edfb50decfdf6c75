"""What the live protocol added, against the selectors and topics that were published."""

import pytest

from hokctl.chain.receipts import Log
from hokctl.clients.base import Client
from hokctl.clients.events import decode_logs, event_topic
from hokctl.clients.live_hokusai_params import LiveHokusaiParams
from hokctl.clients.live_usage_fee_router import LiveUsageFeeRouter
from hokctl.domain.units import TxHash
from tests.unit.clients.samples import HASH, TARGET, every_result

pytestmark = pytest.mark.unit

SELECTORS: dict[type[Client], dict[str, str]] = {
    LiveUsageFeeRouter: {
        "depositFee": "2512a63d",
        "batchDepositFees": "99f5af3b",
        "calculateFeeSplit": "96f1c346",
    },
}
TOPICS = {
    ("InfrastructureCostOracle", "CostUpdateApplied"): (
        "0x92db3f1064882d4be91d92fbfae3d4e1b4fc40cc536085863862dfa357f61ffb"
    ),
    ("PendingClaimsEscrow", "Released"): "0xa665ffb445611e4a69ea6bd353374f390a656906ea2da3245a8aae47a360a6cc",
    ("PurchaserWhitelist", "WalletWhitelisted"): "0x12c94d2725e3b811140fad6a73350adbd38646149c9a9a62ffc1018bec2ec97c",
    ("RewardVestingVault", "VestedRewardClaimed"): "0xba12b4e29ded98d39a253e0fdab9a371711fcfc8836e5effcbf096f1a6e984ea",
    ("HokusaiAMMPoolDeployer", "PoolDeployed"): "0xf0d1eeab175eee2e20b8dc452773bf2257b25724b323b42bc6e5b4616233ae1f",
}


@pytest.mark.parametrize("client", SELECTORS)
def test_the_functions_have_their_published_selectors(client: type[Client]) -> None:
    selectors = {
        result.signature.partition("(")[0]: result.data[:4].hex() for _, result in every_result(client(TARGET))
    }
    assert {name: selectors[name] for name in SELECTORS[client]} == SELECTORS[client]


def test_the_events_have_their_published_topics() -> None:
    assert {one: event_topic(*one) for one in TOPICS} == TOPICS


def test_a_log_of_the_live_params_has_a_name() -> None:
    topic = event_topic("HokusaiParams", "OraclePricePerThousandUsdSet")
    word = "0x" + "00" * 31
    log = Log(
        address=TARGET,
        topics=(topic, word + "01", word + "02", "0x" + "00" * 12 + TARGET[2:].lower()),
        data=b"",
        block_number=1,
        tx_hash=TxHash(HASH),
        log_index=0,
    )
    (event,) = decode_logs([log], {TARGET: LiveHokusaiParams.contract_name})
    assert (event.name, event.label) == ("OraclePricePerThousandUsdSet", "HokusaiParams")
    assert [argument.value for argument in event.args][:2] == [1, 2]
