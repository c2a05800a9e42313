/* Shifts that wait: offered to me, and (on the shift book's page) the one that I offered. */

import { useState } from 'react';
import { as_problem, ask, type Problem } from '../live/api';
import { useCell } from '../live/cell';
import { person } from '../session/session';
import { useWords } from '../words/words';
import { offers, read_claims } from './claims';

export function Offered({ all = false }: { all?: boolean }): React.JSX.Element | null {
  const { t, lang } = useWords();
  const me = useCell(person);
  const found = useCell(offers).filter((one) => all || one.to_id === me?.id);
  const [problem, set_problem] = useState<Problem | null>(null);
  if (!found.length) return null;
  const act = (id: string, verb: string): void => {
    set_problem(null);
    ask('POST', `/api/v1/hand-overs/${id}/${verb}`).then(read_claims, (error: unknown) => set_problem(as_problem(error)));
  };
  return (
    <ul className="offers" aria-label={t('shift.offers')}>
      {found.map((one) => {
        const mine = one.to_id === me?.id;
        const verb = mine ? 'receive' : 'withdraw';
        const words = { name: mine ? one.from_name : one.to_name, count: one.numbers.length };
        return (
          <li key={one.id}>
            <p>
              <b>{t(mine ? 'shift.offered' : 'shift.mine_waits', words)}</b> {one.note && <q>{one.note}</q>}
            </p>
            <button type="button" className={mine ? 'go' : ''} data-act={verb} onClick={() => act(one.id, verb)}>
              {t(mine ? 'shift.receive' : 'shift.withdraw')}
            </button>
          </li>
        );
      })}
      {problem && (
        <li className="broken" role="alert">
          {problem[lang]}
        </li>
      )}
    </ul>
  );
}
