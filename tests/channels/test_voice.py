"""The voice channel against real telephones over SIP and RTP on this machine."""

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from tests.channels.phones import PCMA, Habit, Phones, linear
from tests.channels.test_webhook import a_notice
from tests.ports import free_port
from tests.waiting import until
from wanghuo.channels import sound, spoken
from wanghuo.channels.sip import Line, NotTaken
from wanghuo.channels.speech import Speech
from wanghuo.channels.voice import Voice
from wanghuo.clock import WallClock
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import VoiceSettings

OTHER_STACK = Path(__file__).with_name("baresip_phone.py")
BRIEF = """
import sys
for line in sys.stdin.buffer:
    pcm = (b"\\0\\x20" * 4 + b"\\0\\xe0" * 4) * 500
    sys.stdout.buffer.write(len(pcm).to_bytes(4) + pcm)
    sys.stdout.buffer.flush()
"""  # half a second of 1 kHz for every phrase


class Desk:
    """Where answers are kept. before: what happens first, for instance a database that is down."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, AnswerKind]] = []
        self.before: Callable[[], None] = lambda: None

    async def __call__(self, notice: Handed, answer: AnswerKind) -> None:
        self.before()
        self.answers.append((notice.id, answer))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def voice(trunk: VoiceSettings, line: Line, desk: Desk) -> AsyncIterator[Voice]:
    """Calls that are short: every phrase is half a second."""
    brief = Speech("zh", (sys.executable, "-c", BRIEF))
    yield Voice(trunk, line, brief, WallClock(), desk)
    await brief.close()


async def failing(voice: Voice, number: str) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        await voice.send(a_notice(address=number))
    return failed.value


async def test_the_speech_arrives_whole_and_a_key_ends_the_call(
    trunk: VoiceSettings, line: Line, speech: Speech, desk: Desk, phones: Phones
) -> None:
    pcm = await speech.pcm(spoken.phrases(a_notice(), "zh"))
    packets = math.ceil(sound.duration_s(pcm) / 0.02)
    phones.habits["13800000001"] = Habit(press="1", after=packets + 10)
    voice = Voice(trunk, line, speech, WallClock(), desk)
    sent = await voice.send(a_notice())
    assert sent == Sent(NoticeState.DELIVERED, "key_1")
    assert desk.answers == [("N1", AnswerKind.FIRE)]
    (call,) = phones.calls
    await until(lambda: call.ended)
    assert call.codecs == {PCMA}
    heard = linear(bytes(call.sound))
    meant = memoryview(pcm).cast("h")
    start = next(n for n, sample in enumerate(heard) if abs(sample) > 200)
    begins = next(n for n, sample in enumerate(meant) if abs(sample) > 200)
    shift = start - begins
    told = heard[max(0, shift) : shift + len(meant)]
    assert len(told) >= 0.98 * len(meant)
    close = sum(abs(a - b) <= 64 + abs(b) // 16 for a, b in zip(told, meant, strict=False))
    assert close > 0.95 * len(told), "sample for sample what was meant, as well as A-law can"


async def test_an_all_clear_is_said_once_and_waits_for_no_key(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["13800000001"] = Habit()
    sent = await voice.send(a_notice(purpose="all_clear"))
    assert sent == Sent(NoticeState.DELIVERED, "heard")
    assert desk.answers == []
    (call,) = phones.calls
    await until(lambda: call.ended)


@pytest.mark.parametrize(
    ("number", "habit", "outcome"),
    [
        ("101", Habit(486), "busy_486"),
        ("102", Habit(600), "busy_600"),
        ("103", Habit(603), "rejected_603"),
        ("104", Habit(403), "rejected_403"),
        ("105", Habit(480), "no_answer_480"),
        ("106", Habit(0), "no_answer"),
        ("107", Habit(-1), "unreachable"),
        ("108", Habit(404), "unreachable_404"),
        ("109", Habit(503), "unreachable_503"),
    ],
)
async def test_the_ends_of_a_call_are_told_apart(
    voice: Voice, phones: Phones, desk: Desk, number: str, habit: Habit, outcome: str
) -> None:
    phones.habits[number] = habit
    failed = await failing(voice, number)
    assert (failed.outcome, failed.unknown) == (outcome, False)
    assert desk.answers == []
    if habit.status == 0:
        await until(lambda: phones.calls[0].cancelled)


async def test_forty_instant_busies_are_forty_busies(voice: Voice, phones: Phones) -> None:
    """The stack may end a call before it says which one; none of them may look unanswered."""
    phones.habits = {f"2{n:02}": Habit(486) for n in range(40)}
    ends = await asyncio.gather(*(failing(voice, number) for number in phones.habits))
    assert [end.outcome for end in ends] == ["busy_486"] * 40


@pytest.mark.parametrize("address", ["", "desk", "12@evil", "1" * 40, "1\r\nX: y"])
async def test_what_is_no_number_is_not_called(voice: Voice, phones: Phones, address: str) -> None:
    assert (await failing(voice, address)).outcome == "no_number"
    assert phones.calls == []


async def test_a_number_is_called_as_people_write_it(voice: Voice, phones: Phones) -> None:
    phones.habits["+8657400000"] = Habit(press="1")
    assert (await voice.send(a_notice(address="+86 (574) 000-00"))).outcome == "key_1"


@pytest.mark.parametrize("by", ["rtp", "info", "both"])
async def test_a_key_counts_once_however_it_comes(
    voice: Voice, phones: Phones, desk: Desk, by: str
) -> None:
    phones.habits["110"] = Habit(press="1", by=by)
    sent = await voice.send(a_notice(address="110", role="micro_station"))
    assert sent.outcome == "key_1"
    assert desk.answers == [("N1", AnswerKind.ON_THE_WAY)]
    await until(lambda: phones.calls[0].ended)


async def test_other_keys_are_no_answer_and_three_says_it_again(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["111"] = Habit(press="9*73", after=40)
    sent = await voice.send(a_notice(address="111"))
    assert sent == Sent(NoticeState.DELIVERED, "answered_no_key")
    assert desk.answers == []
    assert len(phones.calls[0].sound) > 8000 * 2.6, "half a reading more than the two"


async def test_somebody_who_says_nothing_has_not_answered(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["112"] = Habit()
    sent = await voice.send(a_notice(address="112"))
    assert sent == Sent(NoticeState.DELIVERED, "answered_no_key")
    assert desk.answers == []
    await until(lambda: phones.calls[0].ended)


async def test_somebody_who_hangs_up_at_once_may_have_heard_it(
    voice: Voice, phones: Phones
) -> None:
    phones.habits["113"] = Habit(hang_up_after=5)
    failed = await failing(voice, "113")
    assert (failed.outcome, failed.unknown) == ("hung_up", True)


async def test_a_key_counts_though_its_caller_hangs_up_at_once(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["114"] = Habit(press="1", by="info", after=8, hang_up_after=8)
    assert (await voice.send(a_notice(address="114"))).outcome == "key_1"
    assert desk.answers == [("N1", AnswerKind.FIRE)]


async def test_an_answer_is_kept_before_the_call_ends(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["115"] = Habit(press="1")
    ended: list[bool] = []
    down = iter([True, False])

    def note() -> None:
        ended.append(phones.calls[0].ended)
        if next(down):
            raise Unavailable("the database is down")

    desk.before = note
    assert (await voice.send(a_notice(address="115"))).outcome == "key_1"
    assert ended == [False, False]
    assert desk.answers == [("N1", AnswerKind.FIRE)]


async def test_an_answer_that_cannot_be_kept_is_a_failure_that_may_have_been_heard(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["116"] = Habit(press="1")

    def down() -> None:
        raise Unavailable("the database is down")

    desk.before = down
    failed = await failing(voice, "116")
    assert (failed.outcome, failed.unknown) == ("answer_not_kept", True)


async def test_without_speech_a_tone_sounds_and_the_keys_count(
    trunk: VoiceSettings, line: Line, desk: Desk, phones: Phones
) -> None:
    dumb = Speech("zh", ("/no/such/program",))
    phones.habits["117"] = Habit(press="2", after=60)
    sent = await Voice(trunk, line, dumb, WallClock(), desk).send(a_notice(address="117"))
    assert sent.outcome == "key_2"
    assert desk.answers == [("N1", AnswerKind.LOOKING)]
    assert max(map(abs, linear(bytes(phones.calls[0].sound)))) > 5000


async def test_ten_people_are_invited_in_the_same_half_second(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    numbers = [f"3{n:02}" for n in range(10)]
    phones.habits = {number: Habit(press="1") for number in numbers}
    sent = await asyncio.gather(*(voice.send(a_notice(id=f"N{n}", address=n)) for n in numbers))
    assert [one.outcome for one in sent] == ["key_1"] * 10
    assert sorted(desk.answers) == sorted((f"N{n}", AnswerKind.FIRE) for n in numbers)
    invited = [call.invited_at for call in phones.calls]
    assert len(invited) == 10
    assert max(invited) - min(invited) <= 0.5


async def test_dead_lines_delay_no_live_one(voice: Voice, phones: Phones, desk: Desk) -> None:
    live = [f"4{n:02}" for n in range(20)]
    dead = [f"5{n:02}" for n in range(20)]
    phones.habits = dict.fromkeys(live, Habit(press="1")) | dict.fromkeys(dead, Habit(-1))
    calls = [voice.send(a_notice(id=n, address=n)) for n in (*dead, *live)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [str(end) for end in ends[:20]] == ["unreachable"] * 20
    assert {notice_id for notice_id, _ in desk.answers} == set(live)
    invited = [call.invited_at for call in phones.calls]
    assert max(invited) - min(invited) <= 1.0


async def test_one_telephone_is_rung_for_one_thing_after_the_other(
    voice: Voice, phones: Phones, desk: Desk
) -> None:
    phones.habits["119"] = Habit(press="1")
    calls = [voice.send(a_notice(id=f"N{n}", address="119")) for n in range(3)]
    assert [sent.outcome for sent in await asyncio.gather(*calls)] == ["key_1"] * 3
    assert [call.beside for call in phones.calls] == [0, 0, 0]
    assert [notice_id for notice_id, _ in desk.answers] == ["N0", "N1", "N2"]


async def test_a_desk_with_several_lines_is_rung_on_all_of_them(
    trunk: VoiceSettings, line: Line, speech: Speech, phones: Phones, desk: Desk
) -> None:
    phones.habits["119"] = Habit(press="1", after=50)
    many = msgspec.structs.replace(trunk, calls_per_number=3)
    voice = Voice(many, line, speech, WallClock(), desk)
    calls = [voice.send(a_notice(id=f"N{n}", address="119")) for n in range(3)]
    assert [sent.outcome for sent in await asyncio.gather(*calls)] == ["key_1"] * 3
    assert [call.beside for call in phones.calls] == [0, 1, 2]


async def test_who_answered_while_a_call_waited_for_the_line_is_not_rung_again(
    trunk: VoiceSettings, line: Line, speech: Speech, phones: Phones, desk: Desk
) -> None:
    phones.habits["119"] = Habit(press="1", after=50)
    asked: list[str] = []

    async def wanted(notice: Handed) -> bool:
        asked.append(notice.id)
        return not desk.answers

    voice = Voice(trunk, line, speech, WallClock(), desk, wanted=wanted)
    first = asyncio.create_task(voice.send(a_notice(id="N0", address="119")))
    await until(lambda: bool(phones.calls))
    with pytest.raises(SendFailed) as failed:
        await voice.send(a_notice(id="N1", address="119"))
    assert (await first).outcome == "key_1"
    assert asked == ["N1"], "who need not wait rings at once"
    assert (failed.value.outcome, failed.value.lasting) == ("party_answered", True)
    assert len(phones.calls) == 1


async def test_119_has_many_lines_and_a_person_one(
    trunk: VoiceSettings, line: Line, speech: Speech, phones: Phones, desk: Desk
) -> None:
    phones.habits = dict.fromkeys(("119", "701"), Habit(press="1", after=50))
    voice = Voice(trunk, line, speech, WallClock(), desk)
    calls = [voice.send(a_notice(id=f"C{n}", address="119", role="cad_119")) for n in range(3)]
    calls += [voice.send(a_notice(id=f"U{n}", address="701")) for n in range(2)]
    assert [sent.outcome for sent in await asyncio.gather(*calls)] == ["key_1"] * 5
    assert [call.beside for call in phones.of("119")] == [0, 1, 2]
    assert [call.beside for call in phones.of("701")] == [0, 0]
    told = {call.headers["x-wanghuo-notice"][0] for call in phones.calls}
    assert told == {"C0", "C1", "C2", "U0", "U1"}


async def test_many_who_hang_up_at_once_delay_no_invite(
    line: Line, trunk: VoiceSettings, phones: Phones
) -> None:
    """A hang-up keeps the stack for some 30 ms: forty in a row would be more than a second."""
    numbers = [f"6{n:02}" for n in range(41)]
    phones.habits = dict.fromkeys(numbers, Habit())
    uris = [trunk.sip_uri_template.replace("{number}", number) for number in numbers]
    legs = [await line.dial(uri) for uri in uris[:40]]
    for leg in legs:
        await leg.taken(5.0)
    asked_at = asyncio.get_running_loop().time()
    ending = asyncio.gather(*(leg.hang_up() for leg in legs))
    await asyncio.sleep(0)
    await line.dial(uris[40])
    await until(lambda: bool(phones.of(numbers[40])))
    assert phones.of(numbers[40])[0].invited_at - asked_at < 0.5
    await ending
    await until(lambda: all(call.ended for call in phones.calls[:40]))


async def test_strangers_who_call_us_or_send_rubbish_are_turned_away(
    voice: Voice, phones: Phones
) -> None:
    phones.habits = {"120": Habit(486), "121": Habit(press="1")}
    await failing(voice, "120")
    phones.send_rubbish(phones.calls[0])
    phones.ring_back(phones.calls[0])
    await until(lambda: 486 in phones.statuses)
    assert (await voice.send(a_notice(address="121"))).outcome == "key_1"


async def test_a_call_that_is_broken_off_stops_ringing(voice: Voice, phones: Phones) -> None:
    phones.habits["118"] = Habit(0)
    calling = asyncio.create_task(voice.send(a_notice(address="118")))
    await until(lambda: bool(phones.calls))
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    await until(lambda: phones.calls[0].cancelled)
    assert calling.cancelled()


@pytest.mark.parametrize("silent_s", [0.0, 0.3])
async def test_a_call_that_is_broken_off_while_it_is_dialled_stops_ringing(
    line: Line, trunk: VoiceSettings, phones: Phones, silent_s: float
) -> None:
    """However late its first answer: what has no answer yet cannot be cancelled."""
    phones.habits["117"] = Habit(0, silent_s=silent_s)
    uri = trunk.sip_uri_template.replace("{number}", "117")
    dialling = asyncio.create_task(line.dial(uri))
    await asyncio.sleep(0)  # it has asked the stack and has no answer yet
    dialling.cancel()
    await asyncio.gather(dialling, return_exceptions=True)
    assert dialling.cancelled()
    await until(lambda: bool(phones.calls) and phones.calls[0].cancelled)


@pytest.mark.parametrize("by", ["rtpevent", "info"])
async def test_another_stack_hears_us_and_its_key_arrives(
    trunk: VoiceSettings, line: Line, speech: Speech, desk: Desk, by: str
) -> None:
    port = free_port()
    phone = await asyncio.create_subprocess_exec(
        sys.executable, str(OTHER_STACK), str(port), "1", by, stdout=asyncio.subprocess.PIPE
    )
    assert phone.stdout is not None
    assert await asyncio.wait_for(phone.stdout.readline(), 10) == b"ready\n"
    there = msgspec.structs.replace(trunk, sip_uri_template=f"sip:{{number}}@127.0.0.1:{port}")
    voice = Voice(there, line, speech, WallClock(), desk)
    assert (await voice.send(a_notice(address="701"))).outcome == "key_1"
    assert desk.answers == [("N1", AnswerKind.FIRE)]
    said, _ = await asyncio.wait_for(phone.communicate(), 10)
    loudest, state = said.decode().split()
    assert int(loudest) > 3000
    assert (state, phone.returncode) == ("closed", 0)


async def test_a_trunk_that_asks_who_we_are_is_told_and_then_calls(
    trunk: VoiceSettings, phones: Phones, speech: Speech, desk: Desk
) -> None:
    phones.passwords["trunk-7"] = "s3cret"
    phones.habits["119"] = Habit(press="1")
    registered = msgspec.structs.replace(
        trunk,
        from_uri=f"sip:119000@127.0.0.1:{phones.port}",
        registrar=f"127.0.0.1:{phones.port}",
        auth_user="trunk-7",
        password="s3cret",
    )
    async with Line(registered, WallClock()) as line:
        assert phones.registered == ["trunk-7"]
        voice = Voice(registered, line, speech, WallClock(), desk)
        assert (await voice.send(a_notice(address="119"))).outcome == "key_1"
    assert phones.registered == ["trunk-7", "trunk-7"], "signed off at the end"


async def test_a_trunk_that_refuses_us_ends_no_process(
    trunk: VoiceSettings, phones: Phones, speech: Speech, desk: Desk
) -> None:
    phones.habits["119"] = Habit(press="1")
    wrong = msgspec.structs.replace(
        trunk, registrar=f"127.0.0.1:{phones.port}", auth_user="trunk-7", password="wrong"
    )
    async with Line(wrong, WallClock()) as line:
        assert phones.registered == []
        voice = Voice(wrong, line, speech, WallClock(), desk)
        assert (await voice.send(a_notice(address="119"))).outcome == "key_1"


async def test_a_line_that_dies_says_so_and_calls_fail(
    trunk: VoiceSettings, phones: Phones
) -> None:
    """Only a process's end brings a dead stack back, so the death must come out."""
    line = Line(trunk, WallClock())
    async with line:
        watching = asyncio.create_task(line.died())
        await asyncio.sleep(0)
        assert not watching.done()
        line._runtime.on_dead()
        with pytest.raises(Unavailable, match="line died"):
            await watching
    with pytest.raises(NotTaken, match="unreachable"):
        await line.dial(f"sip:1@127.0.0.1:{phones.port}")
