// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts-v4/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";

/// @title Stand-in for a model's token as of v2.0.0
contract V2HokusaiToken is ERC20, Ownable {
    address public controller;
    address public immutable params;

    event Burned(address indexed from, uint256 amount);
    event ControllerUpdated(address indexed newController);
    event Minted(address indexed to, uint256 amount);

    modifier onlyController() {
        require(msg.sender == controller, "Only controller can call this function");
        _;
    }

    constructor(
        string memory _name,
        string memory _symbol,
        address _controller,
        address _params,
        uint256 _initialSupply
    ) ERC20(_name, _symbol) {
        require(bytes(_name).length != 0, "Token name cannot be empty");
        require(bytes(_symbol).length != 0, "Token symbol cannot be empty");
        require(_controller != address(0), "Controller cannot be zero address");
        require(_params != address(0), "Params cannot be zero address");
        require(_initialSupply != 0, "Initial supply must be greater than zero");
        controller = _controller;
        params = _params;
        _mint(_controller, _initialSupply);
    }

    function setController(address _controller) external onlyOwner {
        require(_controller != address(0), "Controller cannot be zero address");
        controller = _controller;
        emit ControllerUpdated(_controller);
    }

    function mint(address to, uint256 amount) external onlyController {
        _mint(to, amount);
        emit Minted(to, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
        emit Burned(msg.sender, amount);
    }

    function burnFrom(address from, uint256 amount) external onlyController {
        _burn(from, amount);
        emit Burned(from, amount);
    }
}
