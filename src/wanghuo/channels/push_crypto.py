"""Web push: a message for one browser (RFC 8291, aes128gcm of RFC 8188), and VAPID (RFC 8292).

Keys travel as url-safe base64 without padding; private ones as the 32 bytes of their number.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CURVE: Final = ec.SECP256R1()
PLAIN_BYTES_MAX: Final = 3900  # a service takes 4,096 with header and tag
RECORD_BYTES: Final = 4096
KEY_BYTES, AUTH_BYTES, SALT_BYTES, NUMBER_BYTES = 65, 16, 16, 32
VALID: Final = timedelta(hours=12)
LAST_RECORD: Final = b"\x02"


def b64(raw: bytes) -> str:
    """Url-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of url-safe base64. Raises ValueError."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not url-safe base64") from error


def new_private_key() -> str:
    """A key that nobody has."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return b64(number.to_bytes(NUMBER_BYTES))


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), CURVE)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def public_key(private: str) -> str:
    """What a browser subscribes with, and what the service checks our signature with."""
    return b64(_point(_private(private).public_key()))


def usable(p256dh: str, auth: str) -> bool:
    """Whether these are a browser's keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(p256dh))
        return len(unb64(auth)) == AUTH_BYTES
    except (ValueError, InvalidKey):
        return False


def encrypted(plain: bytes, p256dh: str, auth: str, salt: bytes, own: str) -> bytes:
    """The body for one browser. salt: 16 fresh bytes; own: a fresh private key."""
    assert len(plain) <= PLAIN_BYTES_MAX, "cut it before"
    theirs = unb64(p256dh)
    mine = _private(own)
    mine_point = _point(mine.public_key())
    shared = mine.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    seed = _hkdf(shared, unb64(auth), b"WebPush: info\0" + theirs + mine_point, NUMBER_BYTES)
    key = _hkdf(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(seed, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, plain + LAST_RECORD, None)
    head = salt + RECORD_BYTES.to_bytes(4) + len(mine_point).to_bytes(1) + mine_point
    return head + sealed


def _hkdf(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


def authorization(endpoint: str, private: str, contact: str, now: datetime) -> str:
    """The header that says who pushes: a JWT signed by ES256, and the key it was signed with."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + VALID).timestamp()),
        "sub": contact,
    }
    head = b64(b'{"typ":"JWT","alg":"ES256"}')
    said = f"{head}.{b64(msgspec.json.encode(claims))}"
    r, s = utils.decode_dss_signature(
        _private(private).sign(said.encode(), ec.ECDSA(hashes.SHA256()))
    )
    mac = b64(r.to_bytes(NUMBER_BYTES) + s.to_bytes(NUMBER_BYTES))
    return f"vapid t={said}.{mac}, k={public_key(private)}"
