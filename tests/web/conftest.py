"""A whole web process in the test's own loop: real PostgreSQL, real NATS, real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.makers import Site, open_site
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """A served application with one person per role and two towns; closed at the end."""
    async with open_site(database, web_database, nats_stream, tmp_path) as opened:
        yield opened
