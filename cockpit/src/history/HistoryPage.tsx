/* Every incident there was: filters, search, pages, views, a table file. */

import { useEffect, useState } from 'react';
import { incident_hash } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { as_problem, type Problem } from '../live/api';
import { type Column, useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { clock, day, hms } from '../words/format';
import { useWords } from '../words/words';
import { Filters } from './Filters';
import { RecordsNav } from './RecordsNav';
import { type Asked, asked_of, page_of, query_of } from './query';

interface Shown {
  rows: IncidentRow[];
  next: string;
  problem: Problem | null;
  reading: boolean;
}

const SETTLE_MS = 200;

/** first: the filters that it opens with, as an address names them. */
export function HistoryPage({ first }: { first: string }): React.JSX.Element {
  const { t, lang } = useWords();
  const [asked, set_asked] = useState<Asked>(() => asked_of(first));
  const [shown, set_shown] = useState<Shown>({ rows: [], next: '', problem: null, reading: true });
  const columns = useColumns('history', useIncidentColumns());
  const take = (cursor: string, signal?: AbortSignal): Promise<void> => {
    set_shown((old) => ({ ...old, reading: true, problem: null }));
    return page_of(asked, cursor, signal).then(
      (page) =>
        set_shown((old) => ({
          rows: cursor ? [...old.rows, ...page.items] : page.items,
          next: page.next ?? '',
          problem: null,
          reading: false,
        })),
      (error: unknown) => {
        if (signal?.aborted) return;
        const problem = as_problem(error);
        set_shown((old) => ({ ...old, problem, reading: false }));
      },
    );
  };
  useEffect(() => {
    const stop = new AbortController();
    const soon = window.setTimeout(() => void take('', stop.signal), SETTLE_MS);
    return () => {
      window.clearTimeout(soon);
      stop.abort();
    };
  }, [asked]);
  return (
    <main className="page history" aria-label={t('page.history')}>
      <RecordsNav page="history" />
      <Filters asked={asked} change={(part) => set_asked({ ...asked, ...part })} />
      {shown.problem && (
        <div className="broken" role="alert">
          <p>
            {t('error.history')} {shown.problem[lang]}
          </p>
          <button type="button" onClick={() => void take('')}>
            {t('retry')}
          </button>
        </div>
      )}
      <TableBar
        page="history"
        columns={columns}
        filters={Object.fromEntries(Object.entries(asked))}
        apply={(view) => set_asked(asked_of(new URLSearchParams(view).toString()))}
        export_as="incidents"
        asked={query_of(asked)}
      />
      <Table columns={columns} rows={shown.rows} id={(row) => row.number} reading={shown.reading} mark={(row) => `F${row.level_peak}`} />
      {!shown.reading && !shown.rows.length && !shown.problem && <p className="q none">{t('history.none')}</p>}
      {shown.next && (
        <button type="button" className="wide" disabled={shown.reading} onClick={() => void take(shown.next)}>
          {t('history.more')}
        </button>
      )}
    </main>
  );
}

function useIncidentColumns(): Column<IncidentRow>[] {
  const { t, word, lang, say } = useWords();
  const moment = (at: string): string => `${day(at).slice(5)} ${hms(at)}`;
  return [
    {
      name: 'level_peak',
      label: t('csv.peak'),
      cell: (row) => (
        <>
          <LevelMark level={row.level_peak} /> <span className="lvt">F{row.level_peak}</span>
        </>
      ),
    },
    { name: 'level', label: t('csv.level'), cell: (row) => `F${row.level}`, hidden: true },
    { name: 'number', label: t('csv.number'), cell: (row) => <a href={incident_hash(row.number)}>{row.number}</a>, hidden: true },
    { name: 'opened_at', label: t('csv.opened'), cell: (row) => moment(row.opened_at), desk: true },
    {
      name: 'place',
      label: t('csv.place'),
      cell: (row) => (
        <>
          <a href={incident_hash(row.number)}>{row.place.name}</a>
          <span className="q"> {[row.place.town_name, lang === 'zh' ? row.place.category_zh : row.place.category_en].filter(Boolean).join(' · ')}</span>
        </>
      ),
    },
    { name: 'category', label: t('csv.category'), cell: (row) => (lang === 'zh' ? row.place.category_zh : row.place.category_en), hidden: true },
    { name: 'town', label: t('csv.town'), cell: (row) => row.place.town_name, hidden: true },
    { name: 'sentence', label: t('csv.sentence'), cell: (row) => say(row.sentence), wide: true },
    { name: 'parties', label: t('csv.parties'), cell: (row) => `${row.parties_acknowledged}/${row.parties_total}`, wide: true, number: true },
    { name: 'closed_at', label: t('csv.closed'), cell: (row) => (row.closed_at ? moment(row.closed_at) : '—'), hidden: true },
    { name: 'took_min', label: t('history.took'), cell: (row) => (row.closed_at ? clock(Date.parse(row.closed_at) - Date.parse(row.opened_at)) : '—'), number: true },
    {
      name: 'disposition',
      label: t('csv.disposition'),
      cell: (row) => (
        <>
          {row.disposition ? word('disposition', row.disposition) : word('state', row.state)}
          {row.cause && <span className="q"> {word('cause', row.cause)}</span>}
        </>
      ),
    },
    { name: 'cause', label: t('csv.cause'), cell: (row) => row.cause && word('cause', row.cause), hidden: true },
  ];
}
