// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts-v4/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";
import {IParams} from "../v2/V2Interfaces.sol";

/// @title Stand-in for a model's token as on mainnet: supply in three allocations
/// @dev The cap of rewards follows tokensPerDeltaOne, so that the governor moves it.
contract LiveHokusaiToken is ERC20, Ownable {
    uint256 public constant REWARD_CAP_MULTIPLIER = 100;

    address public controller;
    address public immutable params;
    uint256 public immutable maxSupply;
    uint256 public immutable modelSupplierAllocation;
    uint256 public immutable investorAllocation;
    address public immutable modelSupplierRecipient;
    uint256 public investorMinted;
    uint256 public rewardMinted;
    bool public modelSupplierDistributed;

    event Burned(address indexed from, uint256 amount);
    event ControllerUpdated(address indexed newController);
    event Minted(address indexed to, uint256 amount);
    event ModelSupplierAllocationDistributed(address indexed recipient, uint256 amount);
    event TokenSupplyConfigured(
        uint256 initialSupply,
        uint256 maxSupply,
        uint256 modelSupplierAllocation,
        address indexed modelSupplierRecipient
    );

    modifier onlyController() {
        require(msg.sender == controller, "Only controller can call this function");
        _;
    }

    constructor(
        string memory _name,
        string memory _symbol,
        address _controller,
        address _params,
        uint256 _initialSupply,
        uint256 _maxSupply,
        uint256 _modelSupplierAllocation,
        uint256 _investorAllocation,
        address _modelSupplierRecipient
    ) ERC20(_name, _symbol) {
        require(bytes(_name).length != 0, "Token name cannot be empty");
        require(bytes(_symbol).length != 0, "Token symbol cannot be empty");
        require(_controller != address(0), "Controller cannot be zero address");
        require(_params != address(0), "Params cannot be zero address");
        controller = _controller;
        params = _params;
        maxSupply = _maxSupply;
        modelSupplierAllocation = _modelSupplierAllocation;
        investorAllocation = _investorAllocation;
        modelSupplierRecipient = _modelSupplierRecipient;
        if (_initialSupply != 0) _mint(_controller, _initialSupply);
        emit TokenSupplyConfigured(_initialSupply, _maxSupply, _modelSupplierAllocation, _modelSupplierRecipient);
    }

    function setController(address _controller) external onlyOwner {
        require(_controller != address(0), "Controller cannot be zero address");
        controller = _controller;
        emit ControllerUpdated(_controller);
    }

    function mint(address to, uint256 amount) external onlyController {
        _mintInvestor(to, amount);
    }

    function mintInvestor(address to, uint256 amount) external onlyController {
        _mintInvestor(to, amount);
    }

    function mintReward(address to, uint256 amount) external onlyController {
        require(amount <= getRemainingRewardAllocation(), "Reward allocation exceeded");
        rewardMinted += amount;
        _mint(to, amount);
        emit Minted(to, amount);
    }

    function distributeModelSupplierAllocation(address vault, uint256 vestedAmount) external onlyController {
        require(!modelSupplierDistributed, "Already distributed");
        modelSupplierDistributed = true;
        uint256 immediate = modelSupplierAllocation - vestedAmount;
        if (immediate != 0) _mint(modelSupplierRecipient, immediate);
        if (vestedAmount != 0) _mint(vault, vestedAmount);
        emit ModelSupplierAllocationDistributed(modelSupplierRecipient, modelSupplierAllocation);
    }

    function burn(uint256 amount) external {
        _destroy(msg.sender, amount);
    }

    function burnFrom(address from, uint256 amount) external onlyController {
        _destroy(from, amount);
    }

    function burnAMM(address from, uint256 amount) external onlyController {
        _destroy(from, amount);
    }

    function burnInvestor(address from, uint256 amount) external onlyController {
        _destroy(from, amount);
    }

    function getRemainingInvestorAllocation() external view returns (uint256) {
        return investorAllocation - investorMinted;
    }

    function getRemainingSupply() external view returns (uint256) {
        return maxSupply > totalSupply() ? maxSupply - totalSupply() : 0;
    }

    function getRemainingRewardAllocation() public view returns (uint256) {
        return getRewardMintingCap() - rewardMinted;
    }

    function getRewardMintingCap() public view returns (uint256) {
        return REWARD_CAP_MULTIPLIER * IParams(params).tokensPerDeltaOne();
    }

    function _mintInvestor(address to, uint256 amount) private {
        require(investorMinted + amount <= investorAllocation, "Investor allocation exceeded");
        investorMinted += amount;
        _mint(to, amount);
        emit Minted(to, amount);
    }

    function _destroy(address from, uint256 amount) private {
        _burn(from, amount);
        emit Burned(from, amount);
    }
}
