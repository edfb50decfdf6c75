// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";

/// @title Stand-in for a model's parameters as of v2.0.0
/// @dev The account that creates it, the TokenManager, holds DEFAULT_ADMIN_ROLE and cannot use it: GOV_ROLE is frozen.
contract V2HokusaiParams is AccessControl {
    bytes32 public constant GOV_ROLE = keccak256("GOV_ROLE");
    uint256 public constant MIN_TOKENS_PER_DELTA_ONE = 100;
    uint256 public constant MAX_TOKENS_PER_DELTA_ONE = 100_000;
    uint16 public constant MIN_INFRASTRUCTURE_ACCRUAL_BPS = 5_000;
    uint16 public constant MAX_INFRASTRUCTURE_ACCRUAL_BPS = 10_000;

    uint256 public tokensPerDeltaOne;
    uint16 public infrastructureAccrualBps;
    bytes32 public licenseHash;
    string public licenseURI;

    event InfrastructureAccrualBpsSet(uint16 indexed oldBps, uint16 indexed newBps, address indexed updatedBy);
    event LicenseRefSet(bytes32 indexed oldHash, bytes32 indexed newHash, string newUri, address indexed updatedBy);
    event TokensPerDeltaOneSet(uint256 indexed oldValue, uint256 indexed newValue, address indexed updatedBy);

    constructor(
        uint256 initialTokensPerDeltaOne,
        uint16 initialInfrastructureAccrualBps,
        bytes32 initialLicenseHash,
        string memory initialLicenseURI,
        address governor
    ) {
        require(governor != address(0), "Governor cannot be zero address");
        _checkTokensPerDeltaOne(initialTokensPerDeltaOne);
        _checkBps(initialInfrastructureAccrualBps);
        tokensPerDeltaOne = initialTokensPerDeltaOne;
        infrastructureAccrualBps = initialInfrastructureAccrualBps;
        licenseHash = initialLicenseHash;
        licenseURI = initialLicenseURI;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(GOV_ROLE, governor);
    }

    function setInfrastructureAccrualBps(uint16 newBps) external onlyRole(GOV_ROLE) {
        _checkBps(newBps);
        emit InfrastructureAccrualBpsSet(infrastructureAccrualBps, newBps, msg.sender);
        infrastructureAccrualBps = newBps;
    }

    function setLicenseRef(bytes32 hash, string memory uri) external onlyRole(GOV_ROLE) {
        emit LicenseRefSet(licenseHash, hash, uri, msg.sender);
        licenseHash = hash;
        licenseURI = uri;
    }

    function setTokensPerDeltaOne(uint256 newValue) external onlyRole(GOV_ROLE) {
        _checkTokensPerDeltaOne(newValue);
        emit TokensPerDeltaOneSet(tokensPerDeltaOne, newValue, msg.sender);
        tokensPerDeltaOne = newValue;
    }

    function getProfitShareBps() external view returns (uint16) {
        return 10_000 - infrastructureAccrualBps;
    }

    function licenseRef() external view returns (bytes32 hash, string memory uri) {
        return (licenseHash, licenseURI);
    }

    function _checkBps(uint16 bps) private pure {
        require(
            bps >= MIN_INFRASTRUCTURE_ACCRUAL_BPS && bps <= MAX_INFRASTRUCTURE_ACCRUAL_BPS,
            "infrastructureAccrualBps must be between 5000 and 10000"
        );
    }

    function _checkTokensPerDeltaOne(uint256 value) private pure {
        require(
            value >= MIN_TOKENS_PER_DELTA_ONE && value <= MAX_TOKENS_PER_DELTA_ONE,
            "tokensPerDeltaOne must be between 100 and 100000"
        );
    }
}
