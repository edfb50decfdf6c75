// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LastAdminGuard} from "./LastAdminGuard.sol";
import {IHokusaiParams} from "./interfaces/IHokusaiParams.sol";
import {ValueOutOfBounds, ZeroAddress} from "./Errors.sol";

/// @title Parameters of one model, under its governor
/// @notice Holds the infrastructure split, the reward rate and the licence reference.
/// @dev The governor holds GOV_ROLE and its admin role at birth, so that GOV_ROLE can be handed on.
contract HokusaiParams is IHokusaiParams, LastAdminGuard {
    /// @notice May change the parameters.
    bytes32 public constant GOV_ROLE = keccak256("GOV_ROLE");

    /// @notice Smallest permitted reward rate.
    uint256 public constant MIN_TOKENS_PER_DELTA_ONE = 100;
    /// @notice Largest permitted reward rate.
    uint256 public constant MAX_TOKENS_PER_DELTA_ONE = 100_000;
    /// @notice Smallest permitted infrastructure share, basis points.
    uint16 public constant MIN_INFRASTRUCTURE_ACCRUAL_BPS = 5_000;
    /// @notice Largest permitted infrastructure share, basis points.
    uint16 public constant MAX_INFRASTRUCTURE_ACCRUAL_BPS = 10_000;

    uint16 private _infrastructureAccrualBps;
    uint32 private _tokensPerDeltaOne;
    uint32 private _adminCount;

    /// @notice Hash of the licence text.
    bytes32 public licenseHash;
    /// @notice Where the licence text is found.
    string public licenseURI;

    /// @notice The infrastructure share changed.
    event InfrastructureAccrualBpsSet(uint16 indexed oldBps, uint16 indexed newBps, address indexed updatedBy);
    /// @notice The licence reference changed.
    event LicenseRefSet(bytes32 indexed oldHash, bytes32 indexed newHash, string newUri, address indexed updatedBy);
    /// @notice The reward rate changed.
    event TokensPerDeltaOneSet(uint256 indexed oldValue, uint256 indexed newValue, address indexed updatedBy);

    /// @param initialTokensPerDeltaOne Reward rate, 100 to 100000.
    /// @param initialInfrastructureAccrualBps Infrastructure share, 5000 to 10000 basis points.
    /// @param initialLicenseHash Hash of the licence text.
    /// @param initialLicenseURI Where the licence text is found.
    /// @param governor Receives GOV_ROLE and DEFAULT_ADMIN_ROLE.
    constructor(
        uint256 initialTokensPerDeltaOne,
        uint16 initialInfrastructureAccrualBps,
        bytes32 initialLicenseHash,
        string memory initialLicenseURI,
        address governor
    ) {
        if (governor == address(0)) revert ZeroAddress();
        _checkTokensPerDeltaOne(initialTokensPerDeltaOne);
        _checkBps(initialInfrastructureAccrualBps);
        // Casting is safe: the check above bounds the value at 100,000.
        _tokensPerDeltaOne = uint32(initialTokensPerDeltaOne);
        _infrastructureAccrualBps = initialInfrastructureAccrualBps;
        licenseHash = initialLicenseHash;
        licenseURI = initialLicenseURI;
        _grantRole(DEFAULT_ADMIN_ROLE, governor);
        _grantRole(GOV_ROLE, governor);
    }

    /// @notice Sets the share of each API fee that is set aside for infrastructure. GOV_ROLE.
    /// @param newBps 5000 to 10000 basis points.
    function setInfrastructureAccrualBps(uint16 newBps) external onlyRole(GOV_ROLE) {
        _checkBps(newBps);
        uint16 oldBps = _infrastructureAccrualBps;
        _infrastructureAccrualBps = newBps;
        emit InfrastructureAccrualBpsSet(oldBps, newBps, msg.sender);
    }

    /// @notice Sets the licence reference. GOV_ROLE.
    /// @param hash Hash of the licence text.
    /// @param uri Where the text is found.
    function setLicenseRef(bytes32 hash, string calldata uri) external onlyRole(GOV_ROLE) {
        bytes32 oldHash = licenseHash;
        licenseHash = hash;
        licenseURI = uri;
        emit LicenseRefSet(oldHash, hash, uri, msg.sender);
    }

    /// @notice Sets the reward rate. GOV_ROLE.
    /// @param newValue 100 to 100000.
    function setTokensPerDeltaOne(uint256 newValue) external onlyRole(GOV_ROLE) {
        _checkTokensPerDeltaOne(newValue);
        uint256 oldValue = _tokensPerDeltaOne;
        // Casting is safe: the check above bounds the value at 100,000.
        _tokensPerDeltaOne = uint32(newValue);
        emit TokensPerDeltaOneSet(oldValue, newValue, msg.sender);
    }

    /// @inheritdoc IHokusaiParams
    function infrastructureAccrualBps() external view returns (uint16) {
        return _infrastructureAccrualBps;
    }

    /// @notice Share of each API fee that is profit: what infrastructure leaves over.
    /// @return Basis points, 0 to 5000.
    function getProfitShareBps() external view returns (uint16) {
        return MAX_INFRASTRUCTURE_ACCRUAL_BPS - _infrastructureAccrualBps;
    }

    /// @notice Reward rate.
    /// @return A plain number, 100 to 100000.
    function tokensPerDeltaOne() external view returns (uint256) {
        return _tokensPerDeltaOne;
    }

    /// @notice Licence reference as a whole.
    /// @return hash Hash of the licence text.
    /// @return uri Where the text is found.
    function licenseRef() external view returns (bytes32 hash, string memory uri) {
        return (licenseHash, licenseURI);
    }

    /// @inheritdoc LastAdminGuard
    function adminCount() public view override returns (uint256) {
        return _adminCount;
    }

    function _setAdminCount(uint256 count) internal override {
        _adminCount = uint32(count);
    }

    function _checkBps(uint16 bps) private pure {
        if (bps < MIN_INFRASTRUCTURE_ACCRUAL_BPS || bps > MAX_INFRASTRUCTURE_ACCRUAL_BPS) {
            revert ValueOutOfBounds(bps, MIN_INFRASTRUCTURE_ACCRUAL_BPS, MAX_INFRASTRUCTURE_ACCRUAL_BPS);
        }
    }

    function _checkTokensPerDeltaOne(uint256 value) private pure {
        if (value < MIN_TOKENS_PER_DELTA_ONE || value > MAX_TOKENS_PER_DELTA_ONE) {
            revert ValueOutOfBounds(value, MIN_TOKENS_PER_DELTA_ONE, MAX_TOKENS_PER_DELTA_ONE);
        }
    }
}
