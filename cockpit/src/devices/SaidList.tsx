/* What a device said in a day, newest first, in words; each line opens to the bytes that came. */

import { useState } from 'react';
import type { Said } from '../facts/record';
import { useOne } from '../live/one';
import { useNow } from '../live/now';
import { Loaded } from '../records/Section';
import { when } from '../words/format';
import { useWords } from '../words/words';

const LIMITS = [50, 200, 1000];

export function SaidList({ path }: { path: string }): React.JSX.Element {
  const { t } = useWords();
  const [limit, set_limit] = useState(LIMITS[0] ?? 50);
  const [heartbeats, set_heartbeats] = useState(false);
  const said = useOne<{ items: Said[] }>(`${path}/said?limit=${limit}&heartbeats=${heartbeats}`);
  return (
    <>
      <label className="tick">
        <input type="checkbox" checked={heartbeats} onChange={(event) => set_heartbeats(event.target.checked)} />
        {t('device.heartbeats')}
      </label>
      <Loaded one={said}>
        {({ items }) => (
          <>
            {items.length ? <Lines items={items} /> : <p className="q none">{t('device.silent')}</p>}
            {items.length >= limit && limit < (LIMITS.at(-1) ?? 0) && (
              <button type="button" className="wide" onClick={() => set_limit(LIMITS.find((one) => one > limit) ?? limit)}>
                {t('device.more_said')}
              </button>
            )}
            <button type="button" className="link" onClick={said.again}>
              {t('device.again')}
            </button>
          </>
        )}
      </Loaded>
    </>
  );
}

function Lines({ items }: { items: readonly Said[] }): React.JSX.Element {
  const { t, lang } = useWords();
  const now = useNow();
  return (
    <ul className="lines said">
      {items.map((one, i) => (
        <li key={`${one.at}${i}`}>
          <time dateTime={one.at}>{when(one.at, now)}</time> {one.lane === 'fire' ? <b>{one[lang]}</b> : one[lang]}
          {one.point && <span className="q"> {one.point}</span>}
          {one.raw && (
            <details>
              <summary>{t('device.raw', { count: one.raw.length / 2 })}</summary>
              <pre>{readable(one.raw)}</pre>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

/** JSON as such, laid out; every other thing as pairs of hex digits. */
export function readable(raw: string): string {
  const pairs = raw.match(/../g) ?? [];
  if (raw.startsWith('7b') || raw.startsWith('5b')) {
    const text = new TextDecoder().decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16)));
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text; // cut off, or no JSON after all
    }
  }
  return pairs.join(' ');
}
