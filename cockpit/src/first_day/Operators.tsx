/* The first operating company and its key, which is shown once. */

import { type FormEvent, useEffect, useState } from 'react';
import type { Operator } from '../facts/first_day';
import { as_problem, ask, read, Problem } from '../live/api';
import { useCell } from '../live/cell';
import { useWords } from '../words/words';
import { look_again, shown_keys } from './answer';

/** The operators of the register, read again on request. */
export function useOperators(): [readonly Operator[], () => Promise<void>] {
  const [listed, set_listed] = useState<readonly Operator[]>([]);
  const take = async (): Promise<void> => {
    const got = await read<{ items: Operator[] }>('/api/v1/operators').catch(() => ({ items: [] }));
    set_listed(got.items.filter((one) => one.id !== 'test'));
  };
  useEffect(() => void take(), []);
  return [listed, take];
}

export function Operators(): React.JSX.Element {
  const { t, lang } = useWords();
  const [listed, take] = useOperators();
  const keys = useCell(shown_keys);
  const [problem, set_problem] = useState<Problem | null>(null);
  const act = async (what: () => Promise<unknown>): Promise<void> => {
    set_problem(null);
    try {
      await what();
      await Promise.all([take(), look_again()]);
    } catch (error) {
      set_problem(as_problem(error));
    }
  };
  const add = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const id = String(data.get('id'));
    void act(async () => {
      await ask('PUT', `/api/v1/operators/${encodeURIComponent(id)}`, { name: String(data.get('name')) });
      form.reset();
    });
  };
  const give = (id: string): Promise<void> =>
    act(async () => {
      const made = await ask<{ key: string }>('POST', `/api/v1/operators/${encodeURIComponent(id)}/key`);
      shown_keys.update((old) => ({ ...old, [id]: made.key }));
    });
  return (
    <>
      <form className="line" onSubmit={add}>
        <label>
          <span>{t('first.operator_id')}</span>
          <input name="id" required pattern="[A-Za-z0-9_.\-]{1,64}" placeholder="cx01" autoComplete="off" spellCheck={false} />
        </label>
        <label>
          <span>{t('first.operator_name')}</span>
          <input name="name" required maxLength={100} autoComplete="off" />
        </label>
        <button type="submit" className={listed.length ? '' : 'go'}>
          {t('first.operator_add')}
        </button>
      </form>
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
      <ul className="listed">
        {listed.map((one) => (
          <li key={one.id}>
            <b>{one.name}</b> <span className="q">{one.id}</span>{' '}
            <button type="button" className={one.has_key || keys[one.id] ? '' : 'go'} onClick={() => void give(one.id)}>
              {t(one.has_key ? 'first.key_again' : 'first.key_give')}
            </button>
            {keys[one.id] && (
              <p className="secret" role="status">
                {t('first.key_once')} <code>{keys[one.id]}</code>
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
