// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IFactory {
    function getPool(string calldata modelId) external view returns (address);
    function hasPool(string calldata modelId) external view returns (bool);
    function modelRegistry() external view returns (address);
}

interface IPool {
    function depositFees(uint256 amount) external;
    function hokusaiToken() external view returns (address);
}

interface IReserve {
    function deposit(string calldata modelId, uint256 amount) external;
    function batchDeposit(string[] calldata modelIds, uint256[] calldata amounts) external;
}

interface IToken {
    function burnFrom(address from, uint256 amount) external;
    function mint(address to, uint256 amount) external;
    function params() external view returns (address);
    function totalSupply() external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

interface IParams {
    function infrastructureAccrualBps() external view returns (uint16);
    function tokensPerDeltaOne() external view returns (uint256);
}

interface ITokens {
    function burnTokens(string calldata modelId, address account, uint256 amount) external;
    function getModelId(address token) external view returns (string memory);
    function getRedeemableSupply(string calldata modelId) external view returns (uint256);
    function getTokenAddress(string calldata modelId) external view returns (address);
    function mintTokens(string calldata modelId, address recipient, uint256 amount) external;
}
