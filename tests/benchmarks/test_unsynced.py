"""What the power-fail file system keeps in memory, held against a plain array of bytes."""

import os

from benchmarks.powerfail_fs import PAGE_BYTES, Unsynced
from hypothesis import given
from hypothesis import strategies as st

SPAN = 3 * PAGE_BYTES
WRITES = st.lists(
    st.tuples(st.integers(0, SPAN), st.binary(min_size=1, max_size=PAGE_BYTES + 10)), max_size=8
)


@given(durable=st.binary(max_size=SPAN), writes=WRITES, at=st.integers(0, SPAN))
def test_a_reader_sees_unsynced_bytes_over_durable_ones_and_a_sync_keeps_them(
    durable: bytes, writes: list[tuple[int, bytes]], at: int
) -> None:
    disk = os.memfd_create("disk")
    os.write(disk, durable)
    plain, file = bytearray(durable), Unsynced(len(durable))
    for offset, data in writes:
        plain.extend(bytes(max(0, offset + len(data) - len(plain))))
        plain[offset : offset + len(data)] = data
        file.write(disk, data, offset)
    assert file.size == len(plain)
    assert file.read(disk, SPAN, at) == bytes(plain[at : at + SPAN])
    assert os.pread(disk, SPAN * 3, 0) == durable
    file.sync(disk)
    assert os.pread(disk, SPAN * 3, 0) == bytes(plain)
    os.close(disk)
