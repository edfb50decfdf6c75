// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LastAdminGuard} from "./LastAdminGuard.sol";
import {TransientLock} from "./TransientLock.sol";
import {IHokusaiAMM} from "./interfaces/IHokusaiAMM.sol";
import {IHokusaiAMMFactory} from "./interfaces/IHokusaiAMMFactory.sol";
import {IHokusaiParams} from "./interfaces/IHokusaiParams.sol";
import {IHokusaiToken} from "./interfaces/IHokusaiToken.sol";
import {IInfrastructureReserve} from "./interfaces/IInfrastructureReserve.sol";
import {ArrayEmpty, ArrayLengthMismatch, EmptyString, PoolNotFound, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Splits API fees between infrastructure and profit
/// @notice Infrastructure = amount * bps / 10000, rounded down, to the reserve; the rest, profit, to the model's pool.
/// @dev Tokens go straight from the depositor to reserve and pool, which check that they came (docs/adr/0002). The
/// router never keeps any. A pool of another build, without `receiveFees`, is paid through a standing approval.
contract UsageFeeRouter is LastAdminGuard, TransientLock {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One slot. `pool` is cached with the first fee; the factory never changes a model's pool.
    struct Model {
        uint88 fees;
        bool takesCredit;
        address pool;
    }

    /// @notice May deposit API fees: the backend.
    bytes32 public constant FEE_DEPOSITOR_ROLE = keccak256("FEE_DEPOSITOR_ROLE");

    uint256 private constant _BPS = 10_000;

    IERC20 private immutable _token;
    /// @notice The pool factory.
    address public immutable factory;
    /// @notice The infrastructure reserve.
    address public immutable infraReserve;

    uint128 private _totalFees;
    uint128 private _adminCount;
    mapping(string modelId => Model model) private _models;

    /// @notice Fees of several models were split.
    event BatchDeposited(
        uint256 totalAmount,
        uint256 totalInfrastructure,
        uint256 totalProfit,
        uint256 modelCount,
        address indexed depositor
    );
    /// @notice A model's fee was split.
    event FeeDeposited(
        string indexed modelId,
        address indexed poolAddress,
        uint256 totalAmount,
        uint256 infrastructureAmount,
        uint256 profitAmount,
        address indexed depositor
    );

    /// @notice The deploying account holds DEFAULT_ADMIN_ROLE at birth.
    /// @param _factory The pool factory.
    /// @param _reserveToken The stablecoin.
    /// @param _infraReserve The reserve, which must grant this router DEPOSITOR_ROLE.
    constructor(address _factory, address _reserveToken, address _infraReserve) {
        if (_factory == address(0) || _reserveToken == address(0) || _infraReserve == address(0)) revert ZeroAddress();
        factory = _factory;
        _token = IERC20(_reserveToken);
        infraReserve = _infraReserve;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    /// @notice Splits one fee, taken from the caller's allowance to this router. FEE_DEPOSITOR_ROLE.
    /// @param modelId Model with a pool.
    /// @param amount Units of the reserve token, not zero.
    function depositFee(string calldata modelId, uint256 amount) external nonReentrant onlyRole(FEE_DEPOSITOR_ROLE) {
        (Model memory model, uint256 infrastructure) = _book(modelId, amount);
        _totalFees += amount.toUint128();
        if (infrastructure != 0) {
            _token.safeTransferFrom(msg.sender, infraReserve, infrastructure);
            IInfrastructureReserve(infraReserve).creditAccrual(modelId, infrastructure);
        }
        _deliver(modelId, model, amount, infrastructure);
    }

    /// @notice Splits fees of several models, all or none. FEE_DEPOSITOR_ROLE.
    /// @dev An item whose infrastructure share rounds to zero goes to its pool as a whole.
    /// @param modelIds Models with a pool.
    /// @param amounts Units of the reserve token for each, not zero.
    function batchDepositFees(string[] calldata modelIds, uint256[] calldata amounts)
        external
        nonReentrant
        onlyRole(FEE_DEPOSITOR_ROLE)
    {
        uint256 count = modelIds.length;
        if (count == 0) revert ArrayEmpty();
        if (count != amounts.length) revert ArrayLengthMismatch(count, amounts.length);
        Model[] memory booked = new Model[](count);
        uint256[] memory shares = new uint256[](count);
        uint256 total;
        uint256 totalInfrastructure;
        for (uint256 i; i < count; ++i) {
            (booked[i], shares[i]) = _book(modelIds[i], amounts[i]);
            total += amounts[i];
            totalInfrastructure += shares[i];
        }
        _totalFees += total.toUint128();
        if (totalInfrastructure != 0) {
            _token.safeTransferFrom(msg.sender, infraReserve, totalInfrastructure);
            IInfrastructureReserve(infraReserve).creditAccruals(modelIds, shares);
        }
        for (uint256 i; i < count; ++i) {
            _deliver(modelIds[i], booked[i], amounts[i], shares[i]);
        }
        emit BatchDeposited(total, totalInfrastructure, total - totalInfrastructure, count, msg.sender);
    }

    /// @notice How a fee would be split now.
    /// @param modelId Model with a pool.
    /// @param amount Units of the reserve token.
    /// @return infrastructureAmount Share for the reserve, rounded down.
    /// @return profitAmount What is left, for the pool.
    function calculateFeeSplit(string calldata modelId, uint256 amount)
        external
        view
        returns (uint256 infrastructureAmount, uint256 profitAmount)
    {
        infrastructureAmount = amount * _infraBps(_find(modelId)) / _BPS;
        profitAmount = amount - infrastructureAmount;
    }

    /// @notice Tokens of the router: zero, but for what was sent here by mistake.
    function getBalance() external view returns (uint256) {
        return _token.balanceOf(address(this));
    }

    /// @notice All fees of a model so far.
    function getModelFees(string calldata modelId) external view returns (uint256) {
        return _models[modelId].fees;
    }

    /// @notice A model's fees and present split.
    /// @return totalFees All fees so far.
    /// @return currentInfraBps Infrastructure share, basis points.
    /// @return currentProfitBps Profit share, basis points.
    function getModelStats(string calldata modelId)
        external
        view
        returns (uint256 totalFees, uint256 currentInfraBps, uint256 currentProfitBps)
    {
        Model memory model = _find(modelId);
        currentInfraBps = _infraBps(model);
        return (model.fees, currentInfraBps, _BPS - currentInfraBps);
    }

    /// @notice Whether the account may deposit fees.
    function isDepositor(address account) external view returns (bool) {
        return hasRole(FEE_DEPOSITOR_ROLE, account);
    }

    /// @notice All fees of a model so far.
    function modelFees(string calldata modelId) external view returns (uint256) {
        return _models[modelId].fees;
    }

    /// @notice The stablecoin.
    function reserveToken() external view returns (address) {
        return address(_token);
    }

    /// @notice All fees so far.
    function totalFeesDeposited() external view returns (uint256) {
        return _totalFees;
    }

    /// @inheritdoc LastAdminGuard
    function adminCount() public view override returns (uint256) {
        return _adminCount;
    }

    function _setAdminCount(uint256 count) internal override {
        _adminCount = uint128(count);
    }

    /// @dev Checks one fee, adds it to the model's sum and works out its infrastructure share.
    function _book(string calldata modelId, uint256 amount)
        private
        returns (Model memory model, uint256 infrastructure)
    {
        if (amount == 0) revert ZeroAmount();
        bool isKnown;
        (model, isKnown) = _lookUp(modelId);
        infrastructure = amount * _infraBps(model) / _BPS;
        model.fees += amount.toUint88();
        _models[modelId] = model;
        if (!isKnown && !model.takesCredit) _token.forceApprove(model.pool, type(uint256).max);
    }

    /// @dev Sends the profit on its way and tells the world.
    function _deliver(string calldata modelId, Model memory model, uint256 amount, uint256 infrastructure) private {
        uint256 profit = amount - infrastructure;
        emit FeeDeposited(modelId, model.pool, amount, infrastructure, profit, msg.sender);
        if (profit == 0) return;
        if (model.takesCredit) {
            _token.safeTransferFrom(msg.sender, model.pool, profit);
            IHokusaiAMM(model.pool).receiveFees(profit);
        } else {
            _token.safeTransferFrom(msg.sender, address(this), profit);
            IHokusaiAMM(model.pool).depositFees(profit);
        }
    }

    function _find(string calldata modelId) private view returns (Model memory model) {
        (model,) = _lookUp(modelId);
    }

    /// @dev Returns the model, with its pool from the factory before the first fee.
    function _lookUp(string calldata modelId) private view returns (Model memory model, bool isKnown) {
        if (bytes(modelId).length == 0) revert EmptyString();
        model = _models[modelId];
        if (model.pool != address(0)) return (model, true);
        model.pool = IHokusaiAMMFactory(factory).pools(modelId);
        if (model.pool == address(0)) revert PoolNotFound();
        try IHokusaiAMM(model.pool).accrualParams() returns (address) {
            model.takesCredit = true;
        } catch {}
    }

    function _infraBps(Model memory model) private view returns (uint256) {
        address params = model.takesCredit
            ? IHokusaiAMM(model.pool).accrualParams()
            : IHokusaiToken(IHokusaiAMM(model.pool).hokusaiToken()).params();
        return IHokusaiParams(params).infrastructureAccrualBps();
    }
}
