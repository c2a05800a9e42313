/* Every incident there was: filters, search, pages, a table file. */

import { useEffect, useState } from 'react';
import { incident_hash } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { as_problem, Problem } from '../live/api';
import { now_ms } from '../live/now';
import { clock, count, day, hms } from '../words/format';
import { useWords } from '../words/words';
import { type Asked, EXPORT_MAX, all_rows, asked_of, csv_of, page_of, save } from './query';
import { Filters } from './Filters';
import { RecordsNav } from './RecordsNav';

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
      <Filters asked={asked} change={(part) => set_asked({ ...asked, ...part })}>
        <Export asked={asked} />
      </Filters>
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
      <Table rows={shown.rows} reading={shown.reading} />
      {!shown.reading && !shown.rows.length && !shown.problem && <p className="q none">{t('history.none')}</p>}
      {shown.next && (
        <button type="button" className="wide" disabled={shown.reading} onClick={() => void take(shown.next)}>
          {t('history.more')}
        </button>
      )}
    </main>
  );
}

function Export({ asked }: { asked: Asked }): React.JSX.Element {
  const { t, lang } = useWords();
  const [state, set_state] = useState('');
  const press = async (): Promise<void> => {
    try {
      const rows = await all_rows(asked, (n) => set_state(t('history.exporting', { count: count(n) })));
      save(`wanghuo-incidents-${day(now_ms())}.csv`, csv_of(rows, lang));
      set_state(t(rows.length >= EXPORT_MAX ? 'history.cut' : 'history.exported', { count: count(rows.length) }));
    } catch (error) {
      set_state(error instanceof Problem ? error[lang] : String(error));
    }
  };
  return (
    <span className="export">
      <button type="button" onClick={() => void press()}>
        {t('history.export')}
      </button>
      <span className="q" role="status">
        {state}
      </span>
    </span>
  );
}

function Table({ rows, reading }: { rows: IncidentRow[]; reading: boolean }): React.JSX.Element {
  const { t, word, lang, say } = useWords();
  return (
    <table aria-busy={reading}>
      <thead>
        <tr>
          <th>{t('csv.level')}</th>
          <th>{t('csv.opened')}</th>
          <th>{t('csv.place')}</th>
          <th className="wide-only">{t('csv.sentence')}</th>
          <th className="wide-only n">{t('csv.parties')}</th>
          <th className="n">{t('history.took')}</th>
          <th>{t('csv.disposition')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.number} className={`F${row.level_peak}`}>
            <td>
              <LevelMark level={row.level_peak} /> <span className="lvt">F{row.level_peak}</span>
            </td>
            <td>
              {day(row.opened_at).slice(5)} {hms(row.opened_at)}
            </td>
            <td>
              <a href={incident_hash(row.number)}>{row.place.name}</a>
              <span className="q"> {[row.place.town_name, lang === 'zh' ? row.place.category_zh : row.place.category_en].filter(Boolean).join(' · ')}</span>
            </td>
            <td className="wide-only">{say(row.sentence)}</td>
            <td className="wide-only n">
              {row.parties_acknowledged}/{row.parties_total}
            </td>
            <td className="n">{row.closed_at ? clock(Date.parse(row.closed_at) - Date.parse(row.opened_at)) : '—'}</td>
            <td>
              {row.disposition ? word('disposition', row.disposition) : word('state', row.state)}
              {row.cause && <span className="q"> {word('cause', row.cause)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
