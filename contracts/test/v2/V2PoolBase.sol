// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts-v4/security/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts-v4/security/ReentrancyGuard.sol";
import {IERC20} from "@openzeppelin/contracts-v4/token/ERC20/IERC20.sol";
import {BondingCurve} from "../../src/BondingCurve.sol";
import {IToken, ITokens} from "./V2Interfaces.sol";
import {EmptyString, InvalidAmount, requireAddress} from "./V2Errors.sol";

/// @title What the pools of v2.0.0 and of mainnet have in common
/// @dev Flat price as there; the curve is the suite's, and a trade across the threshold pays the flat price throughout.
abstract contract V2PoolBase is Ownable, Pausable, ReentrancyGuard {
    enum PricingPhase {
        FLAT_PRICE,
        BONDING_CURVE
    }

    uint256 public constant PRECISION = 1e18;
    uint256 public constant PPM = 1_000_000;
    uint256 public constant MIN_CRR = 50_000;
    uint256 public constant MAX_TRADE_FEE = 1_000;
    uint256 public constant MAX_TRADE_BPS_LIMIT = 5_000;

    IERC20 public immutable reserveToken;
    address public immutable hokusaiToken;
    address public immutable tokenManager;
    address public immutable treasury;
    uint256 public immutable buyOnlyUntil;
    uint256 public immutable FLAT_CURVE_THRESHOLD;
    uint256 public immutable FLAT_CURVE_PRICE;
    string public modelId;
    uint256 public crr;
    uint256 public tradeFee;
    uint256 public maxTradeBps = 2_000;
    uint256 public reserveBalance;
    bool public hasGraduated;

    event Buy(address indexed buyer, uint256 reserveIn, uint256 tokensOut, uint256 fee, uint256 spotPrice);
    event FeesDeposited(address indexed depositor, uint256 amount, uint256 newReserveBalance, uint256 newSpotPrice);
    event MaxTradeBpsUpdated(uint256 oldBps, uint256 newBps);
    event ParametersUpdated(uint256 newCrr, uint256 newTradeFee);
    event PhaseTransition(PricingPhase fromPhase, PricingPhase toPhase, uint256 reserveBalance, uint256 timestamp);
    event Sell(address indexed seller, uint256 tokensIn, uint256 reserveOut, uint256 fee, uint256 spotPrice);
    event TreasuryWithdrawal(address indexed recipient, uint256 amount);

    constructor(
        address _reserveToken,
        address _hokusaiToken,
        address _tokenManager,
        string memory _modelId,
        address _treasury,
        uint256 _ibrDuration,
        uint256 _flatCurveThreshold,
        uint256 _flatCurvePrice
    ) {
        requireAddress(_reserveToken, "reserve token");
        requireAddress(_hokusaiToken, "token");
        requireAddress(_tokenManager, "token manager");
        requireAddress(_treasury, "treasury");
        if (bytes(_modelId).length == 0) revert EmptyString("model ID");
        if (_flatCurveThreshold == 0) revert InvalidAmount("flat curve threshold");
        if (_flatCurvePrice == 0) revert InvalidAmount("flat curve price");
        reserveToken = IERC20(_reserveToken);
        hokusaiToken = _hokusaiToken;
        tokenManager = _tokenManager;
        treasury = _treasury;
        modelId = _modelId;
        buyOnlyUntil = block.timestamp + _ibrDuration;
        FLAT_CURVE_THRESHOLD = _flatCurveThreshold;
        FLAT_CURVE_PRICE = _flatCurvePrice;
    }

    function buy(uint256 reserveIn, uint256 minTokensOut, address to, uint256 deadline)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 tokensOut)
    {
        require(block.timestamp <= deadline, "Transaction expired");
        require(reserveIn > 0, "Reserve amount must be > 0");
        require(to != address(0), "Invalid recipient");
        _checkSize(reserveIn);
        tokensOut = getBuyQuote(reserveIn);
        require(tokensOut >= minTokensOut, "Slippage exceeded");
        require(tokensOut > 0, "Insufficient output");
        _admit(to, reserveIn, tokensOut);
        uint256 fee = reserveIn * tradeFee / 10_000;
        require(reserveToken.transferFrom(msg.sender, address(this), reserveIn), "Reserve transfer failed");
        if (fee > 0) require(reserveToken.transfer(treasury, fee), "Fee transfer failed");
        _grow(reserveIn - fee);
        ITokens(tokenManager).mintTokens(modelId, to, tokensOut);
        emit Buy(msg.sender, reserveIn, tokensOut, fee, spotPrice());
    }

    function sell(uint256 tokensIn, uint256 minReserveOut, address to, uint256 deadline)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 reserveOut)
    {
        require(block.timestamp <= deadline, "Transaction expired");
        require(isSellEnabled(), "Sells not enabled during IBR");
        require(tokensIn > 0, "Token amount must be > 0");
        require(to != address(0), "Invalid recipient");
        uint256 gross = _grossFor(tokensIn);
        _checkSize(gross);
        uint256 fee = gross * tradeFee / 10_000;
        reserveOut = gross - fee;
        require(reserveOut >= minReserveOut, "Slippage exceeded");
        require(reserveOut > 0, "Insufficient output");
        reserveBalance -= gross;
        ITokens(tokenManager).burnTokens(modelId, msg.sender, tokensIn);
        require(reserveToken.transfer(to, reserveOut), "Reserve transfer failed");
        if (fee > 0) require(reserveToken.transfer(treasury, fee), "Fee transfer failed");
        emit Sell(msg.sender, tokensIn, reserveOut, fee, spotPrice());
    }

    function depositFees(uint256 amount) external nonReentrant {
        require(amount > 0, "Amount must be > 0");
        require(reserveToken.transferFrom(msg.sender, address(this), amount), "Fee deposit failed");
        _grow(amount);
        emit FeesDeposited(msg.sender, amount, reserveBalance, spotPrice());
    }

    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    function setParameters(uint256 newCrr, uint256 newTradeFee) external onlyOwner {
        _setParameters(newCrr, newTradeFee);
        emit ParametersUpdated(newCrr, newTradeFee);
    }

    function setMaxTradeBps(uint256 newMaxTradeBps) external onlyOwner {
        require(newMaxTradeBps > 0, "Max trade bps must be > 0");
        require(newMaxTradeBps <= MAX_TRADE_BPS_LIMIT, "Max trade bps too high");
        emit MaxTradeBpsUpdated(maxTradeBps, newMaxTradeBps);
        maxTradeBps = newMaxTradeBps;
    }

    function withdrawTreasury(uint256 amount) external onlyOwner {
        require(amount <= reserveToken.balanceOf(address(this)) - reserveBalance, "Insufficient treasury balance");
        require(reserveToken.transfer(treasury, amount), "Treasury withdrawal failed");
        emit TreasuryWithdrawal(treasury, amount);
    }

    function calculateBuyImpact(uint256 reserveIn)
        external
        view
        returns (uint256 tokensOut, uint256 priceImpact, uint256 newSpotPrice)
    {
        tokensOut = getBuyQuote(reserveIn);
        newSpotPrice = _priceAt(reserveBalance + reserveIn - reserveIn * tradeFee / 10_000, _supply() + tokensOut);
        priceImpact = _impact(newSpotPrice);
    }

    function calculateSellImpact(uint256 tokensIn)
        external
        view
        returns (uint256 reserveOut, uint256 priceImpact, uint256 newSpotPrice)
    {
        reserveOut = getSellQuote(tokensIn);
        newSpotPrice = _priceAt(reserveBalance - _grossFor(tokensIn), _supply() - tokensIn);
        priceImpact = _impact(newSpotPrice);
    }

    function getCurrentPhase() external view returns (PricingPhase) {
        return _phase();
    }

    function getPhaseInfo()
        external
        view
        returns (
            PricingPhase currentPhase,
            uint256 currentReserve,
            uint256 thresholdReserve,
            uint256 flatPrice,
            uint256 percentToThreshold
        )
    {
        uint256 percent = hasGraduated ? 100 : reserveBalance * 100 / FLAT_CURVE_THRESHOLD;
        return (_phase(), reserveBalance, FLAT_CURVE_THRESHOLD, FLAT_CURVE_PRICE, percent);
    }

    function getPoolState()
        external
        view
        returns (uint256 reserve, uint256 supply, uint256 price, uint256 reserveRatio, uint256 tradeFeeRate)
    {
        return (reserveBalance, _supply(), spotPrice(), crr, tradeFee);
    }

    function getReserves() external view returns (uint256 reserve, uint256 supply) {
        return (reserveBalance, _supply());
    }

    function getTradeInfo() external view returns (bool sellsEnabled, uint256 ibrEndTime, bool isPaused) {
        return (isSellEnabled(), buyOnlyUntil, paused());
    }

    function getBuyQuote(uint256 reserveIn) public view returns (uint256 tokensOut) {
        uint256 net = reserveIn - reserveIn * tradeFee / 10_000;
        if (!hasGraduated) return net * PRECISION / FLAT_CURVE_PRICE;
        return BondingCurve.tokensFor(reserveBalance, _supply(), crr, net);
    }

    function getSellQuote(uint256 tokensIn) public view returns (uint256 reserveOut) {
        uint256 gross = _grossFor(tokensIn);
        return gross - gross * tradeFee / 10_000;
    }

    function isSellEnabled() public view returns (bool) {
        return block.timestamp >= buyOnlyUntil;
    }

    function spotPrice() public view returns (uint256) {
        return _priceAt(reserveBalance, _supply());
    }

    /// @dev Who may buy, and what is said of it.
    function _admit(address to, uint256 reserveIn, uint256 tokensOut) internal virtual;

    function _supply() internal view virtual returns (uint256);

    function _maxCrr() internal pure virtual returns (uint256);

    function _setParameters(uint256 newCrr, uint256 newTradeFee) internal {
        require(newCrr >= MIN_CRR && newCrr <= _maxCrr(), "CRR out of bounds");
        require(newTradeFee <= MAX_TRADE_FEE, "Trade fee too high");
        crr = newCrr;
        tradeFee = newTradeFee;
    }

    function _grow(uint256 amount) private {
        reserveBalance += amount;
        if (hasGraduated || reserveBalance < FLAT_CURVE_THRESHOLD) return;
        hasGraduated = true;
        emit PhaseTransition(PricingPhase.FLAT_PRICE, PricingPhase.BONDING_CURVE, reserveBalance, block.timestamp);
    }

    function _checkSize(uint256 amount) private view {
        require(
            reserveBalance == 0 || amount <= reserveBalance * maxTradeBps / 10_000, "Trade exceeds max size limit"
        );
    }

    function _grossFor(uint256 tokensIn) private view returns (uint256) {
        if (!hasGraduated) return tokensIn * FLAT_CURVE_PRICE / PRECISION;
        return BondingCurve.reserveFor(reserveBalance, _supply(), crr, tokensIn);
    }

    function _priceAt(uint256 reserve, uint256 supply) private view returns (uint256) {
        return hasGraduated ? BondingCurve.price(reserve, supply, crr) : FLAT_CURVE_PRICE;
    }

    function _impact(uint256 newPrice) private view returns (uint256) {
        uint256 price = spotPrice();
        return (newPrice > price ? newPrice - price : price - newPrice) * 10_000 / price;
    }

    function _phase() private view returns (PricingPhase) {
        return hasGraduated ? PricingPhase.BONDING_CURVE : PricingPhase.FLAT_PRICE;
    }
}
