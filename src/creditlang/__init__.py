"""creditlang: a policy language for credit and conduct rules."""

__version__ = "0.1.0"
