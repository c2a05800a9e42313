"""What can go wrong in the city's words; web.problems turns each into its document."""


class WanghuoError(Exception):
    """Every error that this product raises on purpose."""

    kind = "error"


class Refused(WanghuoError):
    """The request is understood and has no meaning now. zh: the message in Chinese."""

    kind = "refused"

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class Missing(WanghuoError):
    """There is no such thing, or the asker's towns do not hold it."""

    kind = "missing"


class Forbidden(WanghuoError):
    """The asker's role does not carry this permission."""

    kind = "forbidden"


class Unauthenticated(WanghuoError):
    """Nobody is signed in, or the token is not known."""

    kind = "unauthenticated"


class Invalid(WanghuoError):
    """The input cannot be used. `field` names the part, `remedy` says what would be right."""

    kind = "invalid"

    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{field}: {message}" + (f" ({remedy})" if remedy else ""))
        self.field = field
        self.message = message
        self.remedy = remedy


class Unavailable(WanghuoError):
    """An engine is not answering now; the caller keeps the data and tries again."""

    kind = "unavailable"
