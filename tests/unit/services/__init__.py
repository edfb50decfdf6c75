"""Tests of services that need neither a chain nor a file."""
