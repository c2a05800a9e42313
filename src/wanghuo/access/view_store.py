"""The table of saved views: each belongs to one person and is read by nobody else."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Missing, Refused

VIEWS_MAX = 50  # of one page of one person


class View(msgspec.Struct, frozen=True):
    """Filters and columns of a page under a name."""

    name: str
    filters: dict[str, str]
    columns: list[str]


async def views(tx: Transaction, person_id: str, page: str) -> list[View]:
    """A person's views of a page, by name."""
    rows = await tx.fetch(
        "SELECT name, filters, columns FROM access.view"
        " WHERE person_id = $1 AND page = $2 ORDER BY name",
        person_id,
        page,
    )
    return [View(*row.values()) for row in rows]


async def save_view(  # noqa: PLR0913, PLR0917 - whose, of what, and what it is
    tx: Transaction,
    person_id: str,
    page: str,
    name: str,
    filters: Mapping[str, str],
    columns: Sequence[str],
    at: datetime,
) -> View:
    """Keep a view under its name, in place of the one that was there. Raises Refused when full."""
    others = await tx.fetchval(
        "SELECT count(*) FROM access.view WHERE person_id = $1 AND page = $2 AND name <> $3",
        person_id,
        page,
        name,
    )
    if others >= VIEWS_MAX:
        raise Refused(f"{VIEWS_MAX} views are kept of a page; delete one first")
    await tx.execute(
        "INSERT INTO access.view (person_id, page, name, filters, columns, saved_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, page, name)"
        " DO UPDATE SET filters = excluded.filters, columns = excluded.columns,"
        " saved_at = excluded.saved_at",
        person_id,
        page,
        name,
        dict(filters),
        list(columns),
        at,
    )
    return View(name, dict(filters), list(columns))


async def delete_view(tx: Transaction, person_id: str, page: str, name: str) -> None:
    """Forget a view. Raises Missing if the person has none of that name."""
    gone = await tx.fetchval(
        "DELETE FROM access.view WHERE person_id = $1 AND page = $2 AND name = $3 RETURNING name",
        person_id,
        page,
        name,
    )
    if gone is None:
        raise Missing(f"there is no view {name} of {page}")
