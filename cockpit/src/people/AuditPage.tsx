/* Who did what: filtered, page by page, checked line by line, exported. */

import { useState } from 'react';
import type { AuditCheck, AuditLine } from '../facts/people';
import { as_problem, read, Problem } from '../live/api';
import { count, day, hms } from '../words/format';
import { useList } from '../live/list';
import { type Column, useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { useWords } from '../words/words';

const NOTHING = { act: '', person_id: '', subject: '' };

export function AuditPage(): React.JSX.Element {
  const { t, lang } = useWords();
  const [asked, set_asked] = useState(NOTHING);
  const list = useList<AuditLine>('/api/v1/audit', asked);
  const columns = useColumns('audit', useAuditColumns((part) => set_asked({ ...asked, ...part })));
  const [check, set_check] = useState<AuditCheck | 'running' | null>(null);
  const [unchecked, set_unchecked] = useState<Problem | null>(null);
  const problem = unchecked ?? list.problem;
  const exported = new URLSearchParams({ ...asked, form: 'csv' });
  for (const [name, value] of Object.entries(asked)) if (!value) exported.delete(name);
  const verify = (): void => {
    set_check('running');
    set_unchecked(null);
    read<AuditCheck>('/api/v1/audit/check').then(set_check, (error: unknown) => {
      set_check(null);
      set_unchecked(as_problem(error));
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
          <a href={`/api/v1/audit/export?${exported}`} download>
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
          <button type="button" onClick={list.again}>
            {t('retry')}
          </button>
        </div>
      )}
      <TableBar page="audit" columns={columns} filters={asked} apply={(view) => set_asked({ ...NOTHING, ...view })} />
      <Table columns={columns} rows={list.rows} id={(line) => String(line.seq)} reading={list.reading} />
      {!list.reading && !list.rows.length && !problem && <p className="q none">{t('audit.none')}</p>}
      {list.reading && !list.rows.length && <p className="q none">{t('loading')}</p>}
      {list.next && (
        <button type="button" className="wide" disabled={list.reading} onClick={list.more}>
          {t('history.more')}
        </button>
      )}
    </main>
  );
}

function useAuditColumns(narrow: (part: Partial<typeof NOTHING>) => void): Column<AuditLine>[] {
  const { t, word } = useWords();
  return [
    { name: 'seq', label: t('audit.seq'), cell: (line) => line.seq, number: true, hidden: true },
    { name: 'at', label: t('audit.at'), cell: (line) => `${day(line.at)} ${hms(line.at)}` },
    {
      name: 'person_id',
      label: t('audit.person_id'),
      cell: (line) => (
        <>
          <button type="button" className="link" onClick={() => narrow({ person_id: line.person_id })}>
            {line.person_name || line.person_id}
          </button>{' '}
          <span className="q">{word('person', line.role)}</span>
        </>
      ),
    },
    {
      name: 'act',
      label: t('audit.act'),
      cell: (line) => (
        <button type="button" className="link" onClick={() => narrow({ act: line.act })}>
          {line.act}
        </button>
      ),
    },
    { name: 'subject', label: t('audit.subject'), cell: (line) => line.subject },
    { name: 'detail', label: t('audit.detail'), cell: (line) => <span className="detail">{JSON.stringify(line.detail)}</span> },
    { name: 'digest', label: t('audit.digest'), cell: (line) => <span className="q">{line.digest.slice(0, 12)}</span>, wide: true },
  ];
}
