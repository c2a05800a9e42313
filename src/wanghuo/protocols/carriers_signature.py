"""Proofs that a push comes from who it says: hashes over a token that both sides know.

OneNET: base64(md5(token + nonce + raw text of msg)). Tencent and Huawei IoTDA: a hex hash over the
sorted token, timestamp and nonce. CTWing signs nothing: its guard is the secret in the path.
"""

import base64
import hashlib
import hmac
from typing import Literal


def onenet(token: str, nonce: str, message: str) -> str:
    """The signature of a OneNET push or URL check over the raw text of `msg`."""
    said = (token + nonce + message).encode("utf-8", "surrogatepass")
    digest = hashlib.md5(said, usedforsecurity=False)  # the carrier's choice, not ours
    return base64.b64encode(digest.digest()).decode()


def sorted_hash(
    token: str, timestamp: str, nonce: str, algorithm: Literal["sha1", "sha256"]
) -> str:
    """The lower-case hex hash of the three, sorted and joined."""
    said = "".join(sorted((token, timestamp, nonce))).encode("utf-8", "surrogatepass")
    return hashlib.new(algorithm, said, usedforsecurity=False).hexdigest()


def same(given: str, right: str) -> bool:
    """Whether a signature is right, in a time that tells nothing. A URL may turn + into a blank."""
    return hmac.compare_digest(
        given.replace(" ", "+").encode("utf-8", "surrogatepass"), right.encode()
    )
