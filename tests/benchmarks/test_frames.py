"""The bench's own transmitter speaks as a recorded one does."""

from benchmarks import frames

# A recorded confirm of the centre: serial 1, the two addresses changed about, sum 0xab.
CONFIRM = bytes.fromhex("404001000101233a091a090c385b01000000790300000000000003ab2323")
# A recorded fire frame of a transmitter (78 bytes), and its parts.
FIRE = bytes.fromhex(
    "404001000101203a091a090c790300000000385b0100000030000202010101280a00020002002020"
    "2020202020202020202020202020202020202020202020202020202000023a091a090c462323"
)
SOURCE = bytes.fromhex("790300000000")


def _without_times(frame: bytes) -> bytes:
    return frame[:6] + frame[12:-9]


def test_a_fire_frame_is_built_as_the_recorded_one() -> None:
    made = frames.frame(1, SOURCE, frames.component("1.1.40.0a000200", frames.FIRE))
    recorded = bytearray(_without_times(FIRE))
    recorded[-1] = 0x20  # the recorded text ends with NUL, ours with a space
    assert _without_times(made) == bytes(recorded)


def test_the_sum_covers_everything_between_the_marks() -> None:
    made = frames.frame(7, SOURCE, frames.reading("1.1.40.0a000200", -10))
    assert made[-3] == sum(made[2:-3]) % 256
    assert sum(FIRE[2:-3]) % 256 == FIRE[-3]


def test_answers_are_cut_whole_and_a_beginning_waits() -> None:
    buffer = bytearray(CONFIRM + CONFIRM + CONFIRM[:12])
    assert list(frames.cut(buffer)) == [(frames.CONFIRM, 1), (frames.CONFIRM, 1)]
    assert buffer == CONFIRM[:12]


def test_readings_of_one_transmitter_count_their_serials() -> None:
    made = frames.readings(SOURCE, "1.1.40.0a000200", 3, first_serial=0xFFFF)
    assert [int.from_bytes(frame[2:4], "little") for frame in made] == [0xFFFF, 0, 1]
    assert {len(frame) for frame in made} == {48}
