"""What became of a notice, as a sentence for the desk. Pure.

A channel says its outcome as a code: its own (`busy_486`), or the provider's
(`MOBILE_NOT_ON_SERVICE`). The catalogue's list `outcome` has the words; a code that it does not
know is shown as it is, never left out.
"""

from typing import Final

from wanghuo.facts.sentences import Sentence, catalogue, render, said

LIST: Final = "words.outcome"


def told(channel: str, state: str, outcome: str) -> Sentence:
    """The sentence: channel and state, and why."""
    if not outcome or outcome == state:
        return said("outcome.plain", channel=channel, state=state)
    if outcome in catalogue("zh")["words.answer"]:
        return said("outcome.answered", channel=channel, state=state, answer=outcome)
    known, rest = _known(outcome)
    return said("outcome.why", channel=channel, state=state, why=known, code=rest)


def words_of(channel: str, state: str, outcome: str) -> dict[str, str]:
    """The sentence in every language."""
    sentence = told(channel, state, outcome)
    return render(sentence.key, sentence.params)


def _known(outcome: str) -> tuple[str, str]:
    """The code that the catalogue knows, and the figure behind it: `busy_486` is busy and 486."""
    listed = catalogue("zh")[LIST]
    head, _, figure = outcome.rpartition("_")
    if outcome not in listed and head in listed and figure.isalnum():
        return head, figure
    return outcome, ""
