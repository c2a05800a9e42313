"""What the house says about itself: logs as JSON lines, metrics for Prometheus. Never a secret.

The metrics stand here by name, so that everyone counts the same thing once. Labels are small closed
sets; ids of devices, people or incidents are never labels. Processes of one house count together:
`shared_metrics` gives them one folder, and any of them can tell the sum by `exposition`.
"""

import logging
import os
import re
import shutil
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

SECRET_KEYS = re.compile(
    r"password|secret|token|authorization|cookie|api_?key|dsn|signature", re.IGNORECASE
)
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it when it is imported
HIDDEN = "[hidden]"
URL_SECRET = re.compile(r"(?<=://)([^/@\s:]+):([^/@\s]+)@")

FAST_S = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)

SIGNALS = Counter("wanghuo_signals", "Signals taken durably, by lane", ["lane"])
LANE_LAG = Gauge(
    "wanghuo_lane_lag_seconds",
    "Age of what a lane deals with now",
    ["lane"],
    multiprocess_mode="mostrecent",
)
FIRES_BY_WAY = Counter(
    "wanghuo_fires_by_way", "Fire-lane entries by where they became durable", ["way"]
)
FIRE_CONFIRM_S = Histogram(
    "wanghuo_fire_confirm_seconds", "Fire frame read until durable", buckets=FAST_S
)
FIRE_TO_INCIDENT_S = Histogram(
    "wanghuo_fire_to_incident_seconds", "Fire received until judged and committed", buckets=FAST_S
)
FIRE_TO_NOTICE_S = Histogram(
    "wanghuo_fire_to_notice_seconds",
    "Fire received until a notice left",
    ["channel"],
    buckets=FAST_S,
)
NOTICES = Counter("wanghuo_notices", "Notices by channel and outcome", ["channel", "outcome"])
PEER_ERRORS = Counter("wanghuo_peer_errors", "Peers that broke the protocol", ["door", "reason"])
QUARANTINED = Counter("wanghuo_quarantine", "Bytes kept for a person", ["door", "reason"])
CONNECTIONS = Gauge(
    "wanghuo_connections", "Open device connections", ["door"], multiprocess_mode="livesum"
)
TIMER_LATE_S = Histogram("wanghuo_timer_late_seconds", "How late timers fired", buckets=FAST_S)
OUTBOX_WAITING = Gauge(
    "wanghuo_outbox_waiting", "Facts not yet in the stream", multiprocess_mode="mostrecent"
)
FACTS_PUBLISHED = Counter("wanghuo_facts_published", "Facts brought into the stream", ["topic"])
CANARY_S = Histogram("wanghuo_canary_seconds", "The synthetic fire, end to end", buckets=FAST_S)
CANARY_MISSED = Counter("wanghuo_canary_missed", "Synthetic fires that did not come through")
CHILD_RESTARTS = Counter("wanghuo_child_restarts", "Child processes started again", ["role"])

Line = MutableMapping[str, Any]


def shared_metrics(folder: Path) -> dict[str, str]:
    """The environment under which children count together in `folder`, emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return {SHARED: str(folder)}


def exposition() -> bytes:
    """All metrics as Prometheus reads them: of the whole house, or of this process alone."""
    if SHARED not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it has no types
    return generate_latest(registry)


def forget_process(pid: int, folder: str | None = None) -> None:
    """A process is gone: what it held open counts no more; what it counted stays."""
    multiprocess.mark_process_dead(pid, folder)  # type: ignore[no-untyped-call] # it has no types


def hide_secrets(_logger: object, _method: str, line: Line) -> Line:
    """A log line without secrets: values of telling keys, and passwords inside URLs."""
    for key, value in line.items():
        if SECRET_KEYS.search(key):
            line[key] = HIDDEN
        elif isinstance(value, str) and "://" in value:
            line[key] = URL_SECRET.sub(r"\1:" + HIDDEN + "@", value)
    return line


def configure(*, role: str, level: str = "info", json: bool = True) -> None:
    """Send logs of this process to stderr. role: `gateway`, `engine`, … stands on every line."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shape = structlog.processors.JSONRenderer(ensure_ascii=False) if json else _plain()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(role=role)
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, force=True)
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # its pool tells of each retry at length


def _plain() -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
