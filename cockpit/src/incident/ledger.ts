/* The evidence ledger as bars on one log-odds axis: each begins where the one before it ended. */

import type { EvidenceLine } from '../facts/incident';
import { signed } from '../words/format';

export interface LedgerBar {
  entry: EvidenceLine;
  left: number; // percent of the axis
  width: number;
  kind: 'pos' | 'neg' | 'zero';
}

export interface Ledger {
  bars: LedgerBar[];
  even: number; // where 50 % lies, percent of the axis
  marks: { at: number; text: string }[];
  total: number;
}

const LOW = -9.2; // 0.01 %
const HIGH = 8.1; // 99.97 %
/** Marks by importance: on a long axis the later ones give way. */
const MARKS: [number, string][] = [
  [0, '50 %'],
  [-9.21, '0.01 %'],
  [8.11, '99.97 %'],
  [-4.6, '1 %'],
  [4.6, '99 %'],
];
const APART = 13; // percent of the axis that a mark's words need

/** Lay out the ledger. The axis grows when a sum leaves it, and keeps its marks honest. */
export function ledger_of(lines: readonly EvidenceLine[]): Ledger {
  let low = LOW;
  let high = HIGH;
  let sum = 0;
  for (const line of lines) {
    sum += line.weight;
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  const at = (x: number): number => ((x - low) / (high - low)) * 100;
  let before = 0;
  const bars = lines.map((entry): LedgerBar => {
    const after = before + entry.weight;
    const left = at(Math.min(before, after));
    const width = at(Math.max(before, after)) - left;
    before = after;
    return { entry, left, width, kind: Math.abs(entry.weight) < 0.05 ? 'zero' : entry.weight < 0 ? 'neg' : 'pos' };
  });
  const marks: Ledger['marks'] = high > HIGH ? [{ at: 100, text: signed(high) }] : [];
  for (const [x, text] of MARKS) {
    if (marks.every((mark) => Math.abs(mark.at - at(x)) >= APART)) marks.push({ at: at(x), text });
  }
  return { bars, even: at(0), marks, total: sum };
}
