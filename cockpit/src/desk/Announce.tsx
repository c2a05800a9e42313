/* What is spoken without taking the focus: F3 and F4 at once, answers of parties politely. */

import { useEffect, useRef, useState } from 'react';
import type { IncidentRow } from '../facts/incident';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useWords } from '../words/words';

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
    for (const row of rows.values()) {
      const old = before.get(row.number);
      const rose = row.level >= 3 && (old?.level ?? 0) < row.level;
      if (rose) set_loud(`${row.drill ? t('drill') : ''} F${row.level} ${row.place.name} ${say(row.sentence)}`);
      if (rose && row.level === 4) ring();
      if (old && row.parties_acknowledged > old.parties_acknowledged) {
        set_soft(`${row.place.name} ${t('queue.answers', { told: row.parties_acknowledged, total: row.parties_total })}`);
      }
    }
  }, [rows, loaded, t, say]);
  return (
    <div className="spoken">
      <p aria-live="assertive">{loud}</p>
      <p aria-live="polite">{soft}</p>
    </div>
  );
}

/** One low tone, once. Silent where the browser has not been touched yet. */
function ring(): void {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.2, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.9);
    tone.onended = () => void audio.close();
  } catch {
    /* no sound device: the line above was spoken anyway */
  }
}
