"""axe-core in an open page: what keeps people out who cannot see, hear or aim well."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.stories.house import HOME

SCRIPT = HOME / "cockpit" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = frozenset({"serious", "critical"})
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


async def findings(page: Page) -> list[str]:
    """Each serious or critical finding with the first element that has it."""
    assert SCRIPT.exists(), "axe-core is not installed: python3 tools/prepare.py --cockpit"
    script = Path(SCRIPT).read_text(encoding="utf-8")
    # Through the debugger, past the page's content security policy, which stays as it is.
    await page.evaluate(script)
    told: dict[str, Any] = await page.evaluate(RUN)
    return [
        f"{found['id']} ({found['impact']}): {found['help']}; {found['nodes'][0]['html'][:160]}"
        for found in told["violations"]
        if found["impact"] in SERIOUS
    ]
