/* Tokens and open sessions: issued once in clear, ended by one press. */

import { useEffect, useState } from 'react';
import { type Member, PERMISSIONS, type Token } from '../facts/people';
import { as_problem, ask, read, Problem } from '../live/api';
import { day, hms } from '../words/format';
import { useWords } from '../words/words';

const DAYS = [30, 90, 365];

export function Tokens({ people }: { people: readonly Member[] }): React.JSX.Element {
  const { t, word, lang } = useWords();
  const [tokens, set_tokens] = useState<Token[] | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [secret, set_secret] = useState('');
  const [whose, set_whose] = useState('');
  const [days, set_days] = useState(90);
  const [only, set_only] = useState<readonly string[]>([]);
  const take = (): Promise<void> =>
    read<Token[]>('/api/v1/tokens').then(set_tokens, (error: unknown) => set_problem(as_problem(error)));
  useEffect(() => void take(), []);
  const act = (what: Promise<unknown>): void => {
    set_problem(null);
    what.then(take, (error: unknown) => set_problem(as_problem(error)));
  };
  const issue = (): void =>
    act(ask<{ token: string }>('POST', '/api/v1/tokens', { person_id: whose, days, ...(only.length ? { permissions: only } : {}) }).then((made) => set_secret(made.token)));
  const when = (at: string | null): string => (at ? `${day(Date.parse(at))} ${hms(Date.parse(at))}` : '—');
  return (
    <>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          issue();
        }}
      >
        <select value={whose} required aria-label={t('tokens.whose')} onChange={(event) => set_whose(event.target.value)}>
          <option value="">{t('tokens.whose')}</option>
          {people.filter((one) => one.active).map((one) => (
            <option key={one.id} value={one.id}>
              {one.name} · {word('person', one.role)}
            </option>
          ))}
        </select>
        <select value={days} aria-label={t('tokens.days')} onChange={(event) => set_days(Number(event.target.value))}>
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {t('tokens.for_days', { count })}
            </option>
          ))}
        </select>
        <button type="submit" className="go">
          {t('tokens.issue')}
        </button>
        <fieldset className="scope">
          <legend>{t(only.length ? 'tokens.only' : 'tokens.all')}</legend>
          {PERMISSIONS.map((name) => (
            <label key={name} className="tick">
              <input
                type="checkbox"
                checked={only.includes(name)}
                onChange={(event) => set_only(event.target.checked ? [...only, name] : only.filter((one) => one !== name))}
              />
              {word('permission', name)}
            </label>
          ))}
        </fieldset>
      </form>
      {secret && (
        <p className="secret" role="status">
          {t('tokens.once')} <code>{secret}</code>
        </p>
      )}
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>{t('people.name')}</th>
              <th>{t('tokens.kind')}</th>
              <th>{t('tokens.scope')}</th>
              <th>{t('tokens.made')}</th>
              <th>{t('tokens.until')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {(tokens ?? []).map((one) => (
              <tr key={one.id} className={one.revoked_at ? 'gone' : ''}>
                <td>
                  {one.person_name} <span className="q">{word('person', one.role)}</span>
                </td>
                <td>{t(one.kind === 'api' ? 'tokens.api' : 'tokens.session')}</td>
                <td className="words">
                  {one.permissions ? one.permissions.map((name) => word('permission', name)).join(' · ') : t('tokens.whole')}
                  {one.towns && <span className="q"> {one.towns.join(' ')}</span>}
                </td>
                <td>{when(one.created_at)}</td>
                <td>{one.revoked_at ? t('tokens.revoked', { at: when(one.revoked_at) }) : when(one.expires_at)}</td>
                <td>
                  {!one.revoked_at && (
                    <button type="button" onClick={() => act(ask('DELETE', `/api/v1/tokens/${one.id}`))}>
                      {t('tokens.revoke')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!tokens && !problem && <p className="q none">{t('loading')}</p>}
      {tokens?.length === 0 && <p className="q none">{t('tokens.none')}</p>}
    </>
  );
}
