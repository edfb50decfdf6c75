"""The tests of hokctl."""
