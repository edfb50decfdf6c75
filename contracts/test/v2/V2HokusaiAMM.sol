// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2PoolBase} from "./V2PoolBase.sol";
import {IToken} from "./V2Interfaces.sol";

/// @title Stand-in for a model's pool as of v2.0.0
contract V2HokusaiAMM is V2PoolBase {
    uint256 public constant MAX_CRR = 500_000;

    constructor(
        address _reserveToken,
        address _hokusaiToken,
        address _tokenManager,
        string memory _modelId,
        address _treasury,
        uint256 _crr,
        uint256 _tradeFee,
        uint256 _ibrDuration,
        uint256 _flatCurveThreshold,
        uint256 _flatCurvePrice
    )
        V2PoolBase(
            _reserveToken, _hokusaiToken, _tokenManager, _modelId, _treasury, _ibrDuration, _flatCurveThreshold,
            _flatCurvePrice
        )
    {
        _setParameters(_crr, _tradeFee);
    }

    function _maxCrr() internal pure override returns (uint256) {
        return MAX_CRR;
    }

    function _supply() internal view override returns (uint256) {
        return IToken(hokusaiToken).totalSupply();
    }

    function _admit(address, uint256, uint256) internal override {}
}
