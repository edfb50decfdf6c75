// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EfficientHashLib} from "solady/src/utils/EfficientHashLib.sol";
import {LastAdminGuard} from "./LastAdminGuard.sol";
import {PackedAccount} from "./PackedAccount.sol";
import {PackedTotals} from "./PackedTotals.sol";
import {TransientLock} from "./TransientLock.sol";
import {IHokusaiAMMFactory} from "./interfaces/IHokusaiAMMFactory.sol";
import {IInfrastructureReserve} from "./interfaces/IInfrastructureReserve.sol";
import {ArrayEmpty, ArrayLengthMismatch, EmptyString, PoolNotFound, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Money set aside for infrastructure, per model
/// @notice Accrues the infrastructure share of API fees and pays providers' invoices out of it.
/// @dev All amounts are units of the reserve token. Totals hold 72 bits (4.7e21 units: ample for 6 decimals).
/// Conservation: balance + totalPaid + totalWithdrawn = totalAccrued + donations.
contract InfrastructureReserve is IInfrastructureReserve, LastAdminGuard, TransientLock {
    using SafeERC20 for IERC20;

    /// @notice One payment of a batch.
    struct Payment {
        string modelId;
        address payee;
        uint256 amount;
        bytes32 invoiceHash;
        string memo;
    }

    struct Account {
        PackedAccount ledger;
        address provider;
    }

    /// @notice May deposit: the fee router.
    bytes32 public constant DEPOSITOR_ROLE = keccak256("DEPOSITOR_ROLE");
    /// @notice May pay providers: the treasury.
    bytes32 public constant PAYER_ROLE = keccak256("PAYER_ROLE");
    /// @notice May pause, but not unpause.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    IERC20 private immutable _token;
    /// @notice The pool factory, which knows the models.
    address public immutable factory;

    PackedTotals private _totals;
    /// @notice Receives emergency withdrawals.
    address public treasury;

    /// @dev Keyed by the hash of the model id.
    mapping(bytes32 modelKey => Account account) private _accounts;
    mapping(bytes32 key => bool isPaid) private _invoices;

    /// @notice The contract is paused.
    error EnforcedPause();
    /// @notice The contract is not paused.
    error ExpectedPause();
    /// @notice The payment is larger than what the model has accrued.
    error ExceedsAccrued(uint256 requested, uint256 accrued);
    /// @notice The reserve holds less than the payment or withdrawal needs.
    error InsufficientBalance(uint256 requested, uint256 balance);
    /// @notice The tokens to be credited did not arrive.
    error CreditNotReceived(uint256 expected, uint256 received);
    /// @notice This payee was paid for this invoice and this model before.
    error InvoiceAlreadyPaid(address payee, bytes32 invoiceHash);
    /// @notice A payment needs the hash of an invoice.
    error ZeroInvoiceHash();

    /// @notice Several deposits were booked.
    event BatchDeposited(uint256 modelCount, uint256 totalAmount);
    /// @notice Several payments were made.
    event BatchPaymentCompleted(uint256 paymentCount, uint256 totalAmount);
    /// @notice Money left for the treasury, beside the models' accounts.
    event EmergencyWithdrawal(address indexed recipient, uint256 amount);
    /// @notice A provider was paid.
    event InfrastructureCostPaid(
        string indexed modelId,
        address indexed payee,
        uint256 amount,
        bytes32 indexed invoiceHash,
        string memo,
        address payer
    );
    /// @notice A model's account grew.
    event InfrastructureDeposited(string indexed modelId, uint256 amount, uint256 newBalance);
    /// @notice Deposits and payments stopped.
    event Paused(address account);
    /// @notice A model has another provider.
    event ProviderSet(string indexed modelId, address indexed provider);
    /// @notice Another account receives emergency withdrawals.
    event TreasuryUpdated(address indexed oldTreasury, address indexed newTreasury);
    /// @notice Deposits and payments go on.
    event Unpaused(address account);

    /// @dev Locks, checks the role and refuses while paused.
    modifier guarded(bytes32 role) {
        _enter(role);
        _;
        _unlock();
    }

    /// @notice The deploying account holds DEFAULT_ADMIN_ROLE and PAUSER_ROLE at birth; DEPOSITOR_ROLE and PAYER_ROLE
    /// are granted afterwards.
    /// @param _reserveToken The stablecoin.
    /// @param _factory The pool factory.
    /// @param _treasury Receives emergency withdrawals.
    constructor(address _reserveToken, address _factory, address _treasury) {
        if (_reserveToken == address(0) || _factory == address(0) || _treasury == address(0)) revert ZeroAddress();
        _token = IERC20(_reserveToken);
        factory = _factory;
        treasury = _treasury;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(PAUSER_ROLE, msg.sender);
    }

    /// @notice Takes tokens from the caller's allowance and books them for a model with a pool. DEPOSITOR_ROLE.
    /// @param modelId Model id.
    /// @param amount Not zero.
    function deposit(string calldata modelId, uint256 amount) external guarded(DEPOSITOR_ROLE) {
        _requirePool(modelId);
        _totals = _totals.addAccrued(amount);
        _accrue(modelId, amount);
        _token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Takes the sum from the caller's allowance and books it item by item; items of zero are skipped.
    /// DEPOSITOR_ROLE.
    /// @param modelIds Model ids, each with a pool.
    /// @param amounts Amount for each.
    function batchDeposit(string[] calldata modelIds, uint256[] calldata amounts) external guarded(DEPOSITOR_ROLE) {
        for (uint256 i; i < modelIds.length; ++i) {
            _requirePool(modelIds[i]);
        }
        uint256 total = _sum(amounts);
        _totals = _totals.addAccrued(total);
        _accrueAll(modelIds, amounts, total);
        _token.safeTransferFrom(msg.sender, address(this), total);
    }

    /// @inheritdoc IInfrastructureReserve
    /// @dev DEPOSITOR_ROLE. The caller vouches that the model has a pool; that the tokens came is checked here.
    function creditAccrual(string calldata modelId, uint256 amount) external guarded(DEPOSITOR_ROLE) {
        _credit(amount);
        _accrue(modelId, amount);
    }

    /// @inheritdoc IInfrastructureReserve
    /// @dev DEPOSITOR_ROLE. As `creditAccrual`; items of zero are skipped.
    function creditAccruals(string[] calldata modelIds, uint256[] calldata amounts) external guarded(DEPOSITOR_ROLE) {
        uint256 total = _sum(amounts);
        _credit(total);
        _accrueAll(modelIds, amounts, total);
    }

    /// @notice Pays an invoice out of a model's account. PAYER_ROLE.
    /// @dev An invoice is paid once per model, payee and invoice hash.
    /// @param modelId Model id.
    /// @param payee Receives the payment; need not be the registered provider.
    /// @param amount At most what the model has accrued.
    /// @param invoiceHash Hash that identifies the invoice, not zero.
    /// @param memo Free text for the record.
    function payInfrastructureCost(
        string calldata modelId,
        address payee,
        uint256 amount,
        bytes32 invoiceHash,
        string calldata memo
    ) external guarded(PAYER_ROLE) {
        _settle(modelId, payee, amount, invoiceHash);
        _debit(amount);
        _transferPayment(modelId, payee, amount, invoiceHash, memo);
    }

    /// @notice Pays several invoices, all or none, each with its own transfer. PAYER_ROLE.
    /// @param payments The payments, in order; accruals are checked cumulatively.
    function batchPayInfrastructureCosts(Payment[] calldata payments) external guarded(PAYER_ROLE) {
        uint256 count = payments.length;
        if (count == 0) revert ArrayEmpty();
        uint256 total;
        for (uint256 i; i < count; ++i) {
            Payment calldata payment = payments[i];
            _settle(payment.modelId, payment.payee, payment.amount, payment.invoiceHash);
            total += payment.amount;
        }
        _debit(total);
        for (uint256 i; i < count; ++i) {
            Payment calldata payment = payments[i];
            _transferPayment(payment.modelId, payment.payee, payment.amount, payment.invoiceHash, payment.memo);
        }
        emit BatchPaymentCompleted(count, total);
    }

    /// @notice Sends money to the treasury, paused or not, and books it. DEFAULT_ADMIN_ROLE.
    /// @dev The models' accounts stay as they are: `shortfall()` tells what is missing for them afterwards.
    /// @param amount Not zero, at most the balance.
    function emergencyWithdraw(uint256 amount) external nonReentrant onlyRole(DEFAULT_ADMIN_ROLE) {
        if (amount == 0) revert ZeroAmount();
        _requireBalance(amount);
        _totals = _totals.addWithdrawn(amount);
        address recipient = treasury;
        emit EmergencyWithdrawal(recipient, amount);
        _token.safeTransfer(recipient, amount);
    }

    /// @notice Stops deposits and payments. PAUSER_ROLE.
    function pause() external onlyRole(PAUSER_ROLE) {
        if (_totals.isPaused()) revert EnforcedPause();
        _totals = _totals.withPaused(true);
        emit Paused(msg.sender);
    }

    /// @notice Lets deposits and payments go on. DEFAULT_ADMIN_ROLE.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (!_totals.isPaused()) revert ExpectedPause();
        _totals = _totals.withPaused(false);
        emit Unpaused(msg.sender);
    }

    /// @notice Sets the provider that serves a model. DEFAULT_ADMIN_ROLE.
    /// @param modelId Model id.
    /// @param _provider Not zero.
    function setProvider(string calldata modelId, address _provider) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _requireModelId(modelId);
        if (_provider == address(0)) revert ZeroAddress();
        _account(modelId).provider = _provider;
        emit ProviderSet(modelId, _provider);
    }

    /// @notice Sets who receives emergency withdrawals. DEFAULT_ADMIN_ROLE.
    /// @param newTreasury Not zero.
    function setTreasury(address newTreasury) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (newTreasury == address(0)) revert ZeroAddress();
        emit TreasuryUpdated(treasury, newTreasury);
        treasury = newTreasury;
    }

    /// @notice What a model has accrued and not paid out.
    function accrued(string calldata modelId) external view returns (uint256) {
        return _account(modelId).ledger.net();
    }

    /// @notice What was paid for a model.
    function paid(string calldata modelId) external view returns (uint256) {
        return _account(modelId).ledger.payments();
    }

    /// @notice Provider of a model, zero where none is set.
    function provider(string calldata modelId) external view returns (address) {
        return _account(modelId).provider;
    }

    /// @notice What a model has accrued and not paid out.
    function getNetAccrual(string calldata modelId) external view returns (uint256) {
        return _account(modelId).ledger.net();
    }

    /// @notice What was paid for a model.
    function getProviderPayments(string calldata modelId) external view returns (uint256) {
        return _account(modelId).ledger.payments();
    }

    /// @notice A model's account.
    /// @return accruedAmount Accrued and not paid out.
    /// @return paidAmount Paid so far.
    /// @return currentProvider Provider, zero where none is set.
    function getModelAccounting(string calldata modelId)
        external
        view
        returns (uint256 accruedAmount, uint256 paidAmount, address currentProvider)
    {
        Account storage account = _account(modelId);
        return (account.ledger.net(), account.ledger.payments(), account.provider);
    }

    /// @notice How long a model's accrual lasts.
    /// @param modelId Model id.
    /// @param dailyBurnRate Units per day.
    /// @return daysOfRunway Whole days, rounded down; 2^256-1 for a burn rate of zero.
    function getAccrualRunway(string calldata modelId, uint256 dailyBurnRate)
        external
        view
        returns (uint256 daysOfRunway)
    {
        if (dailyBurnRate == 0) return type(uint256).max;
        return _account(modelId).ledger.net() / dailyBurnRate;
    }

    /// @notice Whether an invoice was paid.
    /// @param modelId Model id.
    /// @param payee Who was to be paid.
    /// @param invoiceHash Hash that identifies the invoice.
    function isInvoicePaid(string calldata modelId, address payee, bytes32 invoiceHash) external view returns (bool) {
        return _invoices[_invoiceKey(EfficientHashLib.hashCalldata(bytes(modelId)), payee, invoiceHash)];
    }

    /// @notice The stablecoin.
    function reserveToken() external view returns (address) {
        return address(_token);
    }

    /// @notice All deposits so far.
    function totalAccrued() external view returns (uint256) {
        return _totals.accrued();
    }

    /// @notice All payments so far.
    function totalPaid() external view returns (uint256) {
        return _totals.paid();
    }

    /// @notice All emergency withdrawals so far.
    function totalWithdrawn() external view returns (uint256) {
        return _totals.withdrawn();
    }

    /// @notice Money beyond what the models have accrued: donations, less what was withdrawn.
    /// @return Units; zero where there is a shortfall.
    function unallocated() external view returns (uint256) {
        (uint256 balance, uint256 owed) = _solvency();
        return balance > owed ? balance - owed : 0;
    }

    /// @notice Money missing for what the models have accrued, after an emergency withdrawal.
    /// @return Units; zero where the reserve is solvent.
    function shortfall() external view returns (uint256) {
        (uint256 balance, uint256 owed) = _solvency();
        return owed > balance ? owed - balance : 0;
    }

    /// @notice Whether deposits and payments are stopped.
    function paused() external view returns (bool) {
        return _totals.isPaused();
    }

    /// @notice The reserve's tokens.
    function getBalance() public view returns (uint256) {
        return _token.balanceOf(address(this));
    }

    /// @inheritdoc LastAdminGuard
    function adminCount() public view override returns (uint256) {
        return _totals.admins();
    }

    function _setAdminCount(uint256 count) internal override {
        _totals = _totals.withAdmins(count);
    }

    /// @dev Adds to a model's account; the totals are the caller's business.
    function _accrue(string calldata modelId, uint256 amount) private {
        _requireModelId(modelId);
        if (amount == 0) revert ZeroAmount();
        Account storage account = _account(modelId);
        PackedAccount ledger = account.ledger.credit(amount);
        account.ledger = ledger;
        emit InfrastructureDeposited(modelId, amount, ledger.net());
    }

    function _accrueAll(string[] calldata modelIds, uint256[] calldata amounts, uint256 total) private {
        uint256 count = modelIds.length;
        if (count == 0) revert ArrayEmpty();
        if (count != amounts.length) revert ArrayLengthMismatch(count, amounts.length);
        for (uint256 i; i < count; ++i) {
            if (amounts[i] != 0) _accrue(modelIds[i], amounts[i]);
        }
        emit BatchDeposited(count, total);
    }

    /// @dev Adds to the totals what arrived beyond the books.
    function _credit(uint256 amount) private {
        PackedTotals totals = _totals.addAccrued(amount);
        uint256 received = getBalance() + totals.paid() + totals.withdrawn();
        if (received < totals.accrued()) revert CreditNotReceived(totals.accrued(), received);
        _totals = totals;
    }

    /// @dev Takes one payment from its model's account and records its invoice.
    function _settle(string calldata modelId, address payee, uint256 amount, bytes32 invoiceHash) private {
        if (payee == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        if (invoiceHash == bytes32(0)) revert ZeroInvoiceHash();
        bytes32 modelKey = EfficientHashLib.hashCalldata(bytes(modelId));
        bytes32 key = _invoiceKey(modelKey, payee, invoiceHash);
        if (_invoices[key]) revert InvoiceAlreadyPaid(payee, invoiceHash);
        _invoices[key] = true;

        Account storage account = _accounts[modelKey];
        PackedAccount ledger = account.ledger;
        if (amount > ledger.net()) revert ExceedsAccrued(amount, ledger.net());
        account.ledger = ledger.debit(amount);
    }

    /// @dev Takes payments from the totals. By conservation the balance is at least accrued - paid - withdrawn, so it
    /// is only asked where that does not suffice.
    function _debit(uint256 amount) private {
        PackedTotals totals = _totals.addPaid(amount);
        if (totals.paid() + totals.withdrawn() > totals.accrued()) _requireBalance(amount);
        _totals = totals;
    }

    function _transferPayment(
        string calldata modelId,
        address payee,
        uint256 amount,
        bytes32 invoiceHash,
        string calldata memo
    ) private {
        emit InfrastructureCostPaid(modelId, payee, amount, invoiceHash, memo, msg.sender);
        _token.safeTransfer(payee, amount);
    }

    function _requireBalance(uint256 amount) private view {
        uint256 balance = getBalance();
        if (amount > balance) revert InsufficientBalance(amount, balance);
    }

    function _requirePool(string calldata modelId) private view {
        if (IHokusaiAMMFactory(factory).pools(modelId) == address(0)) revert PoolNotFound();
    }

    function _enter(bytes32 role) private {
        _lock();
        _checkRole(role);
        if (_totals.isPaused()) revert EnforcedPause();
    }

    function _account(string calldata modelId) private view returns (Account storage) {
        return _accounts[EfficientHashLib.hashCalldata(bytes(modelId))];
    }

    function _solvency() private view returns (uint256 balance, uint256 owed) {
        return (getBalance(), _totals.accrued() - _totals.paid());
    }

    function _requireModelId(string calldata modelId) private pure {
        if (bytes(modelId).length == 0) revert EmptyString();
    }

    function _sum(uint256[] calldata amounts) private pure returns (uint256 total) {
        for (uint256 i; i < amounts.length; ++i) {
            total += amounts[i];
        }
    }

    function _invoiceKey(bytes32 modelKey, address payee, bytes32 invoiceHash) private pure returns (bytes32) {
        return EfficientHashLib.hash(modelKey, bytes32(uint256(uint160(payee))), invoiceHash);
    }
}
