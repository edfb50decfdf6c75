// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts-v4/security/ReentrancyGuard.sol";
import {IERC20} from "@openzeppelin/contracts-v4/token/ERC20/IERC20.sol";
import {IFactory, IParams, IPool, IReserve, IToken} from "./V2Interfaces.sol";
import {requireAddress, requireAmount, requireModelId} from "./V2Errors.sol";

/// @title What the fee routers of v2.0.0 and of mainnet have in common
/// @dev Fees are taken to the router first and handed on by allowances.
abstract contract V2RouterBase is AccessControl, ReentrancyGuard {
    bytes32 public constant FEE_DEPOSITOR_ROLE = keccak256("FEE_DEPOSITOR_ROLE");

    address public immutable factory;
    IERC20 public immutable reserveToken;
    address public immutable infraReserve;
    uint256 public totalFeesDeposited;
    mapping(string modelId => uint256 units) public modelFees;

    event BatchDeposited(
        uint256 totalAmount,
        uint256 totalInfrastructure,
        uint256 totalProfit,
        uint256 modelCount,
        address indexed depositor
    );
    event FeeDeposited(
        string indexed modelId,
        address indexed poolAddress,
        uint256 totalAmount,
        uint256 infrastructureAmount,
        uint256 profitAmount,
        address indexed depositor
    );

    constructor(address _factory, address _reserveToken, address _infraReserve) {
        requireAddress(_factory, "factory");
        requireAddress(_reserveToken, "reserve token");
        requireAddress(_infraReserve, "infrastructure reserve");
        factory = _factory;
        reserveToken = IERC20(_reserveToken);
        infraReserve = _infraReserve;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function getBalance() external view returns (uint256) {
        return reserveToken.balanceOf(address(this));
    }

    function getModelFees(string memory modelId) external view returns (uint256) {
        return modelFees[modelId];
    }

    function getModelStats(string memory modelId)
        external
        view
        returns (uint256 totalFees, uint256 currentInfraBps, uint256 currentProfitBps)
    {
        currentInfraBps = _bps(_pool(modelId));
        return (modelFees[modelId], currentInfraBps, 10_000 - currentInfraBps);
    }

    function isDepositor(address account) external view returns (bool) {
        return hasRole(FEE_DEPOSITOR_ROLE, account);
    }

    function _pull(uint256 amount) internal {
        require(reserveToken.transferFrom(msg.sender, address(this), amount), "Transfer failed");
    }

    function _toReserve(string memory modelId, uint256 infrastructure) internal {
        if (infrastructure == 0) return;
        reserveToken.approve(infraReserve, infrastructure);
        IReserve(infraReserve).deposit(modelId, infrastructure);
    }

    function _toPool(string memory modelId, address pool, uint256 amount, uint256 infrastructure) internal {
        uint256 profit = amount - infrastructure;
        if (profit != 0) {
            reserveToken.approve(pool, profit);
            IPool(pool).depositFees(profit);
        }
        modelFees[modelId] += amount;
        totalFeesDeposited += amount;
        emit FeeDeposited(modelId, pool, amount, infrastructure, profit, msg.sender);
    }

    /// @dev The reserve refuses a batch with a share of zero, so such a batch fails as a whole.
    function _spread(
        string[] memory modelIds,
        address[] memory pools,
        uint256[] memory amounts,
        uint256[] memory shares
    ) internal {
        uint256 total;
        uint256 infrastructure;
        for (uint256 i; i < modelIds.length; ++i) {
            total += amounts[i];
            infrastructure += shares[i];
        }
        _pull(total);
        reserveToken.approve(infraReserve, infrastructure);
        IReserve(infraReserve).batchDeposit(modelIds, shares);
        for (uint256 i; i < modelIds.length; ++i) {
            _toPool(modelIds[i], pools[i], amounts[i], shares[i]);
        }
        emit BatchDeposited(total, infrastructure, total - infrastructure, modelIds.length, msg.sender);
    }

    function _knownPool(string memory modelId, uint256 amount) internal view returns (address) {
        requireModelId(modelId);
        requireAmount(amount);
        require(IFactory(factory).hasPool(modelId), "Pool does not exist");
        return IFactory(factory).getPool(modelId);
    }

    function _pool(string memory modelId) internal view returns (address pool) {
        pool = IFactory(factory).getPool(modelId);
        require(pool != address(0), "Pool not found");
    }

    function _bps(address pool) internal view returns (uint256) {
        address params = IToken(IPool(pool).hokusaiToken()).params();
        require(params != address(0), "Params not found");
        return IParams(params).infrastructureAccrualBps();
    }
}
