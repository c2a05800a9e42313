/* One's own account: what one may do, and the second factor, set up in three steps. */

import { type FormEvent, useEffect, useState } from 'react';
import { as_problem, ask, read, Problem } from '../live/api';
import { useCell } from '../live/cell';
import { useWords } from '../words/words';
import { may, person } from './session';

interface State {
  on: boolean;
  recovery_codes_left: number;
}

interface Made {
  secret: string;
  uri: string;
  picture: string;
}

const FACTOR = '/api/v1/session/second-factor';

export function AccountPage(): React.JSX.Element {
  const { t, word } = useWords();
  const who = useCell(person);
  return (
    <main className="page account" aria-label={t('page.me')}>
      <h1>{who?.name}</h1>
      <p>
        {who && word('person', who.role)} · {who?.towns.includes('*') ? t('people.whole_city') : who?.towns.join(' ')}
      </p>
      <p className="q">{t('account.session')}</p>
      <nav aria-label={t('pages')}>
        {may('administer') && <a href="#/people">{t('page.people')}</a>}
        {may('administer') && <a href="#/first-day">{t('page.first-day')}</a>}
        {may('audit') && <a href="#/audit">{t('page.audit')}</a>}
      </nav>
      <SecondFactor />
    </main>
  );
}

function SecondFactor(): React.JSX.Element {
  const { t, lang } = useWords();
  const [state, set_state] = useState<State | null>(null);
  const [made, set_made] = useState<Made | null>(null);
  const [codes, set_codes] = useState<string[]>([]);
  const [problem, set_problem] = useState<Problem | null>(null);
  const failed = (error: unknown): void =>
    set_problem(as_problem(error));
  const take = (): Promise<void> => read<State>(FACTOR).then(set_state, failed);
  useEffect(() => void take(), []);
  const act = async (what: () => Promise<void>): Promise<void> => {
    set_problem(null);
    try {
      await what();
      await take();
    } catch (error) {
      failed(error);
    }
  };
  const begin = (): Promise<void> => act(async () => set_made(await ask<Made>('POST', FACTOR)));
  const confirm = (code: string): Promise<void> =>
    act(async () => {
      set_codes((await ask<{ recovery_codes: string[] }>('PUT', FACTOR, { code })).recovery_codes);
      set_made(null);
    });
  const off = (code: string): Promise<void> =>
    act(async () => {
      await ask('POST', `${FACTOR}/off`, { code });
      set_codes([]);
    });
  return (
    <section aria-label={t('account.factor')}>
      <h2>{t('account.factor')}</h2>
      <p>{t(state?.on ? 'account.factor_on' : 'account.factor_off')}</p>
      {state?.on && <p className="q">{t('account.codes_left', { count: state.recovery_codes_left })}</p>}
      {problem && (
        <p className="broken" role="alert">
          {problem.field === 'code' ? t('sign_in.code_wrong') : problem[lang]}
        </p>
      )}
      {codes.length > 0 && (
        <div className="codes" role="status">
          <p>{t('account.codes')}</p>
          <ul>
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {state && !state.on && !made && (
        <button type="button" className="go" onClick={() => void begin()}>
          {t('account.begin')}
        </button>
      )}
      {made && (
        <div className="setting-up">
          <img src={made.picture} alt={t('account.picture')} width={225} height={225} />
          <div>
            <p>{t('account.scan')}</p>
            <p>
              <code>{made.secret}</code>
            </p>
            <CodeForm label={t('account.confirm')} send={confirm} />
          </div>
        </div>
      )}
      {state?.on && <CodeForm label={t('account.off')} send={off} />}
    </section>
  );
}

function CodeForm({ label, send }: { label: string; send: (code: string) => Promise<void> }): React.JSX.Element {
  const { t } = useWords();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void send(String(new FormData(event.currentTarget).get('code')));
  };
  return (
    <form onSubmit={submit}>
      <label>
        <span>{t('sign_in.code')}</span>
        <input name="code" required minLength={6} maxLength={32} inputMode="numeric" autoComplete="one-time-code" />
      </label>
      <button type="submit">{label}</button>
    </form>
  );
}
