"""A photo from the phone: kept once, bare, beside its incident, for those whom it concerns."""

from typing import Any

from tests.responder.phones import DAY, Town
from tests.sights.makers import a_jpeg, a_png, a_webp, exif
from wanghuo.clock import WallClock
from wanghuo.web import page_link


async def send(
    town: Town, data: bytes, photo_id: str = "photo-0001", role: str = "micro_station", **more: Any
) -> Any:
    link = await town.link(role)
    asked = {"photo_id": photo_id, **more}
    headers = {"content-type": "image/jpeg"}
    client = town.site.client()
    return await client.post(f"{link}/photos", params=asked, content=data, headers=headers)


async def kept(town: Town) -> list[Any]:
    return await town.rows("SELECT * FROM sights.picture ORDER BY received_at, id")


async def test_a_photo_sent_twice_is_one_and_tells_open_pages(town: Town) -> None:
    first, again = await send(town, a_jpeg()), await send(town, a_jpeg())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    (row,) = await kept(town)
    assert (row["origin"], row["by_whom"]) == ("responder", "M1 1")
    facts = await town.rows("SELECT body FROM engines.outbox WHERE topic = 'sight'")
    assert len(facts) == 1
    assert facts[0]["body"]["number"] == (await town.packet("unit"))["incident"]["number"]


async def test_a_photo_is_kept_without_its_place_and_the_place_only_if_near(town: Town) -> None:
    await send(town, a_jpeg(exif(121.2501, 30.3001, turned=6)))
    await send(town, a_jpeg(exif(2.35, 48.85)), "photo-0002")
    near, jumped = await kept(town)
    assert (round(near["lon"], 4), round(near["lat"], 4)) == (121.2501, 30.3001)
    assert (jumped["lon"], jumped["lat"]) == (None, None)
    link = await town.link("micro_station")
    for row in (near, jumped):
        shown = await town.site.client().get(f"{link}/photos/{row['id']}")
        assert shown.status_code == 200
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in shown.headers["content-security-policy"]
        assert len(shown.content) < 400, "which way up, and no place"


async def test_every_kind_of_photo_is_taken_and_nothing_else(town: Town) -> None:
    for number, data in enumerate((a_jpeg(), a_png(), a_webp())):
        assert (await send(town, data, f"photo-000{number}")).status_code == 201
    for data in (b"", b"GIF89a", b"<svg/>", a_jpeg()[:40], b"MZ" * 500):
        refused = await send(town, data, "photo-0009")
        assert refused.status_code == 422
        assert refused.json()["field"] == "body"
        assert refused.json()["remedy_en"]
    assert len(await kept(town)) == 3


async def test_a_photo_that_is_too_large_is_refused_and_says_so(town: Town) -> None:
    large = a_jpeg() + b"\0" * (8 << 20)
    refused = await send(town, large)
    assert refused.status_code == 413
    assert "8388608" in refused.text
    assert await kept(town) == []


async def test_an_incident_with_all_the_pictures_that_the_policy_keeps_takes_no_more(
    town: Town,
) -> None:
    await send(town, a_jpeg())
    await town.rows(
        "INSERT INTO sights.picture SELECT p.id || n, incident_id, town_code, origin, camera_id,"
        " by_whom, taken_at, received_at, media_type, size_bytes, width, height, sha256"
        " FROM sights.picture p, generate_series(1, 199) n RETURNING id"
    )
    assert (await send(town, a_jpeg(), "photo-0002")).status_code == 409


async def test_crews_see_every_picture_and_a_unit_its_own(town: Town) -> None:
    await send(town, a_jpeg())
    mine = await send(town, a_png(), "photo-0002", role="unit")
    crew, unit = await town.packet("micro_station"), await town.packet("unit")
    assert len(crew["pictures"]) == 2
    assert [one["id"] for one in unit["pictures"]] == [mine.json()["id"]]
    others = next(one["id"] for one in crew["pictures"] if one["id"] != mine.json()["id"])
    link = await town.link("unit")
    assert (await town.site.client().get(f"{link}/photos/{others}")).status_code == 404


async def test_a_forged_link_brings_no_photo(town: Town) -> None:
    made = page_link.token("another house", "0" * 24, WallClock().now_utc(), DAY)
    answer = await town.site.client().post(
        f"/r/{made}/photos", params={"photo_id": "photo-0001"}, content=a_jpeg()
    )
    assert answer.status_code == 401
    assert await kept(town) == []
