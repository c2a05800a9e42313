/* What is spoken and sounds without taking the focus: F3 and F4 at once, answers of parties politely. */

import { useEffect, useRef, useState } from 'react';
import type { IncidentRow } from '../facts/incident';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useWords } from '../words/words';
import { sound } from './sound';

export function Announce(): React.JSX.Element {
  const { t, say } = useWords();
  const { rows, loaded } = useCell(live);
  const known = useRef<ReadonlyMap<string, IncidentRow> | null>(null);
  const [loud, set_loud] = useState('');
  const [soft, set_soft] = useState('');
  useEffect(() => {
    const before = known.current;
    if (!loaded) return;
    known.current = rows;
    if (!before) return; // what was there when the page opened is read from the queue
    let loudest = 0;
    for (const row of rows.values()) {
      const old = before.get(row.number);
      const higher = (old?.level ?? 0) < row.level;
      const rose = row.level >= 3 && higher;
      if (higher && !row.test) loudest = Math.max(loudest, row.level);
      if (rose) set_loud(`${row.drill ? t('drill') : ''} F${row.level} ${row.place.name} ${say(row.sentence)}`);
      if (old && row.parties_acknowledged > old.parties_acknowledged) {
        set_soft(`${row.place.name} ${t('queue.answers', { told: row.parties_acknowledged, total: row.parties_total })}`);
      }
    }
    sound(loudest);
  }, [rows, loaded, t, say]);
  return (
    <div className="spoken">
      <p aria-live="assertive">{loud}</p>
      <p aria-live="polite">{soft}</p>
    </div>
  );
}
