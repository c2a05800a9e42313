/* The door: login and password, and a plain word when it stays shut. */

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { as_problem, Problem, read } from '../live/api';
import { useCell } from '../live/cell';
import { type Key, lang, useWords } from '../words/words';
import { sign_in } from './session';

/** Why single sign-on came back without a session. */
const REFUSED: Record<string, Key> = { nobody: 'sign_in.nobody', refused: 'sign_in.refused', provider_away: 'sign_in.provider_away' };

/** What single sign-on is called here, null where there is none. */
function useSingle(): { title_zh: string; title_en: string } | null {
  const [found, set_found] = useState<{ title_zh: string; title_en: string } | null>(null);
  useEffect(() => {
    read<{ title_zh: string; title_en: string } | null>('/api/v1/session/oidc?ask=true').then(set_found, () => undefined);
  }, []);
  return found;
}

const focus = (input: HTMLInputElement | null): void => input?.focus();

export function SignIn(): React.JSX.Element {
  const { t, lang: language } = useWords();
  const present = useCell(lang);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [busy, set_busy] = useState(false);
  const [asks_code, set_asks_code] = useState(false);
  const login = useRef<HTMLInputElement>(null);
  useEffect(() => login.current?.focus(), []);
  const single = useSingle();
  const refused = REFUSED[new URLSearchParams(window.location.search).get('sign_in') ?? ''];
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    set_busy(true);
    set_problem(null);
    try {
      await sign_in(String(data.get('login')), String(data.get('password')), String(data.get('code') ?? ''));
    } catch (error) {
      const told = as_problem(error);
      const first = told.field === 'code' && !asks_code;
      if (told.field === 'code') set_asks_code(true);
      if (!first) set_problem(told);
    } finally {
      set_busy(false);
    }
  };
  return (
    <main className="door">
      <form onSubmit={(event) => void submit(event)} aria-label={t('sign_in')}>
        <h1>
          <svg width="28" height="28" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 17V9l7-6 7 6v8" fill="none" stroke="currentColor" strokeWidth="1.6" />
            <circle cx="10" cy="11.2" r="2.4" fill="currentColor" />
          </svg>
          {t('brand')}
        </h1>
        <p>{t('sign_in.what')}</p>
        <label>
          <span>{t('sign_in.login')}</span>
          <input ref={login} name="login" autoComplete="username" required autoCapitalize="none" spellCheck={false} />
        </label>
        <label>
          <span>{t('sign_in.password')}</span>
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {asks_code && (
          <label>
            <span>{t('sign_in.code')}</span>
            <input ref={focus} name="code" required minLength={6} maxLength={32} inputMode="numeric" autoComplete="one-time-code" />
            <small>{t('sign_in.code_where')}</small>
          </label>
        )}
        {refused && !problem && (
          <p className="broken" role="alert">
            {t(refused)}
          </p>
        )}
        {problem && (
          <p className="broken" role="alert">
            {problem.field === 'code' ? t('sign_in.code_wrong') : problem[language]}
          </p>
        )}
        <button type="submit" className="go" disabled={busy}>
          {t('sign_in')}
        </button>
        {single && (
          <a className="single" href="/api/v1/session/oidc">
            {single[`title_${language}`]}
          </a>
        )}
        <p className="q">
          {t('sign_in.where')}{' '}
          <button type="button" className="link" onClick={() => lang.set(present === 'zh' ? 'en' : 'zh')} lang={present === 'zh' ? 'en' : 'zh-CN'}>
            {present === 'zh' ? 'English' : '中文'}
          </button>
        </p>
      </form>
    </main>
  );
}
