"""P5 to P7: the access standard over HTTP, MQTT publishes, connections held."""

import asyncio

from benchmarks import machine, operators, peers
from benchmarks.bench import Bench, used
from benchmarks.devices import Job, Transmitter
from benchmarks.drive import drive_all, post, publish
from benchmarks.figures import Line, judged, ratio
from benchmarks.posts import PostJob
from benchmarks.product import Product
from benchmarks.publishes import PublishJob

ACCESS_PATH = "/api/v1/access/signals"
BATCH_RECORDS, BATCH_CONNECTIONS = 1_000, 2
SINGLE_CONNECTIONS = 32
P5_BATCH_PER_S, P5_RATIO = 20_000.0, 10.0
ALERTA_PUBLISHED_PER_S = 94.0  # its best of 27-94
MQTT_CONNECTIONS, MQTT_WINDOW = 100, 32
P6_RATIO = 3.0
NODERED_PUBLISHED_PER_S = 4_500.0  # its best of 3,900-4,500
P7_BYTES, P7_CONNECTS_PER_S = 12 * 1024, 2_500.0
CLIENT_CONNECTIONS_MAX = 17_000  # the limit of open files is 20,000 a process
HOLD_S = 6.0
SWEEP_S = 4.0


async def access(bench: Bench) -> Line:
    """P5: batches and single records."""
    floors, seconds = await bench.floors(), bench.options.seconds
    operator, port = await operators.first_operator(bench.product), bench.product.http_port
    before = bench.cpu_by_part()
    many = await post(PostJob(
        port, ACCESS_PATH, operators.readings(operator, BATCH_RECORDS), BATCH_RECORDS,
        BATCH_CONNECTIONS, seconds, operator.key,
    ))  # fmt: skip
    cores = used(before, bench.cpu_by_part(), seconds)
    one = await post(PostJob(
        port, ACCESS_PATH, operators.readings(operator, 1), 1, SINGLE_CONNECTIONS, seconds,
        operator.key,
    ))  # fmt: skip
    batch_per_s, per_s = many.records_ok / many.seconds, one.records_ok / one.seconds
    peer, peer_per_s = "Alerta not installed here; published 27-94/s", ALERTA_PUBLISHED_PER_S
    if bench.options.alerta is not None:
        theirs = await peers.alerta(bench.options.alerta, bench.folder, seconds)
        peer_per_s = theirs.records_ok / theirs.seconds
        peer = f"Alerta POST /alert {peer_per_s:,.0f}/s"
    verdict, reason = judged(
        [
            (batch_per_s >= P5_BATCH_PER_S, f"batches {batch_per_s:,.0f}/s; cores used: {cores}"),
            (per_s >= P5_RATIO * peer_per_s, f"per request {ratio(per_s, peer_per_s):.1f}× Alerta"),
            (not many.refused + one.refused, f"refused: {many.first_refusal}{one.first_refusal}"),
        ]
    )
    return Line(
        "P5", "access standard over HTTP, records/s",
        "≥ 10× Alerta per request; ≥ 20,000/s in batches",
        f"batches {batch_per_s:,.0f}/s; per request {per_s:,.0f}/s (p50 {one.p50_ms:.1f} ms)",
        f"{peer}; COPY {floors.copy_rows_per_s:,.0f} rows/s",
        f"{ratio(per_s, peer_per_s):.0f}× Alerta", verdict, reason,
        {"batches": many, "single": one, "cores": cores},
    )  # fmt: skip


async def mqtt(bench: Bench) -> Line:
    """P6: QoS 1 publishes whose PUBACK came; the same client on peers."""
    seconds = bench.options.seconds
    operator, said = await operators.first_operator(bench.product), operators.payloads()
    before = bench.cpu_by_part()
    ours = await publish(PublishJob(
        bench.product.mqtt_port, operators.topics(operator, MQTT_CONNECTIONS), said,
        MQTT_CONNECTIONS, MQTT_WINDOW, seconds, operator.id, operator.key,
    ))  # fmt: skip
    cores = used(before, bench.cpu_by_part(), seconds)
    per_s = ours.acked / ours.seconds
    broker = await peers.mosquitto_alone(bench.folder, said, min(seconds, 5.0))
    told = ["mosquitto not installed here"]
    if broker is not None:
        told = [f"mosquitto without fsync {broker.acked / broker.seconds:,.0f}/s"]
    theirs = None
    if bench.options.nodered is not None:
        theirs = await peers.nodered(bench.options.nodered, bench.folder, said, seconds)
    told.append(
        f"Node-RED + mosquitto {theirs:,.0f}/s" if theirs
        else "Node-RED not installed here, published 3,900-4,500/s"
    )  # fmt: skip
    against = ratio(per_s, theirs or NODERED_PUBLISHED_PER_S)
    verdict, reason = judged([
        (against >= P6_RATIO, f"{against:.1f}× Node-RED; cores used: {cores}"),
        (not ours.refused + ours.lost_connections,
         f"{ours.refused} connections refused, {ours.lost_connections} lost"),
    ])  # fmt: skip
    return Line(
        "P6", "MQTT QoS 1 publishes/s, PUBACK only when durable",
        "≥ 3× Node-RED + mosquitto persisted",
        f"{per_s:,.0f}/s, p50 {ours.p50_ms or 0:.0f} ms", "; ".join(told),
        f"{against:.1f}× Node-RED", verdict, reason, {"ours": ours, "peer": theirs},
    )  # fmt: skip


async def connections(bench: Bench) -> Line:
    """P7: a product of its own with three gateways; connect, one frame each, hold."""
    total = bench.options.connections
    clients = -(-total // CLIENT_CONNECTIONS_MAX)
    folder = bench.folder / "links"  # without what other goals left to be read
    folder.mkdir()
    product = Product(folder, settings={"gateways": 3})
    await product.start()
    try:
        pids = product.pids()["gateway"]
        before = sum(machine.resident_bytes(pid) for pid in pids)
        each = -(-total // clients)
        jobs = [
            Job([product.gb26875_port], _made_up(n * each, min(each, total - n * each)),
                min(each, total - n * each), SWEEP_S, frames_each=1, hold_s=HOLD_S,
                from_host=f"127.0.0.{n + 2}")
            for n in range(clients)
        ]  # fmt: skip
        most = [before]
        load = asyncio.create_task(drive_all(jobs))
        while not load.done():
            await asyncio.sleep(1.0)
            most.append(sum(machine.resident_bytes(pid) for pid in pids))
        reports = await load
    finally:
        await product.stop()
    held = sum(report.connected for report in reports)
    confirmed = sum(report.confirmed for report in reports)
    storm = sum(each / report.connect_s for report in reports)
    bytes_each = ratio(max(most) - before, held)
    verdict, reason = judged(
        [
            (held >= total, f"{held:,} of {total:,} stood at the end"),
            (bytes_each <= P7_BYTES, f"{bytes_each / 1024:.1f} KiB each"),
            (storm >= P7_CONNECTS_PER_S, f"{storm:,.0f} connections/s beside the clients"),
            (confirmed >= held, f"{confirmed:,} of {held:,} first frames were confirmed"),
        ]
    )
    return Line(
        "P7", "connections held, 3 gateway processes",
        "50,000 GB/T sessions, ≤ 12 KiB each, storm ≥ 2,500/s",
        f"{held:,} held, {bytes_each / 1024:.1f} KiB each, {storm:,.0f}/s, "
        f"{confirmed:,} first frames confirmed",
        "1.36 KiB user + 4.6 KiB kernel (minimal server, published here)",
        f"{bytes_each / 1024 / 1.36:.1f}× the minimal server", verdict, reason,
        {"reports": reports, "bytes_each": bytes_each},
    )  # fmt: skip


def _made_up(first: int, count: int) -> list[Transmitter]:
    """Transmitters that the register does not know, each its own."""
    return [
        Transmitter((0xB0_0000_0000 + n).to_bytes(6, "little").hex(), "1.1.40.01000100")
        for n in range(first, first + count)
    ]
