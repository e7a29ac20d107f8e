"""The kernels, as machine code or with arrays as a whole."""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from creditlang.columnar import kernels, plain_kernels


@frozen
class Kernels:
    """The functions of `kernels`, by one of the two ways."""

    decide: Callable[..., int]
    accumulate: Callable[..., int]


PLAIN = Kernels(plain_kernels.decide, plain_kernels.accumulate)


def machine_code() -> Kernels:
    import numba

    way: Any = numba.njit(nogil=True, boundscheck=False)
    return Kernels(way(kernels.decide), way(kernels.accumulate))
