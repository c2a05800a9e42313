"""A telephone in a process of its own: `python baresip_phone.py PORT KEY rtpevent|info`.

Prints `ready`; takes the first call, listens to 30 frames of sound, presses KEY, and prints when
the other side hangs up: the loudest sample that it heard, and how the call ended.
"""

import asyncio
import sys
from array import array

from baresip import Account, Call, Config, Event, Runtime, UserAgent

FRAME_BYTES = 320
FRAMES = 30


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main(port: str, key: str, by: str) -> None:
    runtime = Runtime()
    await runtime.start(
        Config(net_interface="127.0.0.1", extra_config_text=f"sip_listen 127.0.0.1:{port}")
    )
    account = Account(
        "701", f"127.0.0.1:{port}", "", reg_interval=0, audio_codecs=("pcma",), dtmf_mode=by
    )
    agent = await UserAgent.create(runtime, account)
    incoming: asyncio.Queue[Call] = asyncio.Queue()
    agent.on_incoming(incoming.put_nowait)
    say("ready")
    call = await incoming.get()
    over = asyncio.Event()
    call.on(lambda event: over.set() if event.event is Event.CALL_CLOSED else None)
    await call.answer()
    await call.wait_established()
    heard, loudest = 0, 0
    while heard < FRAMES * FRAME_BYTES:
        sound = array("h", call.audio.read(FRAME_BYTES * 10))
        heard += 2 * len(sound)
        loudest = max(loudest, *map(abs, sound), 0)
        await asyncio.sleep(0.02)
    await call.send_dtmf(key)
    await over.wait()
    say(f"{loudest} {call.state.value}")
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
