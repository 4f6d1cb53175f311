"""Tests of the booking service."""
