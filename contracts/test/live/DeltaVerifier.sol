// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts-v4/security/Pausable.sol";

/// @title Stand-in for mainnet's verifier of model improvements: its roles and switches, not what it verifies
contract DeltaVerifier is AccessControl, Pausable {
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    bytes32 public constant SUBMITTER_ROLE = keccak256("SUBMITTER_ROLE");

    address public immutable modelRegistry;
    address public immutable tokenManager;
    address public immutable contributionRegistry;
    uint256 public baseRewardRate;
    uint256 public minImprovementBps;
    uint256 public maxReward;
    uint256 public attesterCount;
    uint256 public attesterThreshold;
    bool public legacyMintsDisabled;
    mapping(address account => bool isKnown) public isAttester;
    mapping(uint256 modelId => uint256 units) public mintBudgetRemaining;
    mapping(uint256 modelId => bytes32 head) public modelWeightHead;

    event AttesterAdded(address indexed attester, uint256 attesterCount);
    event AttesterRemoved(address indexed attester, uint256 attesterCount);
    event AttesterThresholdUpdated(uint256 threshold);
    event LegacyMintsDisabled(address indexed by);
    event MintBudgetSet(uint256 indexed modelId, uint256 previousRemaining, uint256 newRemaining);
    event MintBudgetToppedUp(uint256 indexed modelId, uint256 addedAmount, uint256 newRemaining);
    event ModelLineageHeadReset(uint256 indexed modelId, bytes32 oldHead, bytes32 newHead);
    event RewardParametersUpdated(uint256 baseRewardRate, uint256 minImprovementBps, uint256 maxReward);

    error AttesterAlreadyRegistered(address attester);
    error AttesterNotRegistered(address attester);
    error AttesterThresholdWouldBeUnmet(uint256 newAttesterCount, uint256 threshold);
    error InvalidAttesterThreshold(uint256 threshold, uint256 attesterCount);
    error LegacyMintEntrypointDisabled();
    error ZeroAttester();

    constructor(
        address _modelRegistry,
        address _tokenManager,
        address _contributionRegistry,
        uint256 _baseRewardRate,
        uint256 _minImprovementBps,
        uint256 _maxReward
    ) {
        modelRegistry = _modelRegistry;
        tokenManager = _tokenManager;
        contributionRegistry = _contributionRegistry;
        baseRewardRate = _baseRewardRate;
        minImprovementBps = _minImprovementBps;
        maxReward = _maxReward;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(PAUSER_ROLE, msg.sender);
        _grantRole(SUBMITTER_ROLE, msg.sender);
    }

    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    function addAttester(address attester) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (attester == address(0)) revert ZeroAttester();
        if (isAttester[attester]) revert AttesterAlreadyRegistered(attester);
        isAttester[attester] = true;
        emit AttesterAdded(attester, ++attesterCount);
    }

    function removeAttester(address attester) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (!isAttester[attester]) revert AttesterNotRegistered(attester);
        if (attesterCount - 1 < attesterThreshold) {
            revert AttesterThresholdWouldBeUnmet(attesterCount - 1, attesterThreshold);
        }
        delete isAttester[attester];
        emit AttesterRemoved(attester, --attesterCount);
    }

    function setAttesterThreshold(uint256 threshold) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (threshold == 0 || threshold > attesterCount) revert InvalidAttesterThreshold(threshold, attesterCount);
        attesterThreshold = threshold;
        emit AttesterThresholdUpdated(threshold);
    }

    function setMintBudget(uint256 modelId, uint256 amount) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit MintBudgetSet(modelId, mintBudgetRemaining[modelId], amount);
        mintBudgetRemaining[modelId] = amount;
    }

    function topUpMintBudget(uint256 modelId, uint256 amount) external onlyRole(DEFAULT_ADMIN_ROLE) {
        mintBudgetRemaining[modelId] += amount;
        emit MintBudgetToppedUp(modelId, amount, mintBudgetRemaining[modelId]);
    }

    function resetModelHead(uint256 modelId, bytes32 newHead) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit ModelLineageHeadReset(modelId, modelWeightHead[modelId], newHead);
        modelWeightHead[modelId] = newHead;
    }

    function setBaseRewardRate(uint256 _baseRewardRate) external onlyRole(DEFAULT_ADMIN_ROLE) {
        baseRewardRate = _baseRewardRate;
        emit RewardParametersUpdated(baseRewardRate, minImprovementBps, maxReward);
    }

    /// @dev One way.
    function disableLegacyMints() external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (legacyMintsDisabled) revert LegacyMintEntrypointDisabled();
        legacyMintsDisabled = true;
        emit LegacyMintsDisabled(msg.sender);
    }
}
