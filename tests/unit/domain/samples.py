"""Values that several tests of the domain share."""

from eth_utils.address import to_checksum_address

from hokctl.domain.amounts import Token
from hokctl.domain.authority import AccountRequired, OwnershipRequired, RoleRequired
from hokctl.domain.calls import Argument, Call
from hokctl.domain.plans import BalanceCondition, EventCondition, Plan, ViewCondition
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import BlockRef

ALICE = to_checksum_address("0x" + "a1" * 20)
BOB = to_checksum_address("0x" + "b0" * 20)
RESERVE = to_checksum_address("0x" + "5e" * 20)
USDC = Token(chain_id=31337, address=to_checksum_address("0x" + "05" * 20), decimals=6, symbol="USDC")
BLOCK = BlockRef(number=12, hash="0x" + "12" * 32, timestamp=1_750_000_000)


def sample_call() -> Call:
    """Return a call with every kind of argument and requirement."""
    return Call(
        to=RESERVE,
        label="InfrastructureReserve",
        signature="f(string,address,uint256,int8,bytes,bool,(uint256,bytes4[2])[])",
        args=(
            Argument(name="modelId", type="string", value="model\nwith\x1boddities"),
            Argument(name="payee", type="address", value=ALICE),
            Argument(name="units", type="uint256", value=2**256 - 1),
            Argument(name="delta", type="int8", value=-128),
            Argument(name="memo", type="bytes", value=b"\x00\xff"),
            Argument(name="flag", type="bool", value=True),
            Argument(
                name="items", type="(uint256,bytes4[2])[]", value=((1, (b"abcd", b"efgh")), (2, (b"ijkl", b"mnop")))
            ),
        ),
        data=b"\x01\x02\x03\x04\x05",
        value=10**18,
        purpose="Show every kind of value",
        requires=(
            RoleRequired(contract=RESERVE, role=PAYER_ROLE),
            OwnershipRequired(contract=RESERVE),
            AccountRequired(account=BOB),
        ),
    )


def sample_plan() -> Plan:
    """Return a plan with every kind of part."""
    return Plan(
        title="Pay invoice INV-1",
        network="devnet",
        chain_id=31337,
        block=BLOCK,
        calls=(sample_call(),),
        after=(
            ViewCondition(
                to=RESERVE,
                label="InfrastructureReserve",
                signature="accrued(string)",
                data=b"\xaa",
                returns=("uint256", "address"),
                expected=(5, ALICE),
                text="accrued is 5",
            ),
            EventCondition(
                address=RESERVE,
                label="InfrastructureReserve",
                event="Paid",
                args=(Argument(name="modelId", type="string", value="m"),),
                text="Paid is emitted once",
            ),
            BalanceCondition(token=USDC.address, account=RESERVE, change=-80_000_000, text="the reserve pays 80 USDC"),
            BalanceCondition(token=None, account=ALICE, change=10**18, text="Alice receives 1 ether"),
        ),
        touches=(BOB,),
        creates=(ALICE,),
        moves_funds=True,
        config_source="/home/ops/hokctl.toml",
    )
