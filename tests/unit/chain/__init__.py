"""Tests of hokctl.chain without sockets."""
