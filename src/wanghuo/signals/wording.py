"""What a signal says, as a sentence that a person understands. Pure."""

from wanghuo.facts.sentences import Sentence, said
from wanghuo.facts.signal import SignalKind

READS = frozenset({SignalKind.READING, SignalKind.NOTABLE})


def sentence_of(kind: str, *, quantity: str, value: float, unit: str, text: str) -> Sentence:
    """The sentence of a signal of `kind`; the device's own words stand behind it."""
    if quantity and kind in READS:
        return said(f"signal.{kind}", quantity=quantity, value=f"{value:g}", unit=unit, text=text)
    known = kind if kind in frozenset(SignalKind) - READS else SignalKind.UNKNOWN.value
    return said(f"signal.{known}", text=text)
