"""Settings and policy data: what an operator may change without touching code."""
