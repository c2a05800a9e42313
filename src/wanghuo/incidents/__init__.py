"""One suspected fire: lifecycle, ledger, timeline, disposition."""
