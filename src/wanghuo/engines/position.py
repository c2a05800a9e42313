"""How far a consumer has come, committed in the transaction of its effects."""

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Refused


async def reached(tx: Transaction, name: str) -> int:
    """The last position whose effects are committed; 0 before the first."""
    return int(
        await tx.fetchval("SELECT position FROM engines.position WHERE name = $1", name) or 0
    )


async def advance(tx: Transaction, name: str, done: int, now_done: int) -> None:
    """Remember that the effects from `done` up to `now_done` are in this transaction.

    Raises Refused if the position is not `done` any more: somebody else does this work by now.
    """
    moved = await tx.fetchval(
        "INSERT INTO engines.position AS p (name, position) VALUES ($1, $3)"
        " ON CONFLICT (name) DO UPDATE SET position = $3 WHERE p.position = $2 RETURNING 1",
        name,
        done,
        now_done,
    )
    if moved is None:
        raise Refused(f"{name} is not at {done} any more: somebody else reads on by now")


async def forget(tx: Transaction, name: str) -> None:
    """Begin at 0 again: the stream that it counted is gone."""
    await tx.execute("DELETE FROM engines.position WHERE name = $1", name)
