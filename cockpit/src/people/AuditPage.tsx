/* Who did what: filtered, page by page, checked line by line, exported. */

import { useEffect, useState } from 'react';
import type { AuditCheck, AuditLine } from '../facts/people';
import { Problem, read } from '../live/api';
import { count, day, hms } from '../words/format';
import { useWords } from '../words/words';
import { as_problem } from './PeoplePage';

const SETTLE_MS = 250;
const PAGE_SIZE = 100;

interface Asked {
  act: string;
  person_id: string;
  subject: string;
}

function query(asked: Asked, more: Record<string, string>): string {
  const parts = new URLSearchParams(more);
  for (const [name, value] of Object.entries(asked)) if (value.trim()) parts.set(name, value.trim());
  return parts.toString();
}

export function AuditPage(): React.JSX.Element {
  const { t, word, lang } = useWords();
  const [asked, set_asked] = useState<Asked>({ act: '', person_id: '', subject: '' });
  const [lines, set_lines] = useState<AuditLine[] | null>(null);
  const [next, set_next] = useState<string | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [check, set_check] = useState<AuditCheck | 'running' | null>(null);
  const take = (cursor: string, signal?: AbortSignal): Promise<void> =>
    read<{ items: AuditLine[]; next: string | null }>(
      `/api/v1/audit?${query(asked, { limit: String(PAGE_SIZE), ...(cursor ? { cursor } : {}) })}`,
      signal,
    ).then(
      (page) => {
        set_problem(null);
        set_lines((old) => (cursor ? [...(old ?? []), ...page.items] : page.items));
        set_next(page.next);
      },
      (error: unknown) => {
        if (!signal?.aborted) set_problem(as_problem(error));
      },
    );
  useEffect(() => {
    const stop = new AbortController();
    const soon = window.setTimeout(() => void take('', stop.signal), SETTLE_MS);
    return () => {
      window.clearTimeout(soon);
      stop.abort();
    };
  }, [asked]);
  const verify = (): void => {
    set_check('running');
    read<AuditCheck>('/api/v1/audit/check').then(set_check, (error: unknown) => {
      set_check(null);
      set_problem(as_problem(error));
    });
  };
  return (
    <main className="page history audit" aria-label={t('page.audit')}>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <h1>{t('page.audit')}</h1>
        {(['act', 'person_id', 'subject'] as const).map((name) => (
          <input
            key={name}
            type="search"
            value={asked[name]}
            aria-label={t(`audit.${name}`)}
            placeholder={t(`audit.${name}`)}
            onChange={(event) => set_asked({ ...asked, [name]: event.target.value })}
          />
        ))}
        <span className="export">
          <a href={`/api/v1/audit/export?${query(asked, { form: 'csv' })}`} download>
            {t('audit.export')}
          </a>
          <button type="button" onClick={verify} disabled={check === 'running'}>
            {t(check === 'running' ? 'audit.checking' : 'audit.check')}
          </button>
        </span>
      </form>
      {check && check !== 'running' && (
        <p className={check.whole ? 'sound' : 'broken'} role="status">
          {check.whole
            ? t('audit.whole', { lines: count(check.lines), head: check.head.slice(0, 16) })
            : t('audit.broken', { at: check.broken_at ?? 0 })}
        </p>
      )}
      {problem && (
        <div className="broken" role="alert">
          <p>{problem[lang]}</p>
          <button type="button" onClick={() => void take('')}>
            {t('retry')}
          </button>
        </div>
      )}
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>{t('audit.at')}</th>
              <th>{t('audit.person_id')}</th>
              <th>{t('audit.act')}</th>
              <th>{t('audit.subject')}</th>
              <th>{t('audit.detail')}</th>
              <th className="wide-only">{t('audit.digest')}</th>
            </tr>
          </thead>
          <tbody>
            {(lines ?? []).map((line) => (
              <tr key={line.seq}>
                <td>
                  {day(Date.parse(line.at))} {hms(Date.parse(line.at))}
                </td>
                <td>
                  <button type="button" className="link" onClick={() => set_asked({ ...asked, person_id: line.person_id })}>
                    {line.person_id}
                  </button>{' '}
                  <span className="q">{word('person', line.role)}</span>
                </td>
                <td>
                  <button type="button" className="link" onClick={() => set_asked({ ...asked, act: line.act })}>
                    {line.act}
                  </button>
                </td>
                <td>{line.subject}</td>
                <td className="detail">{JSON.stringify(line.detail)}</td>
                <td className="wide-only q">{line.digest.slice(0, 12)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines?.length === 0 && <p className="q none">{t('audit.none')}</p>}
      {!lines && !problem && <p className="q none">{t('loading')}</p>}
      {next && (
        <button type="button" className="wide" onClick={() => void take(next)}>
          {t('history.more')}
        </button>
      )}
    </main>
  );
}
