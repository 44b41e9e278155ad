"""Halftime: a warehouse that turns CRM data and coaching logs into leading and lagging indicators."""

__version__ = "0.1.0"
