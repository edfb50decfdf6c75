// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {BondingCurve} from "./BondingCurve.sol";
import {CloneArgs} from "./CloneArgs.sol";
import {PoolLimits} from "./PoolLimits.sol";
import {TransientLock} from "./TransientLock.sol";
import {IHokusaiAMM} from "./interfaces/IHokusaiAMM.sol";
import {IHokusaiToken} from "./interfaces/IHokusaiToken.sol";
import {ITokenManager} from "./interfaces/ITokenManager.sol";
import {AlreadyInitialized, ValueOutOfBounds, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Pool of one model: sells its token at a flat price, later on a bonding curve
/// @notice API profit raises the reserve and with it the price. Reserve amounts have 6 decimals, tokens 18.
/// @dev Made as a clone by the factory, which stays its owner for good. Immutable arguments, packed: token (20 bytes),
/// params (20), treasury (20), end of the buy-only period (8), threshold (16), flat price (16), model id.
/// Trade fees go to the treasury at once, so tokens beyond `reserveBalance` are donations.
contract HokusaiAMM is IHokusaiAMM, TransientLock {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice How the price comes about.
    enum PricingPhase {
        FLAT_PRICE,
        BONDING_CURVE
    }

    /// @dev One slot, never zero: `crr` isn't.
    struct State {
        uint128 reserve;
        uint32 crr;
        uint16 tradeFee;
        uint16 maxTradeBps;
        bool hasGraduated;
        bool paused;
    }

    /// @notice One, as the curve counts.
    uint256 public constant PRECISION = BondingCurve.WAD;
    /// @notice Parts per million in one.
    uint256 public constant PPM = BondingCurve.PPM;
    /// @notice Smallest reserve ratio, parts per million.
    uint256 public constant MIN_CRR = PoolLimits.MIN_CRR;
    /// @notice Largest reserve ratio, parts per million.
    uint256 public constant MAX_CRR = PoolLimits.MAX_CRR;
    /// @notice Largest trade fee, basis points.
    uint256 public constant MAX_TRADE_FEE = PoolLimits.MAX_TRADE_FEE;
    /// @notice Largest permitted `maxTradeBps`.
    uint256 public constant MAX_TRADE_BPS_LIMIT = 5_000;

    uint256 private constant _BPS = 10_000;
    uint256 private constant _TOKEN_AT = 0;
    uint256 private constant _PARAMS_AT = 20;
    uint256 private constant _TREASURY_AT = 40;
    uint256 private constant _BUY_ONLY_UNTIL_AT = 60;
    uint256 private constant _THRESHOLD_AT = 68;
    uint256 private constant _FLAT_PRICE_AT = 84;
    uint256 private constant _MODEL_ID_AT = 100;

    IERC20 private immutable _reserveToken;
    /// @notice Mints the tokens that the pool sells.
    address public immutable tokenManager;
    /// @notice The owner: the factory that made the pool.
    address public immutable owner;

    State private _state;

    /// @notice The pool is paused.
    error EnforcedPause();
    /// @notice The pool is not paused.
    error ExpectedPause();
    /// @notice A pool belongs to its factory for good.
    error OwnershipIsFixed(address owner);
    /// @notice The deadline has passed.
    error TransactionExpired(uint256 deadline, uint256 timestamp);
    /// @notice The trade is larger than `maxTradeBps` of the reserve.
    error TradeTooLarge(uint256 amount, uint256 limit);
    /// @notice The trade would yield less than asked for.
    error SlippageExceeded(uint256 actual, uint256 minimum);
    /// @notice The trade would yield nothing.
    error InsufficientOutput();
    /// @notice Selling starts later.
    error SellsNotEnabled(uint256 buyOnlyUntil);
    /// @notice More tokens than there are.
    error ExceedsSupply(uint256 tokensIn, uint256 supply);
    /// @notice The pool holds fewer tokens beyond its reserve than that.
    error InsufficientSurplus(uint256 requested, uint256 surplus);

    /// @notice Tokens were bought.
    event Buy(address indexed buyer, uint256 reserveIn, uint256 tokensOut, uint256 fee, uint256 spotPrice);
    /// @notice The reserve grew by API profit.
    event FeesDeposited(address indexed depositor, uint256 amount, uint256 newReserveBalance, uint256 newSpotPrice);
    /// @notice The largest trade changed.
    event MaxTradeBpsUpdated(uint256 oldBps, uint256 newBps);
    /// @notice The pool has its owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// @notice Reserve ratio and trade fee changed.
    event ParametersUpdated(uint256 newCrr, uint256 newTradeFee);
    /// @notice Trading stopped.
    event Paused(address account);
    /// @notice The price comes about in another way from now on, for good.
    event PhaseTransition(PricingPhase fromPhase, PricingPhase toPhase, uint256 reserveBalance, uint256 timestamp);
    /// @notice Tokens were sold.
    event Sell(address indexed seller, uint256 tokensIn, uint256 reserveOut, uint256 fee, uint256 spotPrice);
    /// @notice Tokens beyond the reserve went to the treasury.
    event TreasuryWithdrawal(address indexed recipient, uint256 amount);
    /// @notice Trading goes on.
    event Unpaused(address account);

    modifier onlyOwner() {
        if (msg.sender != owner) revert Ownable.OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    /// @notice Makes the implementation; the factory that deploys it owns every clone.
    /// @param reserveToken_ The stablecoin.
    /// @param tokenManager_ Mints the tokens that pools sell.
    constructor(address reserveToken_, address tokenManager_) {
        _reserveToken = IERC20(reserveToken_);
        tokenManager = tokenManager_;
        owner = msg.sender;
    }

    /// @notice Sets a fresh clone up. Owner, once.
    /// @param crr_ Reserve ratio, parts per million.
    /// @param tradeFee_ Trade fee, basis points.
    function initialize(uint256 crr_, uint256 tradeFee_) external onlyOwner {
        if (_state.crr != 0) revert AlreadyInitialized();
        PoolLimits.check(crr_, tradeFee_);
        _state = State({
            reserve: 0,
            crr: uint32(crr_),
            tradeFee: uint16(tradeFee_),
            maxTradeBps: 2_000,
            hasGraduated: false,
            paused: false
        });
        emit OwnershipTransferred(address(0), owner);
    }

    /// @notice Buys tokens with the caller's allowance.
    /// @param reserveIn What the buyer pays, trade fee included.
    /// @param minTokensOut Least tokens the buyer accepts.
    /// @param to Receives the tokens.
    /// @param deadline Last second at which this may happen.
    /// @return tokensOut Tokens bought.
    function buy(uint256 reserveIn, uint256 minTokensOut, address to, uint256 deadline)
        external
        nonReentrant
        returns (uint256 tokensOut)
    {
        State memory state = _tradableState(to, deadline);
        if (reserveIn == 0) revert ZeroAmount();
        // An empty pool sells at the flat price, which no trade moves, so its first trade has no limit.
        if (state.reserve != 0) _requireTradeSize(state, reserveIn);
        uint256 fee = reserveIn * state.tradeFee / _BPS;
        uint256 supply = _supply();
        tokensOut = _tokensFor(state, supply, reserveIn - fee);
        _requireOutput(tokensOut, minTokensOut);

        _grow(state, reserveIn - fee);
        emit Buy(msg.sender, reserveIn, tokensOut, fee, _spotPrice(state, supply + tokensOut));
        _reserveToken.safeTransferFrom(msg.sender, address(this), reserveIn - fee);
        if (fee != 0) _reserveToken.safeTransferFrom(msg.sender, treasury(), fee);
        ITokenManager(tokenManager).mintTokens(modelId(), to, tokensOut);
    }

    /// @notice Sells tokens from the caller's allowance, after the buy-only period.
    /// @param tokensIn Tokens, 18 decimals.
    /// @param minReserveOut Least the seller accepts, trade fee deducted.
    /// @param to Receives the money.
    /// @param deadline Last second at which this may happen.
    /// @return reserveOut What the seller gets.
    function sell(uint256 tokensIn, uint256 minReserveOut, address to, uint256 deadline)
        external
        nonReentrant
        returns (uint256 reserveOut)
    {
        State memory state = _tradableState(to, deadline);
        if (!isSellEnabled()) revert SellsNotEnabled(buyOnlyUntil());
        if (tokensIn == 0) revert ZeroAmount();
        uint256 supply = _supply();
        uint256 gross = _reserveFor(state, supply, tokensIn);
        _requireTradeSize(state, gross);
        uint256 fee = gross * state.tradeFee / _BPS;
        reserveOut = gross - fee;
        _requireOutput(reserveOut, minReserveOut);

        unchecked {
            // At most `maxTradeBps` of the reserve.
            state.reserve -= uint128(gross);
        }
        _state.reserve = state.reserve;
        emit Sell(msg.sender, tokensIn, reserveOut, fee, _spotPrice(state, supply - tokensIn));
        address token = hokusaiToken();
        IERC20(token).safeTransferFrom(msg.sender, address(this), tokensIn);
        IHokusaiToken(token).burn(tokensIn);
        _reserveToken.safeTransfer(to, reserveOut);
        if (fee != 0) _reserveToken.safeTransfer(treasury(), fee);
    }

    /// @inheritdoc IHokusaiAMM
    /// @dev Anyone, paused or not.
    function depositFees(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _addFees(_state, amount);
        _reserveToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IHokusaiAMM
    /// @dev Anyone, paused or not: it can only turn tokens that no book claims into reserve (docs/adr/0002).
    function receiveFees(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        State memory state = _state;
        _requireSurplus(state.reserve, amount);
        _addFees(state, amount);
    }

    /// @notice Stops trading, but not fees. Owner.
    function pause() external onlyOwner {
        if (_state.paused) revert EnforcedPause();
        _state.paused = true;
        emit Paused(msg.sender);
    }

    /// @notice Lets trading go on. Owner.
    function unpause() external onlyOwner {
        if (!_state.paused) revert ExpectedPause();
        _state.paused = false;
        emit Unpaused(msg.sender);
    }

    /// @notice Sets reserve ratio and trade fee. Owner.
    /// @param newCrr Reserve ratio, parts per million.
    /// @param newTradeFee Trade fee, basis points.
    function setParameters(uint256 newCrr, uint256 newTradeFee) external onlyOwner {
        PoolLimits.check(newCrr, newTradeFee);
        _state.crr = uint32(newCrr);
        _state.tradeFee = uint16(newTradeFee);
        emit ParametersUpdated(newCrr, newTradeFee);
    }

    /// @notice Sets the largest trade. Owner.
    /// @param newMaxTradeBps Share of the reserve, basis points, 1 to 5000.
    function setMaxTradeBps(uint256 newMaxTradeBps) external onlyOwner {
        if (newMaxTradeBps == 0 || newMaxTradeBps > MAX_TRADE_BPS_LIMIT) {
            revert ValueOutOfBounds(newMaxTradeBps, 1, MAX_TRADE_BPS_LIMIT);
        }
        emit MaxTradeBpsUpdated(_state.maxTradeBps, newMaxTradeBps);
        _state.maxTradeBps = uint16(newMaxTradeBps);
    }

    /// @notice Sends tokens beyond the reserve to the treasury. Owner.
    /// @param amount At most balance minus `reserveBalance`.
    function withdrawTreasury(uint256 amount) external nonReentrant onlyOwner {
        if (amount == 0) revert ZeroAmount();
        _requireSurplus(_state.reserve, amount);
        emit TreasuryWithdrawal(treasury(), amount);
        _reserveToken.safeTransfer(treasury(), amount);
    }

    /// @notice Always refused: a pool belongs to its factory for good.
    function transferOwnership(address) external view onlyOwner {
        revert OwnershipIsFixed(owner);
    }

    /// @notice Always refused: a pool belongs to its factory for good.
    function renounceOwnership() external view onlyOwner {
        revert OwnershipIsFixed(owner);
    }

    /// @inheritdoc IHokusaiAMM
    function accrualParams() external view returns (address) {
        return CloneArgs.addressAt(_PARAMS_AT);
    }

    /// @notice Price before the pool graduates, units of the reserve token per whole token.
    function FLAT_CURVE_PRICE() external view returns (uint256) {
        return CloneArgs.uint128At(_FLAT_PRICE_AT);
    }

    /// @notice Reserve at which the pool graduates to the curve.
    function FLAT_CURVE_THRESHOLD() external view returns (uint256) {
        return CloneArgs.uint128At(_THRESHOLD_AT);
    }

    /// @notice What a purchase would yield and do to the price.
    /// @param reserveIn What the buyer pays, trade fee included.
    /// @return tokensOut Tokens.
    /// @return priceImpact Rise of the price, basis points of the old one.
    /// @return newSpotPrice Price afterwards.
    function calculateBuyImpact(uint256 reserveIn)
        external
        view
        returns (uint256 tokensOut, uint256 priceImpact, uint256 newSpotPrice)
    {
        State memory state = _state;
        uint256 supply = _supply();
        uint256 oldPrice = _spotPrice(state, supply);
        uint256 net = reserveIn - reserveIn * state.tradeFee / _BPS;
        tokensOut = _tokensFor(state, supply, net);
        state.reserve += net.toUint128();
        if (state.reserve >= CloneArgs.uint128At(_THRESHOLD_AT)) state.hasGraduated = true;
        newSpotPrice = _spotPrice(state, supply + tokensOut);
        if (oldPrice != 0 && newSpotPrice > oldPrice) priceImpact = (newSpotPrice - oldPrice) * _BPS / oldPrice;
    }

    /// @notice What a sale would yield and do to the price.
    /// @param tokensIn Tokens, 18 decimals.
    /// @return reserveOut What the seller gets, trade fee deducted.
    /// @return priceImpact Fall of the price, basis points of the old one.
    /// @return newSpotPrice Price afterwards.
    function calculateSellImpact(uint256 tokensIn)
        external
        view
        returns (uint256 reserveOut, uint256 priceImpact, uint256 newSpotPrice)
    {
        State memory state = _state;
        uint256 supply = _supply();
        uint256 oldPrice = _spotPrice(state, supply);
        uint256 gross = _reserveFor(state, supply, tokensIn);
        reserveOut = gross - gross * state.tradeFee / _BPS;
        state.reserve -= gross.toUint128();
        newSpotPrice = _spotPrice(state, supply - tokensIn);
        if (newSpotPrice < oldPrice) priceImpact = (oldPrice - newSpotPrice) * _BPS / oldPrice;
    }

    /// @notice Reserve ratio, parts per million.
    function crr() external view returns (uint256) {
        return _state.crr;
    }

    /// @notice Tokens that a purchase would yield.
    /// @param reserveIn What the buyer pays, trade fee included.
    function getBuyQuote(uint256 reserveIn) external view returns (uint256 tokensOut) {
        State memory state = _state;
        return _tokensFor(state, _supply(), reserveIn - reserveIn * state.tradeFee / _BPS);
    }

    /// @notice What a sale would yield, trade fee deducted.
    /// @param tokensIn Tokens, 18 decimals.
    function getSellQuote(uint256 tokensIn) external view returns (uint256 reserveOut) {
        State memory state = _state;
        uint256 gross = _reserveFor(state, _supply(), tokensIn);
        return gross - gross * state.tradeFee / _BPS;
    }

    /// @notice How the price comes about now.
    function getCurrentPhase() external view returns (PricingPhase) {
        return _phase(_state);
    }

    /// @notice The way to the curve.
    /// @return currentPhase How the price comes about now.
    /// @return currentReserve The reserve.
    /// @return thresholdReserve Reserve at which the pool graduates.
    /// @return flatPrice Price before that.
    /// @return percentToThreshold Share of the way, 0 to 100; 100 once graduated.
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
        State memory state = _state;
        currentPhase = _phase(state);
        currentReserve = state.reserve;
        thresholdReserve = CloneArgs.uint128At(_THRESHOLD_AT);
        flatPrice = CloneArgs.uint128At(_FLAT_PRICE_AT);
        percentToThreshold = state.hasGraduated ? 100 : currentReserve * 100 / thresholdReserve;
    }

    /// @notice The pool at a glance.
    /// @return reserve The reserve.
    /// @return supply Tokens in existence.
    /// @return price Price of a whole token.
    /// @return reserveRatio Reserve ratio, parts per million.
    /// @return tradeFeeRate Trade fee, basis points.
    function getPoolState()
        external
        view
        returns (uint256 reserve, uint256 supply, uint256 price, uint256 reserveRatio, uint256 tradeFeeRate)
    {
        State memory state = _state;
        supply = _supply();
        return (state.reserve, supply, _spotPrice(state, supply), state.crr, state.tradeFee);
    }

    /// @notice Reserve and supply.
    function getReserves() external view returns (uint256 reserve, uint256 supply) {
        return (_state.reserve, _supply());
    }

    /// @notice Whether and when trading is possible.
    function getTradeInfo() external view returns (bool sellsEnabled, uint256 ibrEndTime, bool isPaused) {
        return (isSellEnabled(), buyOnlyUntil(), _state.paused);
    }

    /// @notice Whether the pool has reached the curve, which it never leaves.
    function hasGraduated() external view returns (bool) {
        return _state.hasGraduated;
    }

    /// @notice Largest trade, share of the reserve, basis points.
    function maxTradeBps() external view returns (uint256) {
        return _state.maxTradeBps;
    }

    /// @notice Whether trading is stopped.
    function paused() external view returns (bool) {
        return _state.paused;
    }

    /// @notice The reserve: never more than the pool's tokens.
    function reserveBalance() external view returns (uint256) {
        return _state.reserve;
    }

    /// @notice The stablecoin.
    function reserveToken() external view returns (address) {
        return address(_reserveToken);
    }

    /// @notice Price of one whole token, units of the reserve token, in both phases.
    function spotPrice() external view returns (uint256) {
        return _spotPrice(_state, _supply());
    }

    /// @notice Trade fee, basis points.
    function tradeFee() external view returns (uint256) {
        return _state.tradeFee;
    }

    /// @notice End of the period in which tokens are only sold by the pool, seconds since 1970.
    function buyOnlyUntil() public view returns (uint256) {
        return CloneArgs.uint64At(_BUY_ONLY_UNTIL_AT);
    }

    /// @inheritdoc IHokusaiAMM
    function hokusaiToken() public view returns (address) {
        return CloneArgs.addressAt(_TOKEN_AT);
    }

    /// @notice Whether the pool buys tokens back by now.
    function isSellEnabled() public view returns (bool) {
        return block.timestamp >= buyOnlyUntil();
    }

    /// @notice Model id.
    function modelId() public view returns (string memory) {
        return string(LibClone.argsOnClone(address(this), _MODEL_ID_AT));
    }

    /// @notice Receives trade fees and what is withdrawn.
    function treasury() public view returns (address) {
        return CloneArgs.addressAt(_TREASURY_AT);
    }

    function _addFees(State memory state, uint256 amount) private {
        _grow(state, amount);
        uint256 supply = state.hasGraduated ? _supply() : 0;
        emit FeesDeposited(msg.sender, amount, state.reserve, _spotPrice(state, supply));
    }

    /// @dev Adds to the reserve, in memory and storage, and graduates the pool at its threshold.
    function _grow(State memory state, uint256 amount) private {
        uint256 newReserve = state.reserve + amount;
        state.reserve = newReserve.toUint128();
        if (!state.hasGraduated && newReserve >= CloneArgs.uint128At(_THRESHOLD_AT)) {
            state.hasGraduated = true;
            emit PhaseTransition(
                PricingPhase.FLAT_PRICE, PricingPhase.BONDING_CURVE, newReserve, block.timestamp
            );
        }
        _state = state;
    }

    function _tradableState(address to, uint256 deadline) private view returns (State memory state) {
        state = _state;
        if (state.paused) revert EnforcedPause();
        if (block.timestamp > deadline) revert TransactionExpired(deadline, block.timestamp);
        if (to == address(0)) revert ZeroAddress();
    }

    function _requireSurplus(uint256 reserve, uint256 amount) private view {
        // The balance covers the reserve: it is what came in by trades and fees.
        uint256 surplus = _reserveToken.balanceOf(address(this)) - reserve;
        if (amount > surplus) revert InsufficientSurplus(amount, surplus);
    }

    function _supply() private view returns (uint256) {
        return IERC20(hokusaiToken()).totalSupply();
    }

    /// @dev A purchase that crosses the threshold pays the flat price up to it and the curve beyond.
    function _tokensFor(State memory state, uint256 supply, uint256 net) private view returns (uint256 tokens) {
        if (state.hasGraduated) return BondingCurve.tokensFor(state.reserve, supply, state.crr, net);
        uint256 flatPrice = CloneArgs.uint128At(_FLAT_PRICE_AT);
        uint256 threshold = CloneArgs.uint128At(_THRESHOLD_AT);
        uint256 room = threshold - state.reserve;
        if (net <= room) return net * PRECISION / flatPrice;
        tokens = room * PRECISION / flatPrice;
        tokens += BondingCurve.tokensFor(threshold, supply + tokens, state.crr, net - room);
    }

    function _reserveFor(State memory state, uint256 supply, uint256 tokensIn) private view returns (uint256) {
        if (tokensIn >= supply) revert ExceedsSupply(tokensIn, supply);
        if (state.hasGraduated) return BondingCurve.reserveFor(state.reserve, supply, state.crr, tokensIn);
        return tokensIn * CloneArgs.uint128At(_FLAT_PRICE_AT) / PRECISION;
    }

    function _spotPrice(State memory state, uint256 supply) private view returns (uint256) {
        if (!state.hasGraduated) return CloneArgs.uint128At(_FLAT_PRICE_AT);
        return BondingCurve.price(state.reserve, supply, state.crr);
    }

    function _requireTradeSize(State memory state, uint256 amount) private pure {
        uint256 limit = uint256(state.reserve) * state.maxTradeBps / _BPS;
        if (amount > limit) revert TradeTooLarge(amount, limit);
    }

    function _requireOutput(uint256 output, uint256 minimum) private pure {
        if (output == 0) revert InsufficientOutput();
        if (output < minimum) revert SlippageExceeded(output, minimum);
    }

    function _phase(State memory state) private pure returns (PricingPhase) {
        return state.hasGraduated ? PricingPhase.BONDING_CURVE : PricingPhase.FLAT_PRICE;
    }
}
