/* Every incident there was: filters, search, pages, views, a table file. */

import { useEffect, useState } from 'react';
import { incident_hash } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { as_problem, type Problem } from '../live/api';
import { useCell } from '../live/cell';
import { columns, ground, read_ground } from '../map/ground';
import { type Column, useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { clock, day, hms } from '../words/format';
import { useWords } from '../words/words';
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

interface FilterProps {
  asked: Asked;
  change: (part: Partial<Asked>) => void;
}

function Filters({ asked, change }: FilterProps): React.JSX.Element {
  const { t } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  useEffect(() => void read_ground(), []);
  const towns = still?.towns ?? places?.towns ?? [];
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
      <h1>{t('page.history')}</h1>
      <input type="search" value={asked.q} placeholder={t('history.q')} aria-label={t('history.q')} onChange={(e) => change({ q: e.target.value })} />
      <select value={asked.level_min ? `${asked.level_min}+` : asked.level} aria-label={t('csv.level')} onChange={(e) => change(levels_of(e.target.value))}>
        <option value="">{t('history.levels')}</option>
        {['2', '3'].map((level) => (
          <option key={`${level}+`} value={`${level}+`}>
            {t('history.level_min', { level })}
          </option>
        ))}
        {['4', '3', '2', '1', '0'].map((level) => (
          <option key={level} value={level}>
            F{level}
          </option>
        ))}
      </select>
      <select value={asked.town} aria-label={t('csv.town')} onChange={(e) => change({ town: e.target.value })}>
        <option value="">{t('history.towns')}</option>
        {towns.map((town) => (
          <option key={town.code} value={town.code}>
            {town.name}
          </option>
        ))}
      </select>
      <select value={asked.open} aria-label={t('csv.state')} onChange={(e) => change({ open: e.target.value })}>
        <option value="">{t('history.states')}</option>
        <option value="true">{t('state.open')}</option>
        <option value="false">{t('state.closed')}</option>
      </select>
      <label>
        {t('history.since')} <input type="date" value={asked.since} onChange={(e) => change({ since: e.target.value })} />
      </label>
      <label>
        {t('history.until')} <input type="date" value={asked.until} onChange={(e) => change({ until: e.target.value })} />
      </label>
      <Narrowed asked={asked} change={change} />
    </form>
  );
}

/** `2+` asks for F2 and above at any time, `2` for F2 now. */
function levels_of(value: string): Partial<Asked> {
  return value.endsWith('+') ? { level: '', level_min: value.slice(0, -1) } : { level: value, level_min: '' };
}

/** The filters that a figure brought along and that have no field of their own; a press drops one. */
function Narrowed({ asked, change }: FilterProps): React.JSX.Element {
  const { t, word } = useWords();
  const state = asked.clock_state === 'met' ? 'met' : 'missed';
  const parts: [string, Partial<Asked>][] = [];
  if (asked.fire) parts.push([t('history.fire'), { fire: '' }]);
  if (asked.counted) parts.push([t('history.counted'), { counted: '' }]);
  if (asked.clock) parts.push([t(`history.clock_${state}`, { clock: word('crew_clock', asked.clock) }), { clock: '', clock_state: '' }]);
  return (
    <>
      {parts.map(([text, without]) => (
        <button key={text} type="button" className="chip" onClick={() => change(without)} aria-label={t('history.drop', { filter: text })}>
          {text} <span aria-hidden="true">×</span>
        </button>
      ))}
    </>
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
