"""The road file is whole or refused, and says what it was made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dispatch.makers import a_graph, the_square
from wanghuo.dispatch import graph, store
from wanghuo.errors import Invalid
from wanghuo.settings import Settings

PACKED = graph.packed(a_graph(the_square()))


def test_what_is_read_is_what_was_written() -> None:
    made = a_graph(the_square(signals=[2]))
    again = graph.unpacked(graph.packed(made))
    assert again.version == made.version
    assert again.about == made.about
    assert again.names == made.names == ("", "12路", "23路", "34路", "41路", "25路")
    for name in graph.COLUMNS:
        assert (getattr(again, name) == getattr(made, name)).all()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(where: int, by: int) -> None:
    broken = bytearray(PACKED)
    broken[where] ^= by
    assert _digest_of(bytes(broken)) in {"", graph.unpacked(PACKED).about["digest"]}


def _digest_of(content: bytes) -> str:
    """The digest of a file, "" for what is refused."""
    try:
        return str(graph.unpacked(content).about["digest"])
    except Invalid:
        return ""


@pytest.mark.parametrize("size", [0, 1, 100, len(PACKED) // 2, len(PACKED) - 1])
def test_a_file_cut_short_is_refused(size: int) -> None:
    with pytest.raises(Invalid, match="roads"):
        graph.unpacked(PACKED[:size])


def test_no_file_is_no_graph_and_a_kept_one_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = store.graph_path(tmp_path_factory.mktemp("data"))
    assert store.read_graph(path) is None
    made = a_graph(the_square())
    store.keep_graph(path, made)
    again = store.read_graph(path)
    assert again is not None
    assert again.version == made.version
    assert [file.name for file in path.parent.iterdir()] == ["roads.graph"]


async def test_a_process_sees_a_new_file_and_survives_a_broken_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("data")
    roads = store.roads_of(folder, Settings().policy_dir)
    assert store.roads_of(folder, Settings().policy_dir) is roads
    assert await roads.router() is None
    store.keep_graph(store.graph_path(folder), a_graph(the_square()))
    first = await roads.router()
    assert first is not None
    assert await roads.router() is first
    store.keep_graph(store.graph_path(folder), a_graph(the_square(signals=[2])))
    second = await roads.router()
    assert second is not None
    assert second.graph.version != first.graph.version
    store.graph_path(folder).write_bytes(b"nonsense")
    assert await roads.router() is None
