"""How far a consumer has come, committed in the transaction of its effects."""

from wanghuo.engines.postgres import Transaction


async def reached(tx: Transaction, name: str) -> int:
    """The last position whose effects are committed; 0 before the first."""
    return int(
        await tx.fetchval("SELECT position FROM engines.position WHERE name = $1", name) or 0
    )


async def advance(tx: Transaction, name: str, position: int) -> None:
    """Remember that the effects up to `position` are in this transaction. Never goes back."""
    await tx.execute(
        "INSERT INTO engines.position (name, position) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET position = greatest(engines.position.position, $2)",
        name,
        position,
    )


async def forget(tx: Transaction, name: str) -> None:
    """Begin at 0 again: the stream that it counted is gone."""
    await tx.execute("DELETE FROM engines.position WHERE name = $1", name)
