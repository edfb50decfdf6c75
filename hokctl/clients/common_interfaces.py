"""Functions that treasuries meet everywhere: tokens, proxies, Safe's lesser ones, and contracts that bundle calls.

Sources: ERC-20, ERC-721, ERC-1155, ERC-2612; OpenZeppelin 4.9 and 5; Safe 1.3.0 to 1.5.0; WETH9; Multicall3.
"""

from typing import Final

COMMON: Final[dict[str, tuple[str, ...]]] = {
    "ERC20": (
        "function increaseAllowance(address spender, uint256 addedValue)",
        "function decreaseAllowance(address spender, uint256 subtractedValue)",
        (
            "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, "
            "bytes32 s)"
        ),
    ),
    "USDC": (
        "function blacklist(address _account)",
        "function unBlacklist(address _account)",
        "function configureMinter(address minter, uint256 minterAllowedAmount)",
        "function removeMinter(address minter)",
    ),
    "WETH": (
        "function deposit() payable",
        "function withdraw(uint256 wad)",
    ),
    "ERC721": (
        "function safeTransferFrom(address from, address to, uint256 tokenId)",
        "function setApprovalForAll(address operator, bool approved)",
    ),
    "ERC1155": (
        "function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data)",
        "function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data)",
    ),
    "UUPSUpgradeable": (
        "function upgradeTo(address newImplementation)",
        "function upgradeToAndCall(address newImplementation, bytes data) payable",
    ),
    "TransparentUpgradeableProxy": ("function changeAdmin(address newAdmin)",),
    "ProxyAdmin": (
        "function upgrade(address proxy, address implementation)",
        "function upgradeAndCall(address proxy, address implementation, bytes data) payable",
        "function changeProxyAdmin(address proxy, address newAdmin)",
    ),
    "AccessControlDefaultAdminRules": (
        "function beginDefaultAdminTransfer(address newAdmin)",
        "function cancelDefaultAdminTransfer()",
        "function acceptDefaultAdminTransfer()",
        "function changeDefaultAdminDelay(uint48 newDelay)",
    ),
    "GovernorStorage": (
        "function queue(uint256 proposalId) payable",
        "function execute(uint256 proposalId) payable",
        "function cancel(uint256 proposalId)",
    ),
    "GovernorSettings": (
        "function relay(address target, uint256 value, bytes data) payable",
        "function setVotingDelay(uint48 newVotingDelay)",
        "function setVotingPeriod(uint32 newVotingPeriod)",
        "function setProposalThreshold(uint256 newProposalThreshold)",
        "function updateQuorumNumerator(uint256 newQuorumNumerator)",
        "function updateTimelock(address newTimelock)",
    ),
    "Votes": ("function delegate(address delegatee)",),
    "Multicall": ("function multicall(bytes[] data)",),
    "Multicall3": (
        "function aggregate((address target, bytes callData)[] calls) payable",
        "function tryAggregate(bool requireSuccess, (address target, bytes callData)[] calls) payable",
        "function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable",
        (
            "function aggregate3Value((address target, bool allowFailure, uint256 value, bytes callData)[] calls) "
            "payable"
        ),
    ),
    "Safe": (
        "function execTransactionFromModuleReturnData(address to, uint256 value, bytes data, uint8 operation)",
        "function setModuleGuard(address moduleGuard)",
        "function simulateAndRevert(address targetContract, bytes calldataPayload)",
        "function changeMasterCopy(address _masterCopy)",
    ),
    "SafeMigration": (
        "function migrateSingleton()",
        "function migrateWithFallbackHandler()",
        "function migrateL2Singleton()",
        "function migrateL2WithFallbackHandler()",
    ),
    "SafeToL2Setup": ("function setupToL2(address l2Singleton)",),
    "SignMessageLib": ("function signMessage(bytes _data)",),
    "CreateCall": (
        "function performCreate(uint256 value, bytes deploymentData)",
        "function performCreate2(uint256 value, bytes deploymentData, bytes32 salt)",
    ),
    "SafeProxyFactory": (
        "function createChainSpecificProxyWithNonce(address _singleton, bytes initializer, uint256 saltNonce)",
        "function createProxyWithCallback(address _singleton, bytes initializer, uint256 saltNonce, address callback)",
    ),
    "SimulateTxAccessor": ("function simulate(address to, uint256 value, bytes data, uint8 operation)",),
}
"""Functions per contract or standard, besides those of `interfaces`."""
