"""`Now`: the clock of the house as a word for handlers."""

from typing import Annotated

from fastapi import Depends, Request

from wanghuo.clock import Clock
from wanghuo.web.house import house_of


def the_clock(request: Request) -> Clock:
    """The clock that compose hung up; a test hangs up one that is turned by hand."""
    return house_of(request).clock


Now = Annotated[Clock, Depends(the_clock)]
