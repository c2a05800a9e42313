"""A signature holds for its body, its secret and its time, and for nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from wanghuo.web.signature import AGE_MAX_S, signed, verified

NOW = 1_700_000_000


@given(st.binary(max_size=200), st.integers(-AGE_MAX_S, AGE_MAX_S))
def test_a_signed_body_is_verified_within_its_age(body: bytes, later_s: int) -> None:
    assert verified("secret", body, signed("secret", body, NOW), NOW + later_s)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_another_body_is_refused(body: bytes, other: bytes) -> None:
    assert verified("secret", other, signed("secret", body, NOW), NOW) == (body == other)


def test_another_secret_an_old_time_and_a_changed_time_are_refused() -> None:
    header = signed("secret", b"x", NOW)
    assert not verified("other", b"x", header, NOW)
    assert not verified("secret", b"x", header, NOW + AGE_MAX_S + 1)
    assert not verified("secret", b"x", header.replace(str(NOW), str(NOW + 1)), NOW)


@given(st.text(max_size=60))
def test_a_strange_header_is_refused_without_an_error(header: str) -> None:
    assert not verified("secret", b"x", header, NOW)
