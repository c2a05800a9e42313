"""What the house asks of whoever knows people and tokens; the access wing answers it."""

from typing import Protocol

from wanghuo.principal import Principal


class Doorkeeper(Protocol):
    """Knows who carries a secret. The access wing stands above web, so web knows only this face."""

    async def admit(self, secret: str) -> Principal:
        """Who carries `secret`: an API token, a browser session or an operator's key.

        Raises Unauthenticated for an unknown, expired or revoked secret, Unavailable when it
        cannot be looked up now and was not seen lately.
        """
        ...

    def forget(self, secret: str) -> None:
        """Look this secret up again before its next use, e.g. after signing out."""
        ...

    def forget_person(self, person_id: str) -> None:
        """Look every secret of this person up again, e.g. after a change of role."""
        ...
