"""Tests of hokctl.chain on the embedded chain and on a misbehaving node."""
