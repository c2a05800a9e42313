/* Shelve one point from the list: a reason and an end, at most two hours; a second point passes all the same. */

import { type FormEvent, useState } from 'react';
import { ask, as_problem, type Problem } from '../live/api';
import { now_ms } from '../live/now';
import { useWords } from '../words/words';

const MINUTES = [15, 30, 60, 120];
const MINUTE_MS = 60_000;

export function ShelveForm({ origin, done }: { origin: string; done: () => void }): React.JSX.Element {
  const { t, lang } = useWords();
  const [reason, set_reason] = useState('');
  const [minutes, set_minutes] = useState(30);
  const [problem, set_problem] = useState<Problem | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const until = new Date(now_ms() + minutes * MINUTE_MS).toISOString();
    ask('POST', '/api/v1/shelves', { origin, reason: reason.trim(), until }).then(done, (error: unknown) => set_problem(as_problem(error)));
  };
  return (
    <form className="shelving" onSubmit={submit}>
      <input value={reason} maxLength={500} placeholder={t('sheet.reason')} aria-label={t('sheet.reason')} onChange={(e) => set_reason(e.target.value)} />
      <select value={minutes} aria-label={t('nuisances.minutes')} onChange={(e) => set_minutes(Number(e.target.value))}>
        {MINUTES.map((one) => (
          <option key={one} value={one}>
            {one} min
          </option>
        ))}
      </select>
      <button type="submit" disabled={!reason.trim()}>
        {t('nuisances.shelve')}
      </button>
      {problem && <span role="alert">{problem[lang]}</span>}
    </form>
  );
}
