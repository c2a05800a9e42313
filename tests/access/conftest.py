"""The served application of the web tests."""

from tests.web.conftest import site

__all__ = ["site"]
