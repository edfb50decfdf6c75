// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts-v4/security/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts-v4/security/ReentrancyGuard.sol";
import {IERC20} from "@openzeppelin/contracts-v4/token/ERC20/IERC20.sol";
import {IFactory} from "./V2Interfaces.sol";
import {requireAddress, requireAmount, requireModelId, requireSameLength} from "./V2Errors.sol";

/// @title Stand-in for the infrastructure reserve as of v2.0.0
/// @dev The same invoice can be paid twice, and an emergency withdrawal leaves the books as they are.
contract V2InfrastructureReserve is AccessControl, Pausable, ReentrancyGuard {
    struct Payment {
        string modelId;
        address payee;
        uint256 amount;
        bytes32 invoiceHash;
        string memo;
    }

    bytes32 public constant DEPOSITOR_ROLE = keccak256("DEPOSITOR_ROLE");
    bytes32 public constant PAYER_ROLE = keccak256("PAYER_ROLE");

    IERC20 public immutable reserveToken;
    address public immutable factory;
    address public treasury;
    uint256 public totalAccrued;
    uint256 public totalPaid;
    mapping(string modelId => uint256 units) public accrued;
    mapping(string modelId => uint256 units) public paid;
    mapping(string modelId => address account) public provider;

    event BatchDeposited(uint256 modelCount, uint256 totalAmount);
    event BatchPaymentCompleted(uint256 paymentCount, uint256 totalAmount);
    event EmergencyWithdrawal(address indexed recipient, uint256 amount);
    event InfrastructureCostPaid(
        string indexed modelId,
        address indexed payee,
        uint256 amount,
        bytes32 indexed invoiceHash,
        string memo,
        address payer
    );
    event InfrastructureDeposited(string indexed modelId, uint256 amount, uint256 newBalance);
    event ProviderSet(string indexed modelId, address indexed provider);
    event TreasuryUpdated(address indexed oldTreasury, address indexed newTreasury);

    constructor(address _reserveToken, address _factory, address _treasury) {
        requireAddress(_reserveToken, "reserve token");
        requireAddress(_factory, "factory");
        requireAddress(_treasury, "treasury");
        reserveToken = IERC20(_reserveToken);
        factory = _factory;
        treasury = _treasury;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function deposit(string memory modelId, uint256 amount)
        external
        onlyRole(DEPOSITOR_ROLE)
        nonReentrant
        whenNotPaused
    {
        _accrue(modelId, amount);
        require(reserveToken.transferFrom(msg.sender, address(this), amount), "Transfer failed");
    }

    function batchDeposit(string[] memory modelIds, uint256[] memory amounts)
        external
        onlyRole(DEPOSITOR_ROLE)
        nonReentrant
        whenNotPaused
    {
        requireSameLength(modelIds.length, amounts.length);
        uint256 total;
        for (uint256 i; i < modelIds.length; ++i) {
            _accrue(modelIds[i], amounts[i]);
            total += amounts[i];
        }
        require(reserveToken.transferFrom(msg.sender, address(this), total), "Transfer failed");
        emit BatchDeposited(modelIds.length, total);
    }

    function payInfrastructureCost(
        string memory modelId,
        address payee,
        uint256 amount,
        bytes32 invoiceHash,
        string memory memo
    ) external onlyRole(PAYER_ROLE) nonReentrant whenNotPaused {
        _pay(Payment(modelId, payee, amount, invoiceHash, memo));
    }

    function batchPayInfrastructureCosts(Payment[] memory payments)
        external
        onlyRole(PAYER_ROLE)
        nonReentrant
        whenNotPaused
    {
        requireSameLength(payments.length, payments.length);
        uint256 total;
        for (uint256 i; i < payments.length; ++i) {
            _pay(payments[i]);
            total += payments[i].amount;
        }
        emit BatchPaymentCompleted(payments.length, total);
    }

    function emergencyWithdraw(uint256 amount) external onlyRole(DEFAULT_ADMIN_ROLE) {
        requireAmount(amount);
        require(amount <= getBalance(), "Insufficient balance");
        require(reserveToken.transfer(treasury, amount), "Withdraw failed");
        emit EmergencyWithdrawal(treasury, amount);
    }

    function pause() external virtual onlyRole(DEFAULT_ADMIN_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    function setProvider(string memory modelId, address _provider) external onlyRole(DEFAULT_ADMIN_ROLE) {
        requireModelId(modelId);
        requireAddress(_provider, "provider");
        provider[modelId] = _provider;
        emit ProviderSet(modelId, _provider);
    }

    function setTreasury(address newTreasury) external onlyRole(DEFAULT_ADMIN_ROLE) {
        requireAddress(newTreasury, "treasury");
        emit TreasuryUpdated(treasury, newTreasury);
        treasury = newTreasury;
    }

    function getAccrualRunway(string memory modelId, uint256 dailyBurnRate)
        external
        view
        returns (uint256 daysOfRunway)
    {
        return dailyBurnRate == 0 ? type(uint256).max : accrued[modelId] / dailyBurnRate;
    }

    function getModelAccounting(string memory modelId)
        external
        view
        returns (uint256 accruedAmount, uint256 paidAmount, address currentProvider)
    {
        return (accrued[modelId], paid[modelId], provider[modelId]);
    }

    function getNetAccrual(string memory modelId) external view returns (uint256) {
        return accrued[modelId];
    }

    function getProviderPayments(string memory modelId) external view returns (uint256) {
        return paid[modelId];
    }

    function getBalance() public view returns (uint256) {
        return reserveToken.balanceOf(address(this));
    }

    /// @dev What happens beside a payment; nothing in v2.0.0.
    function _record(Payment memory payment) internal virtual {}

    function _accrue(string memory modelId, uint256 amount) private {
        requireModelId(modelId);
        requireAmount(amount);
        require(IFactory(factory).hasPool(modelId), "Model pool does not exist");
        accrued[modelId] += amount;
        totalAccrued += amount;
        emit InfrastructureDeposited(modelId, amount, accrued[modelId]);
    }

    function _pay(Payment memory payment) private {
        requireAddress(payment.payee, "payee");
        requireAmount(payment.amount);
        require(payment.amount <= accrued[payment.modelId], "Exceeds accrued balance");
        accrued[payment.modelId] -= payment.amount;
        paid[payment.modelId] += payment.amount;
        totalPaid += payment.amount;
        require(reserveToken.transfer(payment.payee, payment.amount), "Payment failed");
        _record(payment);
        emit InfrastructureCostPaid(
            payment.modelId, payment.payee, payment.amount, payment.invoiceHash, payment.memo, msg.sender
        );
    }
}
