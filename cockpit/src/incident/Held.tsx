/* Who has this incident in hand, and the ways it changes hands: take, give, let go. */

import { useEffect, useRef, useState } from 'react';
import { claim, claims, let_go, refusal } from '../desk/claims';
import type { Colleague } from '../facts/claim';
import type { IncidentRow } from '../facts/incident';
import { as_problem, read, type Problem } from '../live/api';
import { cell, useCell } from '../live/cell';
import { useNow } from '../live/now';
import { may_judge, person } from '../session/session';
import { span } from '../words/format';
import { useWords } from '../words/words';

/** The number of the incident that is being given away, or null. */
export const giving = cell<string | null>(null);

export function Held({ row }: { row: IncidentRow }): React.JSX.Element | null {
  const { t, lang } = useWords();
  const now = useNow();
  const held = useCell(claims).get(row.number);
  const me = useCell(person);
  const bad = useCell(refusal);
  const asks = useCell(giving) === row.number;
  if (row.state === 'closed' || (!held && !may_judge())) return null;
  const mine = held?.person_id === me?.id;
  const since = held ? span(now - Date.parse(held.since)) : '';
  const who = !held
    ? t('held.nobody')
    : held.given_by
      ? t(mine ? 'held.me_given' : 'held.given', { name: held.person_name, by: held.given_by, since })
      : t(mine ? 'held.me' : 'held.other', { name: held.person_name, since });
  return (
    <p className={`held ${mine || !held ? '' : 'others'}`}>
      <span>{who}</span>
      {may_judge() && !mine && (
        <button type="button" className="link" onClick={() => void claim(row.number)} data-act="claim">
          {t(held ? 'held.take_over' : 'held.take')} <kbd>C</kbd>
        </button>
      )}
      {may_judge() && mine && (
        <>
          <button type="button" className="link" onClick={() => giving.set(asks ? null : row.number)} aria-expanded={asks} data-act="give">
            {t('held.give')} <kbd>H</kbd>
          </button>
          <button type="button" className="link" onClick={() => void let_go(row.number)} data-act="let-go">
            {t('held.let_go')}
          </button>
        </>
      )}
      {asks && <Give number={row.number} town={row.place.town_code} />}
      {bad?.number === row.number && <span role="alert">{bad.problem[lang]}</span>}
    </p>
  );
}

/** Choose the colleague who gets it. */
function Give({ number, town }: { number: string; town: string }): React.JSX.Element {
  const { t, lang } = useWords();
  const ref = useRef<HTMLSelectElement>(null);
  const [able, set_able] = useState<Colleague[] | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  useEffect(() => {
    const found = read<{ items: Colleague[] }>(`/api/v1/colleagues?town=${encodeURIComponent(town)}`);
    found.then((page) => set_able(page.items), (error: unknown) => set_problem(as_problem(error)));
  }, [town]);
  useEffect(() => ref.current?.focus(), [able]);
  const give = (to: string): void => {
    giving.set(null);
    if (to) void claim(number, to);
  };
  if (problem) return <span role="alert">{problem[lang]}</span>;
  if (!able) return <span>{t('loading')}</span>;
  if (!able.length) return <span>{t('held.no_colleague')}</span>;
  return (
    <select ref={ref} aria-label={t('held.give_to')} defaultValue="" onChange={(event) => give(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && giving.set(null)}>
      <option value="">{t('held.give_to')}</option>
      {able.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}
