"""The doors on HTTP: what each role sees, files in and out, a map that is sent once."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.premises.makers import FILES, the_categories
from tests.web.makers import HERE, Site, open_site
from wanghuo.access import store as access_store
from wanghuo.devices import routes as devices_routes
from wanghuo.devices import store as devices_store
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.place import Datum
from wanghuo.premises import feed, outline_routes, personal_routes, routes, store, synthetic
from wanghuo.premises.import_report import Upload


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """The small city; its 新浦镇 is the town of the town office's token."""
    async with database.transaction() as tx:
        for kind, text in FILES.items():
            upload = Upload(
                kind, kind, text.replace("330282112", HERE).encode(), Datum.WGS84, commit=True
            )
            report = await feed.run_import(devices_store, tx, the_categories(), upload)
            assert report.errors == []
        await store.add_synthetic(tx, synthetic.records((await store.towns(tx))[0]))
    run = partial(feed.run_import, devices_store)
    doors = [
        routes.router,
        routes.import_router(run, access_store.audit),
        routes.roster_router(access_store.audit),
        personal_routes.personal_router(access_store.audit),
        outline_routes.outline_router(access_store.audit),
        devices_routes.router,
    ]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=doors) as opened:
        yield opened


async def test_the_map_has_every_place_of_the_askers_towns(site: Site) -> None:
    whole = (await site.client("admin").get("/api/v1/map/places")).json()
    assert whole["ids"] == ["SS-1", "XP-1", "XP-2"]
    assert [whole["categories"][at]["code"] for at in whole["category"]] == [
        "shop", "industrial", "rental",
    ]  # fmt: skip
    assert [whole["towns"][at]["name"] for at in whole["town"]] == ["胜山镇", "新浦镇", "新浦镇"]
    assert whole["sleeping"] == [1, 0, 1]
    own = (await site.client("town_office").get("/api/v1/map/places")).json()
    assert own["ids"] == ["XP-1", "XP-2"]


async def test_the_map_is_sent_again_only_after_a_change(site: Site) -> None:
    client = site.client("admin")
    first = await client.get("/api/v1/map/places")
    assert first.headers["content-encoding"] == "gzip"
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/api/v1/map/places", headers=known)).status_code == 304
    changed = FILES["places"].replace("330282112", HERE).replace("宏达", "新宏达")
    sent = await client.post("/api/v1/import/places?commit=true", content=changed.encode())
    assert sent.json()["changed"] == 1
    assert (await client.get("/api/v1/map/places", headers=known)).status_code == 200


async def test_places_are_found_page_by_page(site: Site) -> None:
    client = site.client("city_duty")
    first = (await client.get("/api/v1/places", params={"limit": 2})).json()
    rest = (await client.get("/api/v1/places", params={"cursor": first["next"]})).json()
    assert [p["id"] for p in first["items"] + rest["items"]] == ["SS-1", "XP-1", "XP-2"]
    assert rest["next"] is None
    by_name = (await client.get("/api/v1/places", params={"q": "塑料"})).json()["items"]
    assert [(p["id"], p["category_zh"], p["town_name"]) for p in by_name] == [
        ("XP-1", "工业企业", "新浦镇")
    ]
    by_device = (await client.get("/api/v1/places", params={"q": "XP-2-01"})).json()["items"]
    assert [p["id"] for p in by_device] == ["XP-2"]


async def test_only_a_role_with_personal_data_finds_a_place_by_telephone(site: Site) -> None:
    words = {"q": "16400000001"}
    for role, wanted in (("city_duty", ["XP-1"]), ("auditor", [])):
        found = (await site.client(role).get("/api/v1/places", params=words)).json()["items"]
        assert [p["id"] for p in found] == wanted


async def test_a_place_shows_what_a_duty_officer_needs(site: Site) -> None:
    place = (await site.client("city_duty").get("/api/v1/places/XP-1")).json()
    assert [d["kind"] for d in place["devices"]] == ["uitd", "smoke"]
    assert place["devices"][0]["operator_name"] == "新浦智慧消防"
    assert [(c["name"], c["phone"]) for c in place["contacts"]] == [("张三", "164****0001")]
    assert place["stations_near"][0]["name"] == "新浦村微型消防站"
    assert place["stations_near"][0]["distance_m"] < 100
    assert place["water"][0]["flow_l_per_s"] == 15
    assert place["open_incidents"] == []


async def test_a_place_is_held_against_its_standard_by_who_sees_all_its_devices(
    site: Site,
) -> None:
    kit = (await site.client("city_duty").get("/api/v1/places/XP-1")).json()["kit"]
    assert [(line["kind"], line["required"], line["fitted"], line["missing"]) for line in kit] == [
        ("smoke", 1, 1, 0),
        ("electric", 1, 0, 1),
        ("uitd", 0, 1, 0),
    ]
    async with site.owner.transaction("*") as tx:
        await tx.execute("UPDATE devices.device SET operator_id = 'op1' WHERE id = 'XP-1-01'")
    seen = (await site.client("operator").get("/api/v1/places/XP-1")).json()
    assert ([device["id"] for device in seen["devices"]], seen["kit"]) == (["XP-1-01"], [])


async def test_telephone_numbers_are_masked_for_roles_without_personal_data(site: Site) -> None:
    client = site.client("auditor")
    place = (await client.get("/api/v1/places/XP-1")).json()
    assert [c["phone"] for c in place["contacts"]] == ["164****0001"]
    exported = (await client.get("/api/v1/export/contacts")).text
    assert "164****0001" in exported
    assert "16400000001" not in exported


async def test_numbers_leave_to_who_may_see_them_and_leave_a_line(site: Site) -> None:
    client = site.client("city_duty")
    shown = (await client.post("/api/v1/places/XP-1/numbers")).json()["contacts"]
    assert list(shown.values()) == ["16400000001"]
    assert (await site.client("auditor").post("/api/v1/places/XP-1/numbers")).status_code == 403
    assert "16400000001" in (await client.get("/api/v1/export/contacts")).text
    lines = (await site.client("auditor").get("/api/v1/audit")).json()["items"]
    told = [(line["act"], line["subject"], line["detail"].get("numbers")) for line in lines]
    assert told == [("register.export", "contacts", True), ("numbers.place", "XP-1", None)]


async def test_a_place_of_another_town_is_missing(site: Site) -> None:
    client = site.client("town_office")
    assert (await client.get("/api/v1/places/SS-1")).status_code == 404
    assert (await client.get("/api/v1/places/XP-1")).status_code == 200


async def test_devices_and_operators_are_listed_without_keys(site: Site) -> None:
    client = site.client("auditor")
    listed = (await client.get("/api/v1/devices", params={"place_id": "XP-1"})).json()
    assert [d["id"] for d in listed["items"]] == ["XP-1-00", "XP-1-01"]
    one = (await client.get("/api/v1/devices/XP-1-01")).json()
    assert one["origin"] == "gb26875:790300000000/1.1.40.0a000200"
    operators = (await client.get("/api/v1/operators")).json()["items"]
    cx01 = {"id": "cx01", "name": "新浦智慧消防", "town_code": HERE, "has_key": False}
    assert cx01 in operators


async def test_stations_towns_and_categories_are_listed(site: Site) -> None:
    client = site.client("town_office")
    assert [s["id"] for s in (await client.get("/api/v1/stations")).json()["items"]] == ["S-1"]
    assert len((await client.get("/api/v1/towns")).json()["items"]) == 2
    assert len((await client.get("/api/v1/categories")).json()["items"]) == 14
    assert [len(ring) for ring in (await client.get("/api/v1/map/outline")).json()["rings"]] == [77]


async def test_a_file_is_previewed_then_kept_and_the_act_is_on_record(site: Site) -> None:
    client = site.client("admin")
    text = FILES["places"].replace("330282112", HERE) + "XP-3,新店,商铺,,XP,,121.3641,30.2436\n"
    wrong = await client.post("/api/v1/import/places?file=a.csv", content=text.encode())
    assert wrong.status_code == 200
    assert [(e["file"], e["cell"]) for e in wrong.json()["errors"]] == [("a.csv", "C5")]
    text = text.replace(",商铺,", ",沿街商铺,")
    seen = (await client.post("/api/v1/import/places", content=text.encode())).json()
    assert (seen["new"], seen["unchanged"], seen["committed"]) == (1, 3, False)
    assert (await client.get("/api/v1/places/XP-3")).status_code == 404
    kept = (await client.post("/api/v1/import/places?commit=1", content=text.encode())).json()
    assert (kept["new"], kept["committed"]) == (1, True)
    assert (await client.get("/api/v1/places/XP-3")).json()["name"] == "新店"
    async with site.owner.transaction() as tx:
        acts = [row["act"] for row in await tx.fetch("SELECT act FROM access.audit")]
    assert acts.count("import.places") == 1


async def test_a_file_that_is_no_table_is_a_problem_document(site: Site) -> None:
    answer = await site.client("admin").post("/api/v1/import/places", content=b"PK nothing")
    assert answer.status_code == 422
    assert "xlsx" in answer.json()["detail_en"]


async def test_only_an_administrator_imports(site: Site) -> None:
    for role in ("city_duty", "town_office", "auditor", "operator"):
        answer = await site.client(role).post("/api/v1/import/places", content=b"x")
        assert answer.status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_of_the_web_is_a_file_to_import(site: Site, form: str) -> None:
    client = site.client("admin")
    answer = await client.get(f"/api/v1/export/places?format={form}")
    assert f"places.{form}" in answer.headers["content-disposition"]
    report = (await client.post("/api/v1/import/places", content=answer.content)).json()
    assert (report["unchanged"], report["errors_total"]) == (3, 0)
    template = await client.get(f"/api/v1/import/devices/template?format={form}")
    assert template.status_code == 200
    assert (await client.get("/api/v1/export/people")).status_code == 404


async def test_rosters_are_imported_listed_and_told_cell_by_cell_what_is_wrong(site: Site) -> None:
    client = site.client("admin")
    listed = (await client.get("/api/v1/rosters", params={"station": "S-1"})).json()["items"]
    assert [(one["id"], one["hours"]) for one in listed] == [
        ("R-1", "1,2,3,4,5 08:00-18:00"),
        ("R-2", "1,2,3,4,5,6,7 18:00-08:00"),
    ]
    again = await client.post(
        "/api/v1/import/rosters?commit=true", content=FILES["rosters"].encode()
    )
    assert (again.json()["unchanged"], again.json()["new"]) == (2, 0)
    wrong = FILES["rosters"].replace("S-1,,王七,18:00-8:00", "S-9,C-1,王七,下班后")
    report = (await client.post("/api/v1/import/rosters", content=wrong.encode())).json()
    assert [(e["cell"], e["column"]) for e in report["errors"]] == [
        ("B3", "station_id"), ("C3", "contact_id"), ("E3", "hours"),
    ]  # fmt: skip
    exported = await client.get("/api/v1/export/rosters")
    assert 'R-2,S-1,,王七,"1,2,3,4,5,6,7 18:00-08:00"' in exported.text


async def test_a_shift_is_set_changed_and_taken_out_with_an_audit_line(site: Site) -> None:
    client = site.client("town_office")
    body = {"station_id": "S-1", "name": "赵六", "hours": "六,日 08:00-20:00", "contact_id": "C-2"}
    for _twice in range(2):
        answer = await client.put("/api/v1/rosters/R-9", json=body)
        assert (answer.status_code, answer.json()["hours"]) == (200, "6,7 08:00-20:00")
    for changed, field in (
        ({"hours": "weekends"}, "hours"),
        ({"contact_id": "C-1"}, "contact_id"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
    ):
        answer = await client.put("/api/v1/rosters/R-9", json=body | changed)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    other = await client.put("/api/v1/rosters/R-9", json=body | {"station_id": "S-7"})
    assert other.status_code == 404
    assert (await client.delete("/api/v1/rosters/R-9")).status_code == 200
    assert (await client.delete("/api/v1/rosters/R-9")).status_code == 404
    async with site.owner.transaction("*") as tx:
        lines = await tx.fetch("SELECT act FROM access.audit WHERE subject = 'R-9' ORDER BY seq")
    assert [row["act"] for row in lines] == ["roster.put", "roster.put", "roster.delete"]
