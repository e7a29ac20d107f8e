"""A policy made ready for engines that are fast: what each line reads, and what one record alone decides."""

from creditlang.plan.lower import Plan, lower

__all__ = ["Plan", "lower"]
