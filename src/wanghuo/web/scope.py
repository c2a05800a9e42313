"""`Tx`: a transaction that sees only what is the asker's and commits before the answer leaves.

scope="function" is the point: FastAPI closes the dependency after the handler has returned and
before the first byte of the answer is sent, so 200 means durable. A handler never commits.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from wanghuo.engines.postgres import Transaction
from wanghuo.principal import ALL_TOWNS
from wanghuo.web.house import house_of
from wanghuo.web.idempotency import begin
from wanghuo.web.sign_in import SignedIn


async def scoped_transaction(request: Request, who: SignedIn) -> AsyncIterator[Transaction]:
    """One transaction, only rows that the principal may see; rolled back if the handler raises."""
    async with house_of(request).database.transaction(who.scope()) as tx:
        await begin(request, who, tx)
        yield tx


async def city_transaction(request: Request) -> AsyncIterator[Transaction]:
    """One transaction over the whole city, for doors that prove their caller otherwise."""
    async with house_of(request).database.transaction(ALL_TOWNS) as tx:
        yield tx


Tx = Annotated[Transaction, Depends(scoped_transaction, scope="function")]
# For signed answers and carrier pushes only: the signature or the secret is the proof.
CityTx = Annotated[Transaction, Depends(city_transaction, scope="function")]
