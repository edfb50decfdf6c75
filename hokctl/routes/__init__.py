"""How a plan reaches the chain: who may make its calls, and the way through them."""
