"""Halftime: a warehouse that turns CRM data and coaching logs into leading and lagging figures."""

__version__ = "0.1.0"
