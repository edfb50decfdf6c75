"""The clients of one deployment."""

import pytest

from hokctl.clients.suite import Suite
from tests.unit.clients.samples import ALICE, address

pytestmark = pytest.mark.unit

SUITE = Suite(
    registry_address=address(1),
    token_manager_address=address(2),
    factory_address=address(3),
    reserve_address=address(4),
    router_address=address(5),
    usdc_address=address(6),
)


def test_each_contract_has_its_client_and_its_label() -> None:
    assert SUITE.labels() == {
        address(1): "ModelRegistry",
        address(2): "TokenManager",
        address(3): "HokusaiAMMFactory",
        address(4): "InfrastructureReserve",
        address(5): "UsageFeeRouter",
        address(6): "USDC",
    }


def test_contracts_of_models_come_by_address() -> None:
    clients = (SUITE.params_at(ALICE), SUITE.pool_at(ALICE), SUITE.token_at(ALICE))
    assert [client.label for client in clients] == ["HokusaiParams", "HokusaiAMM", "HokusaiToken"]
    assert {client.address for client in clients} == {ALICE}
