"""The hearing of one entry: opens incidents, weighs evidence, writes the timeline.

Rule 1. `at` is the entry's time and the only now; ids derive from the entry.
Rule 2. Every entry of a ledger goes through `weigh`, so that the level always is the fold of the
        ledger (alarms/level.py).
Rule 3. A fire confirmed where people are in danger is F4 at once, by an entry of its own.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from wanghuo.alarms import evidence as evidences
from wanghuo.alarms.level import Standing, weighed
from wanghuo.alarms.model import Evidence, Level, Site
from wanghuo.alarms.policy import Policy
from wanghuo.facts.entry import Entry
from wanghuo.facts.sentences import Sentence, Value, said
from wanghuo.facts.signal import SensorKind
from wanghuo.identity import derived
from wanghuo.incidents import timeline
from wanghuo.incidents.model import Incident, IncidentState, Tail
from wanghuo.notices.scene import Scene, Wait

UNREGISTERED_SHORT: Final = "ZZ"  # in the place of a town's two letters
UNANSWERED: Final = "unanswered"
TEST_OVER: Final = "test_over"


class Hearing:
    """One entry before the judge."""

    def __init__(self, scene: Scene, entry: Entry, policy: Policy) -> None:
        self.scene = scene
        self.policy = policy
        self.at: datetime = entry.at
        self.entry_id: str = entry.id
        self.brought: list[str] = []  # parties that this entry brought in, in order

    def in_s(self, seconds: int) -> datetime:
        """The time so many seconds after this entry."""
        return self.at + timedelta(seconds=seconds)

    def incident(self, incident_id: str) -> Incident:
        """The incident as it stands now."""
        return self.scene.incidents[incident_id]

    def note(
        self, incident_id: str, what: str, sentence: Sentence | None = None, who: str = ""
    ) -> None:
        """One line of the incident's timeline."""
        tail = self.scene.tails.get(incident_id, Tail())
        words = sentence or said(f"timeline.{what}")
        line = timeline.Said(self.at, what, words, who)
        self.scene.put_moment(timeline.appended(tail, incident_id, line))

    def line(
        self,
        what: str,
        *,
        origin: str = "",
        floor: int | None = None,
        lowers_to: int = -1,
        **params: Value,
    ) -> Evidence:
        """A ledger entry at this entry's time."""
        return evidences.line(
            what,
            self.at,
            self.policy,
            entry_id=self.entry_id,
            origin=origin,
            floor=floor,
            lowers_to=lowers_to,
            params=dict(params),
        )

    def open_incident(
        self, site: Site, sensor: SensorKind, *, drill: bool, operator_id: str = ""
    ) -> str:
        """A new incident at this place with the first lines of its ledger; its id."""
        scene, policy = self.scene, self.policy
        local = self.at + timedelta(hours=policy.night.utc_offset_h)
        short = site.town_short or UNREGISTERED_SHORT
        count = scene.next_number(local.date(), short)
        incident = Incident(
            id=derived("incident", self.entry_id, site.key),
            number=f"{local:%Y%m%d}-{short}-{count:04d}",
            place_id=site.id,
            place_name=site.name,
            category=site.category,
            town_code=site.town_code,
            building=site.building,
            lon=site.lon,
            lat=site.lat,
            level=Level.F0,
            level_peak=Level.F0,
            state=IncidentState.OPEN,
            profile=policy.profile_of(site, sensor),
            policy_version=policy.version,
            drill=drill,
            test=site.test,
            sleeping=policy.sleeping_risk(site),
            opened_at=self.at,
            last_at=self.at,
            log_odds_milli=0,
            sentence=said("incident.opened"),
            operator_id=operator_id,
        )
        scene.put_incident(incident)
        opened = "opened" if site.registered else "opened_unregistered"
        self.note(incident.id, opened, said(f"timeline.{opened}", place=site.name))
        past = scene.nuisances.get(site.id, ())
        lines = evidences.opening(site, self.at, past, self.entry_id, policy)
        self.weigh(incident.id, *lines)
        if site.test:
            scene.put_wait(Wait(TEST_OVER, incident.id, self.in_s(policy.windows.test_over_s)))
        elif incident.sleeping:
            scene.put_wait(Wait(UNANSWERED, incident.id, self.in_s(policy.windows.unanswered_s)))
        return incident.id

    def weigh(self, incident_id: str, *lines: Evidence) -> None:
        """Write lines into the ledger and let the level follow."""
        for line in lines:
            before = self.scene.standing_of(incident_id)
            self._weigh_one(incident_id, before, line)
            after = self.scene.standing_of(incident_id)
            if after.level == Level.F3 <= line.floor:
                danger = self._danger(self.incident(incident_id))
                if danger:
                    self._weigh_one(
                        incident_id, after, self.line("people_in_danger", danger=danger)
                    )

    def _weigh_one(self, incident_id: str, before: Standing, line: Evidence) -> None:
        scene = self.scene
        scene.put_evidence(incident_id, line)
        after = weighed(before, line, self.policy)
        incident = replace(
            self.incident(incident_id),
            level=after.level,
            level_peak=after.peak,
            log_odds_milli=after.log_odds_milli,
        )
        if after.level != before.level:
            incident = replace(incident, sentence=_headline(incident, line))
        scene.put_incident(incident)
        if after.level == before.level or line.what == "disposed":
            return
        turn = "raised" if after.level > before.level else "lowered"
        self.note(
            incident_id,
            turn,
            Sentence(
                f"timeline.{turn}",
                {
                    **line.sentence.params,
                    "from_level": before.level,
                    "to_level": after.level,
                    "why": line.sentence.key,
                },
            ),
        )

    def _danger(self, incident: Incident) -> str:
        """Why people are in danger at a confirmed fire here, or ""."""
        if incident.category in self.policy.risk.people_in_danger:
            return "category"
        if incident.sleeping:
            return "sleeping"
        return "night" if self.policy.is_night(self.at) else ""


def _headline(incident: Incident, line: Evidence) -> Sentence:
    """What a stranger is told: the entry that made the level, in an incident's words.

    People in danger are added to what was known, they do not replace it.
    """
    if line.what == "people_in_danger":
        return Sentence(
            "incident.people_in_danger",
            {
                **incident.sentence.params,
                **line.sentence.params,
                "known": incident.sentence.key,
            },
        )
    return Sentence(f"incident.{line.what}", line.sentence.params)
