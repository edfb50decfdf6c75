// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts-v4/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts-v4/token/ERC20/utils/SafeERC20.sol";

/// @title Stand-in for the live vesting vault: rewards that become due over time
/// @dev Schedules are made by the token manager, which sends the tokens beforehand.
contract RewardVestingVault {
    using SafeERC20 for IERC20;

    struct Schedule {
        address token;
        address beneficiary;
        string modelId;
        uint256 totalAmount;
        uint256 claimed;
        uint64 start;
        uint64 cliffSeconds;
        uint64 duration;
    }

    /// @notice May create schedules.
    address public immutable tokenManager;
    /// @notice The number of the next schedule.
    uint256 public nextScheduleId = 1;
    /// @notice The schedules by number.
    mapping(uint256 scheduleId => Schedule schedule) public schedules;

    mapping(address beneficiary => uint256[] scheduleIds) private _schedulesOf;

    /// @notice A schedule was created.
    event VestingScheduleCreated(
        uint256 indexed scheduleId,
        string indexed modelId,
        address indexed beneficiary,
        address token,
        uint256 vestedAmount,
        uint64 start,
        uint64 cliffSeconds,
        uint64 duration
    );
    /// @notice A beneficiary took what was due.
    event VestedRewardClaimed(
        uint256 indexed scheduleId, string indexed modelId, address indexed beneficiary, uint256 amount
    );

    constructor(address tokenManagerAddress) {
        tokenManager = tokenManagerAddress;
    }

    /// @notice Creates a schedule over tokens that were sent here. The token manager.
    function createSchedule(
        string calldata modelId,
        address token,
        address beneficiary,
        uint256 totalAmount,
        uint64 cliffSeconds,
        uint64 duration
    ) external returns (uint256 scheduleId) {
        require(msg.sender == tokenManager, "VestingVault: not the token manager");
        require(totalAmount != 0 && duration != 0 && cliffSeconds <= duration, "VestingVault: invalid schedule");
        scheduleId = nextScheduleId++;
        uint64 start = uint64(block.timestamp);
        schedules[scheduleId] = Schedule(token, beneficiary, modelId, totalAmount, 0, start, cliffSeconds, duration);
        _schedulesOf[beneficiary].push(scheduleId);
        emit VestingScheduleCreated(
            scheduleId, modelId, beneficiary, token, totalAmount, start, cliffSeconds, duration
        );
    }

    /// @notice Sends the caller what is due of one of their schedules.
    function claim(uint256 scheduleId) external returns (uint256 claimedAmount) {
        Schedule storage schedule = schedules[scheduleId];
        require(msg.sender == schedule.beneficiary, "VestingVault: not the beneficiary");
        claimedAmount = claimable(scheduleId);
        require(claimedAmount != 0, "VestingVault: nothing to claim");
        schedule.claimed += claimedAmount;
        IERC20(schedule.token).safeTransfer(msg.sender, claimedAmount);
        emit VestedRewardClaimed(scheduleId, schedule.modelId, msg.sender, claimedAmount);
    }

    /// @notice One schedule.
    function getSchedule(uint256 scheduleId) external view returns (Schedule memory schedule) {
        return schedules[scheduleId];
    }

    /// @notice The numbers of a beneficiary's schedules.
    function getSchedulesByBeneficiary(address beneficiary) external view returns (uint256[] memory scheduleIds) {
        return _schedulesOf[beneficiary];
    }

    /// @notice What is not yet due.
    function unvestedAmount(uint256 scheduleId) external view returns (uint256 amount) {
        return schedules[scheduleId].totalAmount - vestedAmount(scheduleId);
    }

    /// @notice What is due and not yet taken.
    function claimable(uint256 scheduleId) public view returns (uint256 amount) {
        return vestedAmount(scheduleId) - schedules[scheduleId].claimed;
    }

    /// @notice What became due so far: nothing before the cliff, then evenly.
    function vestedAmount(uint256 scheduleId) public view returns (uint256 amount) {
        Schedule storage schedule = schedules[scheduleId];
        uint256 elapsed = block.timestamp - schedule.start;
        if (elapsed < schedule.cliffSeconds) return 0;
        if (elapsed >= schedule.duration) return schedule.totalAmount;
        return schedule.totalAmount * elapsed / schedule.duration;
    }
}
