// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts-v4/security/Pausable.sol";
import {IERC20} from "@openzeppelin/contracts-v4/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts-v4/token/ERC20/utils/SafeERC20.sol";
import {RewardVestingVault} from "./RewardVestingVault.sol";

/// @title Stand-in for the live escrow: rewards of people who have no wallet yet
/// @dev Nothing on the chain keeps a reference from being released twice, and its admin may take any token out.
contract PendingClaimsEscrow is AccessControl, Pausable {
    using SafeERC20 for IERC20;

    /// @notice May release.
    bytes32 public constant RELEASER_ROLE = keccak256("RELEASER_ROLE");
    /// @notice May pause, but not unpause.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    /// @notice The most releases of one batch.
    uint256 public constant MAX_BATCH = 100;

    /// @notice All that was released of a token.
    mapping(address token => uint256 amount) public totalReleased;

    /// @notice An account is the zero address.
    error ZeroAddress(string context);
    /// @notice An amount is 0.
    error InvalidAmount(string context);
    /// @notice A batch is empty.
    error ArrayEmpty();
    /// @notice A batch is larger than it may be.
    error ArrayTooLarge(uint256 length, uint256 maxLength);
    /// @notice The lists of a batch have different lengths.
    error ArrayLengthMismatch(uint256 expected, uint256 actual);

    /// @notice A claim was paid out.
    event Released(address indexed token, address indexed to, uint256 amount, bytes32 indexed referenceId);
    /// @notice The admin took tokens out.
    event Rescued(address indexed token, address indexed to, uint256 amount);
    /// @notice What was due of a vesting schedule came in.
    event VestedClaimed(address indexed vault, uint256 indexed scheduleId, uint256 amount);

    constructor(address admin) {
        if (admin == address(0)) revert ZeroAddress("admin");
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(PAUSER_ROLE, admin);
    }

    /// @notice Pays a claim out. RELEASER_ROLE.
    function release(address token, address to, uint256 amount, bytes32 referenceId)
        external
        onlyRole(RELEASER_ROLE)
        whenNotPaused
    {
        _release(token, to, amount, referenceId);
    }

    /// @notice Pays claims out, all or none. RELEASER_ROLE.
    function releaseBatch(
        address token,
        address[] calldata recipients,
        uint256[] calldata amounts,
        bytes32[] calldata refs
    ) external onlyRole(RELEASER_ROLE) whenNotPaused {
        uint256 length = recipients.length;
        if (length == 0) revert ArrayEmpty();
        if (length > MAX_BATCH) revert ArrayTooLarge(length, MAX_BATCH);
        if (amounts.length != length) revert ArrayLengthMismatch(length, amounts.length);
        if (refs.length != length) revert ArrayLengthMismatch(length, refs.length);
        for (uint256 i = 0; i < length; ++i) {
            _release(token, recipients[i], amounts[i], refs[i]);
        }
    }

    /// @notice Takes any token out, paused or not. DEFAULT_ADMIN_ROLE.
    function rescue(address token, address to, uint256 amount) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (token == address(0)) revert ZeroAddress("token");
        if (to == address(0)) revert ZeroAddress("to");
        if (amount == 0) revert InvalidAmount("amount");
        IERC20(token).safeTransfer(to, amount);
        emit Rescued(token, to, amount);
    }

    /// @notice Takes in what is due of one of the escrow's schedules. RELEASER_ROLE.
    function claimVested(address vault, uint256 scheduleId)
        external
        onlyRole(RELEASER_ROLE)
        returns (uint256 claimedAmount)
    {
        return _claimVested(vault, scheduleId);
    }

    /// @notice Takes in what is due of several of the escrow's schedules. RELEASER_ROLE.
    function claimVestedBatch(address vault, uint256[] calldata scheduleIds) external onlyRole(RELEASER_ROLE) {
        if (scheduleIds.length == 0) revert ArrayEmpty();
        if (scheduleIds.length > MAX_BATCH) revert ArrayTooLarge(scheduleIds.length, MAX_BATCH);
        for (uint256 i = 0; i < scheduleIds.length; ++i) {
            _claimVested(vault, scheduleIds[i]);
        }
    }

    /// @notice Stops releases. PAUSER_ROLE.
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @notice Lets releases go on. DEFAULT_ADMIN_ROLE.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @notice What the escrow holds of a token.
    function tokenBalance(address token) external view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    function _release(address token, address to, uint256 amount, bytes32 referenceId) private {
        if (token == address(0)) revert ZeroAddress("token");
        if (to == address(0)) revert ZeroAddress("to");
        if (amount == 0) revert InvalidAmount("amount");
        totalReleased[token] += amount;
        IERC20(token).safeTransfer(to, amount);
        emit Released(token, to, amount, referenceId);
    }

    function _claimVested(address vault, uint256 scheduleId) private returns (uint256 claimedAmount) {
        claimedAmount = RewardVestingVault(vault).claim(scheduleId);
        emit VestedClaimed(vault, scheduleId, claimedAmount);
    }
}
