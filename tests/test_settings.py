"""Settings survive the way to a child process; what could never work is refused at the start."""

from pathlib import Path

import pytest

from wanghuo.errors import Invalid
from wanghuo.settings import Settings, VoiceSettings, WebhookSettings, as_toml, load

TRUNK = "sip:{number}@10.0.0.1:5060"


def test_a_child_reads_the_settings_that_its_house_wrote(tmp_path: Path) -> None:
    meant = Settings(
        data_dir=tmp_path,
        webhook=WebhookSettings(url="http://127.0.0.1:9/x", secret='quo"ted'),
        voice=VoiceSettings(
            sip_uri_template=TRUNK,
            password="s;e c",
            lines={"cad_119": 9, "odd one": 2},
            pause_s=1.5,
        ),
        traffic=False,
    )
    file = tmp_path / "run.toml"
    file.write_text(as_toml(meant), encoding="utf-8")
    assert load(file) == meant


def test_without_settings_nobody_is_called(tmp_path: Path) -> None:
    assert not load(data_dir=tmp_path).voice.on
    assert VoiceSettings(sip_uri_template=TRUNK).on


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('sip_uri_template = "sip:119@10.0.0.1"', "{number}"),
        ('from_uri = "119"', "from_uri"),
        ("calls_max = 0", "above 0"),
        ("calls_max = 241", "at most 240"),
        ("ring_timeout_s = -1.0", "above 0"),
        ("lines = {brigade = 0}", "above 0"),
        ('language = "fr"', "language"),
        ("volume = 3", "volume"),
    ],
)
def test_a_telephone_that_could_never_ring_is_refused(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "wanghuo.toml"
    file.write_text(f"[voice]\n{line}\n", encoding="utf-8")
    with pytest.raises(Invalid, match="config") as refused:
        load(file)
    assert said in str(refused.value)
