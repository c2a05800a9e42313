"""Mutated packets through every codec: each raises nothing but its one named error.

    python -m tests.fuzz_codecs --inputs 5000000

Each codec is a `Target` in TARGETS; a wing adds its own by a file tests/protocols/fuzz_*.py that
holds `TARGETS`. Real and synthetic samples are mutated by a seeded generator, so a failure names
the seed and the input and happens again.
"""

import argparse
import importlib
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "protocols"
INTERESTING = (0, 1, 2, 0x23, 0x40, 0x7F, 0x80, 0xFE, 0xFF)
SIZE_BYTES_MAX = 3000


@dataclass(frozen=True)
class Target:
    """One codec. read: the whole decode path; errors: what it may raise, and nothing else.

    seal: makes a mutated input pass the outer check (a checksum), so that the inner code is met.
    """

    name: str
    samples: Sequence[bytes]
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seal: Callable[[bytes], bytes] | None = None


def targets() -> list[Target]:
    """The targets of every fuzz_*.py beside the codecs' tests."""
    rooms = sorted(path.stem for path in FOLDER.glob("fuzz_*.py"))
    modules = [importlib.import_module(f"tests.protocols.{room}") for room in rooms]
    return [target for module in modules for target in module.TARGETS]


def mutated(sample: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """`sample` with one to eight wounds."""
    made = bytearray(sample)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(made)) if made else 0
        match rng.randrange(9):
            case 0 if made:
                made[at] ^= 1 << rng.randrange(8)
            case 1 if made:
                made[at] = rng.choice(INTERESTING)
            case 2 if made:
                made[at] = rng.randrange(256)
            case 3:
                del made[at:]
            case 4:
                del made[at : at + rng.randrange(1, 9)]
            case 5:
                made[at:at] = rng.randbytes(rng.randrange(1, 9))
            case 6:
                other = rng.choice(others)
                made[at:] = other[rng.randrange(len(other) + 1) :]
            case 7:
                made[at:at] = made[at : at + rng.randrange(1, 60)]
            case _:
                made += rng.choice(others)
    return bytes(made[:SIZE_BYTES_MAX])


def inputs(target: Target, rng: random.Random) -> Iterator[bytes]:
    """Endless mutated inputs of a target, every other one sealed again."""
    samples = target.samples
    for round_number in range(sys.maxsize):
        made = mutated(samples[round_number % len(samples)], samples, rng)
        yield target.seal(made) if target.seal and round_number & 1 else made


def run(target: Target, count: int, seed: int) -> int:
    """Feed `count` inputs; how many were refused with a named error.

    Any other error leaves with a note of the input that caused it.
    """
    refused = 0
    feed = inputs(target, random.Random(f"{target.name}/{seed}"))
    for number, made in zip(range(count), feed, strict=False):
        try:
            target.read(made)
        except target.errors:
            refused += 1
        except Exception as error:
            error.add_note(f"{target.name} seed {seed} input {number}: {made.hex()}")
            raise
    return refused


def main() -> int:
    """Spread the inputs over all targets and say how fast it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the part of a target's name")
    asked = parser.parse_args()
    chosen = [target for target in targets() if asked.only in target.name]
    share = -(-asked.inputs // len(chosen))
    for target in chosen:
        began = time.perf_counter()
        refused = run(target, share, asked.seed)
        took = time.perf_counter() - began
        print(  # noqa: T201 - a command's answer
            f"{target.name:<24} {share:>9,} inputs  {refused:>9,} refused  "
            f"{share / took:>9,.0f} inputs/s",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
