"""Interfaces that hokctl reads but has no artifacts of, as text: OpenZeppelin 4.9 and 5, ERC-20, Safe, timelock.

Sources: the published sources of those versions, and the interface of protocol v2.0.0.
"""

from functools import cache
from typing import Final

from hokctl.clients.abi import artifact_names, load_artifact
from hokctl.clients.common_interfaces import COMMON
from hokctl.clients.fragments import Fragment, fragments_from_abi, parse_fragments
from hokctl.clients.live_events import LIVE_EVENTS
from hokctl.clients.live_interfaces import LIVE

_TX: Final = (
    "address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, "
    "uint256 gasPrice, address gasToken, address refundReceiver"
)

_ACCESS_CONTROL: Final = (
    "function grantRole(bytes32 role, address account)",
    "function revokeRole(bytes32 role, address account)",
    "function renounceRole(bytes32 role, address callerConfirmation)",
    "event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)",
    "event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)",
    "event RoleAdminChanged(bytes32 indexed role, bytes32 indexed previousAdminRole, bytes32 indexed newAdminRole)",
    "error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)",
    "error AccessControlBadConfirmation()",
)

_OWNABLE: Final = (
    "function transferOwnership(address newOwner)",
    "function acceptOwnership()",
    "function renounceOwnership()",
    "event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)",
    "event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner)",
    "error OwnableUnauthorizedAccount(address account)",
    "error OwnableInvalidOwner(address owner)",
)

_PAUSABLE: Final = (
    "function pause()",
    "function unpause()",
    "event Paused(address account)",
    "event Unpaused(address account)",
    "error EnforcedPause()",
    "error ExpectedPause()",
)

_ERC20: Final = (
    "function approve(address spender, uint256 value)",
    "function transfer(address to, uint256 value)",
    "function transferFrom(address from, address to, uint256 value)",
    "event Transfer(address indexed from, address indexed to, uint256 value)",
    "event Approval(address indexed owner, address indexed spender, uint256 value)",
    "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
    "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
    "error ERC20InvalidSender(address sender)",
    "error ERC20InvalidReceiver(address receiver)",
    "error ERC20InvalidApprover(address approver)",
    "error ERC20InvalidSpender(address spender)",
    "error SafeERC20FailedOperation(address token)",
)

_OPENZEPPELIN: Final = (
    "error AddressEmptyCode(address target)",
    "error FailedCall()",
    "error FailedInnerCall()",
    "error ReentrancyGuardReentrantCall()",
    "error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)",
)

_PROTOCOL_V2: Final = (
    "error ZeroAddress(string context)",
    "error InvalidAmount(string context)",
    "error EmptyString(string context)",
    "error ArrayLengthMismatch(uint256 expected, uint256 actual)",
    "error ArrayEmpty()",
    "error ArrayTooLarge(uint256 length, uint256 maxLength)",
    "error ValueOutOfBounds(uint256 value, uint256 min, uint256 max)",
    "error FeeTooHigh(uint256 feeBps, uint256 maxBps)",
    "error PowerUnderflow()",
    "error LnUndefined()",
    "error DivisionByZero()",
)

_SAFE: Final = (
    f"function execTransaction({_TX}, bytes signatures)",
    "function approveHash(bytes32 hashToApprove)",
    (
        "function setup(address[] _owners, uint256 _threshold, address to, bytes data, address fallbackHandler, "
        "address paymentToken, uint256 payment, address paymentReceiver)"
    ),
    "function addOwnerWithThreshold(address owner, uint256 _threshold)",
    "function removeOwner(address prevOwner, address owner, uint256 _threshold)",
    "function swapOwner(address prevOwner, address oldOwner, address newOwner)",
    "function changeThreshold(uint256 _threshold)",
    "function enableModule(address module)",
    "function disableModule(address prevModule, address module)",
    "function setGuard(address guard)",
    "function setFallbackHandler(address handler)",
    "function execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)",
    (
        "event SafeSetup(address indexed initiator, address[] owners, uint256 threshold, address initializer, "
        "address fallbackHandler)"
    ),
    "event SafeReceived(address indexed sender, uint256 value)",
    "event ApproveHash(bytes32 indexed approvedHash, address indexed owner)",
    f"event SafeMultiSigTransaction({_TX}, bytes signatures, bytes additionalInfo)",
    "event SafeModuleTransaction(address module, address to, uint256 value, bytes data, uint8 operation)",
    "event ChangedThreshold(uint256 threshold)",
    "event ExecutionFromModuleSuccess(address indexed module)",
    "event ExecutionFromModuleFailure(address indexed module)",
)

_SAFE_INDEXED_SINCE_1_4: Final = (
    ("AddedOwner", "address {}owner"),
    ("RemovedOwner", "address {}owner"),
    ("EnabledModule", "address {}module"),
    ("DisabledModule", "address {}module"),
    ("ChangedGuard", "address {}guard"),
    ("ChangedFallbackHandler", "address {}handler"),
    ("ExecutionSuccess", "bytes32 {}txHash, uint256 payment"),
    ("ExecutionFailure", "bytes32 {}txHash, uint256 payment"),
    ("ProxyCreation", "address {}proxy, address singleton"),
    ("ContractCreation", "address {}newContract"),
)
"""Events whose first argument 1.4.1 indexes and 1.3.0 does not."""

_SAFE_PERIPHERY: Final = (
    "function createProxyWithNonce(address _singleton, bytes initializer, uint256 saltNonce)",
    "function multiSend(bytes transactions)",
    "function performCreate(uint256 value, bytes deploymentData)",
    "function performCreate2(uint256 value, bytes deploymentData, bytes32 salt)",
)

_TIMELOCK: Final = (
    "function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)",
    (
        "function scheduleBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, "
        "bytes32 salt, uint256 delay)"
    ),
    "function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt)",
    "function executeBatch(address[] targets, uint256[] values, bytes[] payloads, bytes32 predecessor, bytes32 salt)",
    "function cancel(bytes32 id)",
    "function updateDelay(uint256 newDelay)",
    (
        "event CallScheduled(bytes32 indexed id, uint256 indexed index, address target, uint256 value, bytes data, "
        "bytes32 predecessor, uint256 delay)"
    ),
    "event CallExecuted(bytes32 indexed id, uint256 indexed index, address target, uint256 value, bytes data)",
    "event CallSalt(bytes32 indexed id, bytes32 salt)",
    "event Cancelled(bytes32 indexed id)",
    "event MinDelayChange(uint256 oldDuration, uint256 newDuration)",
    "error TimelockInvalidOperationLength(uint256 targets, uint256 payloads, uint256 values)",
    "error TimelockInsufficientDelay(uint256 delay, uint256 minDelay)",
    "error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)",
    "error TimelockUnexecutedPredecessor(bytes32 predecessorId)",
    "error TimelockUnauthorizedCaller(address caller)",
)

_PROPOSAL: Final = "address[] targets, uint256[] values, bytes[] calldatas"

_GOVERNOR: Final = (
    f"function propose({_PROPOSAL}, string description)",
    f"function queue({_PROPOSAL}, bytes32 descriptionHash)",
    f"function execute({_PROPOSAL}, bytes32 descriptionHash)",
    f"function cancel({_PROPOSAL}, bytes32 descriptionHash)",
    "function castVote(uint256 proposalId, uint8 support)",
    "function castVoteWithReason(uint256 proposalId, uint8 support, string reason)",
    (
        "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, "
        "string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description)"
    ),
    "event ProposalQueued(uint256 proposalId, uint256 etaSeconds)",
    "event ProposalExecuted(uint256 proposalId)",
    "event ProposalCanceled(uint256 proposalId)",
    "event VoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason)",
    "error GovernorInsufficientProposerVotes(address proposer, uint256 votes, uint256 threshold)",
    "error GovernorNonexistentProposal(uint256 proposalId)",
    "error GovernorNotQueuedProposal(uint256 proposalId)",
    "error GovernorAlreadyQueuedProposal(uint256 proposalId)",
    "error GovernorRestrictedProposer(address proposer)",
    "error GovernorUnexpectedProposalState(uint256 proposalId, uint8 current, bytes32 expectedStates)",
    "error GovernorInvalidProposalLength(uint256 targets, uint256 calldatas, uint256 values)",
    "error GovernorOnlyExecutor(address account)",
)


@cache
def known_fragments() -> tuple[Fragment, ...]:
    """Return every function, event and error that hokctl can name: the suite's first, then the others'."""
    own = (fragment for name in artifact_names() for fragment in fragments_from_abi(name, load_artifact(name).abi))
    return (*own, *_foreign_fragments())


def _foreign_fragments() -> tuple[Fragment, ...]:
    safe_events = tuple(
        f"event {name}({inputs.format(indexed)})"
        for name, inputs in _SAFE_INDEXED_SINCE_1_4
        for indexed in ("indexed ", "")
    )
    return (
        *parse_fragments("AccessControl", _ACCESS_CONTROL),
        *parse_fragments("Ownable", _OWNABLE),
        *parse_fragments("Pausable", _PAUSABLE),
        *parse_fragments("ERC20", _ERC20),
        *parse_fragments("OpenZeppelin", _OPENZEPPELIN),
        *parse_fragments("Protocol v2.0.0", _PROTOCOL_V2),
        *parse_fragments("Safe", (*_SAFE, *safe_events)),
        *parse_fragments("SafeProxyFactory", _SAFE_PERIPHERY[:1]),
        *parse_fragments("MultiSend", _SAFE_PERIPHERY[1:2]),
        *parse_fragments("CreateCall", _SAFE_PERIPHERY[2:]),
        *parse_fragments("TimelockController", _TIMELOCK),
        *parse_fragments("Governor", _GOVERNOR),
        *(
            item
            for table in (COMMON, LIVE, LIVE_EVENTS)
            for contract, texts in table.items()
            for item in parse_fragments(contract, texts)
        ),
    )
