// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2FactoryBase} from "./V2FactoryBase.sol";
import {V2HokusaiAMM} from "./V2HokusaiAMM.sol";

/// @title Stand-in for the pool factory as of v2.0.0
/// @dev It owns the pools it makes and passes nothing on to them: they cannot be paused or changed.
contract V2HokusaiAMMFactory is V2FactoryBase {
    constructor(address _modelRegistry, address _tokenManager, address _reserveToken, address _treasury)
        V2FactoryBase(_modelRegistry, _tokenManager, _reserveToken, _treasury, 100_000)
    {}

    function MAX_CRR() public pure override returns (uint256) {
        return 500_000;
    }

    function _make(string memory modelId, address token, Shape memory shape) internal override returns (address) {
        return address(
            new V2HokusaiAMM(
                reserveToken,
                token,
                tokenManager,
                modelId,
                treasury,
                shape.crr,
                shape.tradeFee,
                shape.ibrDuration,
                shape.flatCurveThreshold,
                shape.flatCurvePrice
            )
        );
    }
}
