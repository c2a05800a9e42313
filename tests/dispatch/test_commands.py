"""What a person types about roads: an import says what it found, a wrong file what to give."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wanghuo.compose import roads as compose_roads
from wanghuo.dispatch import building, extract, policy, store
from wanghuo.dispatch.graph import Graph
from wanghuo.place import Coordinates
from wanghuo.premises import city_roads, city_sources
from wanghuo.settings import Settings

MUNICH = Path(__file__).parents[1] / "golden" / "osm" / "munich_bench_2020.osm.pbf"
SEED = 7


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wanghuo", "roads", *words],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": "src"},
    )  # fmt: skip


def test_an_import_keeps_the_graph_and_says_what_it_found(tmp_path: Path) -> None:
    told = typed("import", str(MUNICH), "--data", str(tmp_path), "--json")
    assert told.returncode == 0, told.stderr
    about = json.loads(told.stdout)
    assert (about["ways"], about["restrictions"]) == (957, 89)
    kept = store.read_graph(store.graph_path(tmp_path))
    assert kept is not None
    assert kept.version == about["version"]
    plain = typed("import", str(MUNICH), "--data", str(tmp_path))
    assert "89 turn restrictions" in plain.stdout
    assert plain.stdout.rstrip().endswith("wanghuo roads rank")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.osm.pbf", None, "is no file"),
        ("broken.osm.pbf", b"not a protocol buffer at all", "broken.osm.pbf"),
        ("notes.txt", b"hello", "notes.txt"),
        ("empty.osm", b"<osm version='0.6'></osm>", "no road"),
        ("far.osm", (b"<osm version='0.6'><way id='1'><nd ref='1'/><nd ref='2'/>"
         b"<tag k='highway' v='primary'/></way></osm>"), "no road"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_a_remedy(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    told = typed("import", str(file), "--data", str(tmp_path / "data"))
    assert told.returncode == 2
    assert said in told.stderr
    assert "give an OpenStreetMap extract" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "data" / "roads.graph").exists()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The demo's roads, written as an extract and read back."""
    file = tmp_path_factory.mktemp("demo") / "demo.osm.pbf"
    compose_roads.write_demo(file, SEED)
    rules = policy.load(Settings().policy_dir)
    return building.build(extract.read(file, rules), rules, "demo")


def test_the_demo_city_has_roads_of_a_citys_size_in_one_piece(demo: Graph) -> None:
    assert 30_000 <= demo.about["road_nodes"] <= 100_000
    assert demo.about["island_segments"] / demo.about["segments"] < 0.01
    assert demo.about["signals"] > 20
    inside = city_sources.read().outline.contains
    out = [
        (lon, lat)
        for lon, lat in zip(demo.node_lon[::50], demo.node_lat[::50], strict=True)
        if not inside(float(lon), float(lat))
    ]
    assert len(out) < len(demo.node_lon) / 50 * 0.01, "but for lanes to real landmarks"


def test_one_seed_is_one_network_and_another_is_another() -> None:
    one, same, other = (city_roads.of_seed(seed) for seed in (SEED, SEED, SEED + 1))
    assert one == same
    assert one != other
    assert [node[0] for node in one.nodes] == list(range(1, len(one.nodes) + 1))


def test_the_streets_have_the_names_of_the_places_addresses(demo: Graph) -> None:
    named = {name for name in demo.names if name}
    assert len(named) > 500
    assert "三北大道" in named
    assert Coordinates(float(demo.node_lon[0]), float(demo.node_lat[0])).lon > 121
