// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {CloneArgs} from "./CloneArgs.sol";
import {TwoStepOwnable} from "./TwoStepOwnable.sol";
import {IHokusaiToken} from "./interfaces/IHokusaiToken.sol";
import {AlreadyInitialized, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Token of one model
/// @notice An ERC-20 with 18 decimals that its controller, the TokenManager, mints and burns.
/// @dev Made as a clone. Immutable arguments, packed: params (20 bytes), length of the name (2), name, symbol.
contract HokusaiToken is IHokusaiToken, ERC20, TwoStepOwnable {
    uint256 private constant _NAME_LENGTH_AT = 20;
    uint256 private constant _NAME_AT = 22;

    /// @notice The only account that may mint, and burn from others.
    address public controller;

    /// @notice The caller is not the controller.
    error NotController(address caller);

    /// @notice Tokens were destroyed.
    event Burned(address indexed from, uint256 amount);
    /// @notice Another account controls the supply from now on.
    event ControllerUpdated(address indexed newController);
    /// @notice Tokens were created.
    event Minted(address indexed to, uint256 amount);

    modifier onlyController() {
        if (msg.sender != controller) revert NotController(msg.sender);
        _;
    }

    /// @dev The implementation has an owner from its construction, so it can't be initialised.
    constructor() ERC20("", "") {}

    /// @notice Sets a fresh clone up; its caller becomes the owner.
    /// @param controller_ May mint and burn; receives the initial supply.
    /// @param initialSupply Tokens minted to the controller, 18 decimals, not zero.
    function initialize(address controller_, uint256 initialSupply) external {
        if (owner() != address(0)) revert AlreadyInitialized();
        if (initialSupply == 0) revert ZeroAmount();
        _transferOwnership(msg.sender);
        _setController(controller_);
        _mint(controller_, initialSupply);
    }

    /// @notice Destroys tokens of the caller.
    /// @param amount Tokens, 18 decimals.
    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
        emit Burned(msg.sender, amount);
    }

    /// @notice Destroys tokens of any holder, without an allowance. Controller.
    /// @param from The holder.
    /// @param amount Tokens, 18 decimals.
    function burnFrom(address from, uint256 amount) external onlyController {
        _burn(from, amount);
        emit Burned(from, amount);
    }

    /// @notice Creates tokens. Controller.
    /// @param to The recipient.
    /// @param amount Tokens, 18 decimals.
    function mint(address to, uint256 amount) external onlyController {
        _mint(to, amount);
        emit Minted(to, amount);
    }

    /// @notice Hands control of the supply to another account. Owner.
    /// @param controller_ The new controller.
    function setController(address controller_) external onlyOwner {
        _setController(controller_);
    }

    /// @inheritdoc IHokusaiToken
    function params() external view returns (address) {
        return CloneArgs.addressAt(0);
    }

    /// @notice Name of the token.
    function name() public view override returns (string memory) {
        return string(LibClone.argsOnClone(address(this), _NAME_AT, _NAME_AT + _nameLength()));
    }

    /// @notice Symbol of the token.
    function symbol() public view override returns (string memory) {
        return string(LibClone.argsOnClone(address(this), _NAME_AT + _nameLength()));
    }

    function _setController(address controller_) private {
        if (controller_ == address(0)) revert ZeroAddress();
        controller = controller_;
        emit ControllerUpdated(controller_);
    }

    function _nameLength() private view returns (uint256) {
        return uint16(bytes2(CloneArgs.word(_NAME_LENGTH_AT)));
    }
}
