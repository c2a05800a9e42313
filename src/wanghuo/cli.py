"""What a person can type. Every command has an example under --help; exit codes are 0, 1 and 2.

0: done. 1: done, and the answer is no (a check failed, a row was refused). 2: could not be done.
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Group, Parameter

from wanghuo import compose
from wanghuo.errors import WanghuoError
from wanghuo.settings import NO_CITY, Settings, load

app = App(
    name="wanghuo",
    help="Wanghuo 望火: sense, judge, tell, guide.",
    version="0.1.0",
    result_action="return_value",
)
twin = App(name="twin", help="The Cixi twin: devices and phones that speak over real sockets.")
app.command(twin)
roads = App(name="roads", help="The road graph, and who is nearest to every place by it.")
app.command(roads)
_where = Group("Where")

Config = Annotated[Path | None, Parameter(help="A TOML file; docs/settings.md lists the keys.")]
Data = Annotated[
    Path | None, Parameter(name="--data", group=_where, help="The data folder [.wanghuo].")
]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for a script.")]


@app.command
def up(
    *,
    data: Data = None,
    city: str | None = None,
    empty: Annotated[bool, Parameter(negative="")] = False,
    traffic: bool | None = None,
    port: int | None = None,
    gb26875_port: int | None = None,
    mqtt_port: int | None = None,
    phones_port: int | None = None,
    gateways: int | None = None,
    speed: float | None = None,
    config: Config = None,
) -> int:
    """Start everything: engines, the city, gateways, judge, cockpit and live traffic.

    Prints one line `ready http://127.0.0.1:8119`. Ctrl-C stops all. A second start goes on where
    the first one was. Example: `wanghuo up --data /srv/wanghuo --empty`, then sign in: a guide
    leads from the towns to the first test fire.

    Parameters
    ----------
    city
        `cixi`, or a folder with towns.csv, places.csv, devices.csv, contacts.csv, stations.csv.
    empty
        Start without any city and without the twin's traffic; #/first-day leads on from there.
    traffic
        Live traffic of the twin; --no-traffic for a real city.
    port
        Web and API [8119].
    gateways
        Gateway processes that share the ports [1].
    speed
        Hours of city life per hour of clock, for the twin's traffic [1].
    """
    return compose.up(
        _settings(
            config,
            data_dir=data,
            city=NO_CITY if empty else city,
            traffic=False if empty else traffic,
            http_port=port,
            gb26875_port=gb26875_port,
            mqtt_port=mqtt_port,
            phones_port=phones_port,
            gateways=gateways,
            traffic_speed=speed,
        )
    )


@app.command
def run(
    role: Literal["setup", "gateway", "engine", "caller", "voice", "clerk", "web", "twin", "roads"],
    *,
    config: Path,
) -> int:
    """Run one role in this process, for a cluster or under a supervisor of your own.

    Example: `wanghuo run gateway --config /etc/wanghuo.toml`
    """
    return compose.run(role, _settings(config))


@app.command
def migrate(*, data: Data = None, config: Config = None) -> int:
    """Bring the database's schema up to date and say what was done.

    Example: `wanghuo migrate --config /etc/wanghuo.toml`
    """
    return compose.migrate(_settings(config, data_dir=data))


@app.command(name="import")
def import_(
    kind: Literal[
        "towns",
        "villages",
        "operators",
        "places",
        "devices",
        "contacts",
        "stations",
        "water",
        "rosters",
        "entrances",
        "cameras",
    ],
    file: Path,
    *,
    commit: Annotated[bool, Parameter(negative="")] = False,
    datum: Literal["WGS-84", "GCJ-02", "BD-09", "CGCS2000"] | None = None,
    json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Read a table of the city from CSV, xlsx or GeoJSON; without --commit only a preview.

    Every refused row names its cell and the remedy. Importing a file twice changes nothing.
    Example: `wanghuo import places places.xlsx --datum GCJ-02 --commit`

    Parameters
    ----------
    datum
        What the coordinates are in when the file has no datum column.
    """
    settings = _settings(config, data_dir=data)
    return compose.import_file(settings, kind, file, datum=datum, commit=commit, as_json=json)


@twin.command
def ignite(
    place: str | None = None, *, seed: int = 1, data: Data = None, config: Config = None
) -> int:
    """Let a fire grow at a place of the running city; detectors answer one after the other.

    Example: `wanghuo twin ignite 330282107-000123`, or without a place: one is drawn by the seed.
    """
    return compose.ignite(_settings(config, data_dir=data), place, seed)


@roads.command(name="import")
def import_roads(
    file: Path, *, json: AsJson = False, data: Data = None, config: Config = None
) -> int:
    """Make road graph and base map of an OpenStreetMap extract (.osm.pbf, .osm) anew.

    Speeds and delays are those of policy/dispatch.toml. A running house takes the new graph at the
    next question; rank the stations anew afterwards.
    Example: `wanghuo roads import zhejiang-latest.osm.pbf`
    """
    return compose.import_roads(_settings(config, data_dir=data), file, as_json=json)


@roads.command
def rank(
    *,
    again: Annotated[bool, Parameter(negative="", help="Also if nothing has changed.")] = False,
    json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Rank all stations for all places by travel time, if places, stations or roads changed.

    Places without a road get the straight line, said so. Example: `wanghuo roads rank --json`
    """
    return compose.rank_roads(_settings(config, data_dir=data), again=again, as_json=json)


@app.command
def replay(*, json: AsJson = False, data: Data = None, config: Config = None) -> int:
    """Judge the whole fire log again in an empty database and compare, byte for byte.

    Example: `wanghuo replay --data .wanghuo`; ends with 1 if anything differs.
    """
    return compose.replay(_settings(config, data_dir=data), as_json=json)


@app.command
def say(
    file: Path = Path("call.wav"),
    *,
    role: Literal["unit", "micro_station", "brigade", "town_duty", "cad_119"] = "micro_station",
    json: AsJson = False,
    config: Config = None,
) -> int:
    """Write what a call says of a confirmed fire as a WAV file of telephone sound, to be heard.

    Prints the words, length and loudness. Exit code 1 if it is over 20 s, clipped or too soft.
    Example: `wanghuo say f3-call.wav --role unit`

    Parameters
    ----------
    file
        Where to write it [call.wav].
    role
        Who is called: the keys differ.
    """
    return compose.say(_settings(config), file, role, as_json=json)


@app.command
def check_report(
    file: Path | None = None,
    *,
    number: str = "",
    sha256: str = "",
    json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Say whether an after-action report was made here and still agrees with the records.

    Ends with 1 if it was altered, or if the records have changed since.
    Example: `wanghuo check-report wanghuo-20260601-XP-0001-zh.pdf`

    Parameters
    ----------
    file
        The PDF.
    number
        The incident, to check a printed report that was not kept as a file.
    sha256
        With --number: the digest at the foot of its pages.
    """
    settings = _settings(config, data_dir=data)
    return compose.check_report(settings, file, number=number, digest=sha256, as_json=json)


@app.command
def check_audit(
    *, head: str = "", json: AsJson = False, data: Data = None, config: Config = None
) -> int:
    """Recompute the chain of digests of the audit trail, so that a touched line shows.

    Ends with 1 and the first line that does not fit. Prints the digest of the last line: kept
    elsewhere and given as --head the next time, it shows whether the end was cut off.
    Example: `wanghuo check-audit --head 3f6c…`

    Parameters
    ----------
    head
        The last digest of an earlier check, which must still be among the lines.
    """
    return compose.check_audit(_settings(config, data_dir=data), head=head, as_json=json)


@app.command
def doctor(*, json: AsJson = False, data: Data = None, config: Config = None) -> int:
    """Look at every part and say what is wrong and what to do; ends with 1 if anything is.

    Example: `wanghuo doctor --json`
    """
    return compose.doctor(_settings(config, data_dir=data), as_json=json)


def _settings(config: Path | None, **overrides: object) -> Settings:
    return load(config, **overrides)


def main() -> None:
    """Run the command line; an error says what to do and ends with 2."""
    try:
        code = app()
    except WanghuoError as error:
        sys.stderr.write(f"wanghuo: {error}\n")
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
