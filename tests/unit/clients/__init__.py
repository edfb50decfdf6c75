"""Tests of hokctl.clients."""
