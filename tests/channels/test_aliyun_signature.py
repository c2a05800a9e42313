"""Alibaba's signature against the vector of its documentation; broken answers and pushes."""

from datetime import UTC, datetime

import pytest

from wanghuo.protocols import aliyun

# "V3 request structure and signature", the example with fixed parameters.
PARAMS = {
    "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    "RegionId": "cn-shanghai",
}
SIGNATURE = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_the_published_example_has_the_published_signature() -> None:
    call = aliyun.Call(
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        params=PARAMS,
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
        version="2014-05-26",
    )
    headers = aliyun.headers(call, "YourAccessKeyId", "YourAccessKeySecret")
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        f"Signature={SIGNATURE}"
    )


def test_a_query_is_sorted_and_encoded_by_the_strict_rule() -> None:
    query = aliyun.query({"b": "a b+c*~/", "A": "火"})
    assert query == "A=%E7%81%AB&b=a%20b%2Bc%2A~%2F"


@pytest.mark.parametrize("body", [b"", b'{"Code":"O', b"[]", b"{}", b"\xff", b'{"Code":1e999}'])
def test_half_an_answer_is_none(body: bytes) -> None:
    with pytest.raises(aliyun.Broken):
        aliyun.answer(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1,", b"\xff\xfe"])
def test_a_push_that_is_no_array_is_told(body: bytes) -> None:
    with pytest.raises(aliyun.Broken):
        aliyun.pushed(body)


@pytest.mark.parametrize("row", [b"1", b"{}", b'{"phone_number":1,"success":[]}', b"null"])
def test_a_row_that_is_none_is_told(row: bytes) -> None:
    with pytest.raises(aliyun.Broken):
        aliyun.sms_report(row)
    with pytest.raises(aliyun.Broken):
        aliyun.voice_report(row)
