"""`wanghuo doctor`: every part of the house, what is wrong, what to do."""

import msgspec

from wanghuo.clock import WallClock
from wanghuo.compose.commands import say
from wanghuo.compose.reach import running_house
from wanghuo.settings import Settings
from wanghuo.web.doctor import Finding, examine

MARKS = {"ok": " ok  ", "warning": " !   ", "ill": " ILL "}


async def doctor(settings: Settings, *, as_json: bool) -> int:
    """Print what was found; 1 if any part is ill."""
    running = await running_house(settings)
    found = await examine(running or settings, WallClock())
    if as_json:
        say(msgspec.json.encode(found).decode())
    else:
        for finding in found:
            say(told(finding))
    return 1 if any(finding.state == "ill" for finding in found) else 0


def told(finding: Finding) -> str:
    """One part in plain lines, Chinese first."""
    line = f"{MARKS[finding.state]} {finding.part}: {finding.zh} / {finding.en}"
    if not finding.remedy_en:
        return line
    return f"{line}\n       → {finding.remedy_zh} / {finding.remedy_en}"
