/* The shift book: what one shift gave to the next, and the form that gives mine. */

import { type FormEvent, useEffect, useState } from 'react';
import type { Colleague, HandOver } from '../facts/claim';
import { as_problem, ask, read, type Problem } from '../live/api';
import { useCell } from '../live/cell';
import { useList } from '../live/list';
import { useNow } from '../live/now';
import { may_judge, person } from '../session/session';
import { when } from '../words/format';
import { useWords } from '../words/words';
import { Offered } from './Offered';
import { claims, offers, read_claims } from './claims';
import { incident_hash } from './route';

export default function ShiftPage(): React.JSX.Element {
  const { t, lang } = useWords();
  const list = useList<HandOver>('/api/v1/hand-overs', {});
  const [problem, set_problem] = useState<Problem | null>(null);
  const now = useNow();
  const changes = useCell(offers);
  useEffect(() => list.again(), [changes]);
  const act = (what: Promise<unknown>): void => {
    set_problem(null);
    what.then(read_claims, (error: unknown) => set_problem(as_problem(error)));
  };
  const shown = problem ?? list.problem;
  return (
    <main className="page history shift" aria-label={t('page.shift')}>
      <div className="filters">
        <h1>{t('page.shift')}</h1>
      </div>
      <Offered all />
      {may_judge() && <Give act={act} />}
      {shown && (
        <p className="broken" role="alert">
          {shown[lang]}
        </p>
      )}
      <h2>{t('shift.book')}</h2>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>{t('shift.at')}</th>
              <th>{t('shift.from')}</th>
              <th>{t('shift.to')}</th>
              <th>{t('shift.state')}</th>
              <th>{t('shift.held')}</th>
              <th>{t('shift.note')}</th>
            </tr>
          </thead>
          <tbody>
            {list.rows.map((line) => (
              <tr key={line.id} className={line.withdrawn_at ? 'gone' : ''}>
                <td>{when(line.at, now)}</td>
                <td>{line.from_name}</td>
                <td>{line.to_name}</td>
                <td>
                  {line.received_at
                    ? t('shift.received', { time: when(line.received_at, now) })
                    : line.withdrawn_at
                      ? t('shift.withdrawn', { time: when(line.withdrawn_at, now) })
                      : t('shift.waiting')}
                </td>
                <td>
                  {line.numbers.map((number) => (
                    <a key={number} href={incident_hash(number)}>
                      {number}
                    </a>
                  ))}
                  {!line.numbers.length && t('shift.none')}
                </td>
                <td className="words">{line.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!list.reading && !list.rows.length && !shown && <p className="q none">{t('shift.empty')}</p>}
      {list.next && (
        <button type="button" className="wide" disabled={list.reading} onClick={list.more}>
          {t('history.more')}
        </button>
      )}
    </main>
  );
}

/** What I have in hand, what the next one should know, and who that is. */
function Give({ act }: { act: (what: Promise<unknown>) => void }): React.JSX.Element | null {
  const { t } = useWords();
  const me = useCell(person);
  const mine = [...useCell(claims).values()].filter((one) => one.person_id === me?.id);
  const [able, set_able] = useState<Colleague[]>([]);
  const [to, set_to] = useState('');
  const [note, set_note] = useState('');
  useEffect(() => {
    read<{ items: Colleague[] }>('/api/v1/colleagues').then((page) => set_able(page.items), () => set_able([]));
  }, []);
  if (useCell(offers).some((one) => one.from_id === me?.id)) return null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    act(ask('POST', '/api/v1/hand-overs', { to, note }).then(() => set_note('')));
  };
  return (
    <form className="give" onSubmit={submit}>
      <p>
        {mine.length ? t('shift.i_hold', { count: mine.length }) : t('shift.i_hold_none')}{' '}
        {mine.map((one) => (
          <a key={one.number} href={incident_hash(one.number)}>
            {one.number}
          </a>
        ))}
      </p>
      <label className="field">
        <span>{t('shift.note_field')}</span>
        <textarea rows={3} maxLength={2000} value={note} onChange={(event) => set_note(event.target.value)} />
      </label>
      <div className="sheet-end">
        <select value={to} required aria-label={t('shift.next')} onChange={(event) => set_to(event.target.value)}>
          <option value="">{t('shift.next')}</option>
          {able.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <button type="submit" className="go" disabled={!to} data-act="hand-over">
          {t('shift.offer')}
        </button>
        {!able.length && <span className="q">{t('held.no_colleague')}</span>}
      </div>
    </form>
  );
}
