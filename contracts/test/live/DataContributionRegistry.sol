// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";

/// @title Stand-in for the register of contributions: its roles, not what it registers
contract DataContributionRegistry is AccessControl {
    bytes32 public constant RECORDER_ROLE = keccak256("RECORDER_ROLE");
    bytes32 public constant VERIFIER_ROLE = keccak256("VERIFIER_ROLE");

    uint256 public constant nextContributionId = 1;

    event ContributionVerified(uint256 indexed contributionId, address verifier);

    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(RECORDER_ROLE, msg.sender);
        _grantRole(VERIFIER_ROLE, msg.sender);
    }

    function verifyContribution(uint256 contributionId) external onlyRole(VERIFIER_ROLE) {
        require(contributionId < nextContributionId, "Contribution not registered");
        emit ContributionVerified(contributionId, msg.sender);
    }
}
