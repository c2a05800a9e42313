/* What helps to tell a real fire from none: what became of earlier warnings here, and how the other points here are now. */

import { useEffect, useState } from 'react';
import { records_hash } from '../desk/route';
import { state_of } from '../places/Hanging';
import type { Incident, IncidentRow, Page } from '../facts/incident';
import type { Place } from '../facts/place';
import { read } from '../live/api';
import { useNow } from '../live/now';
import { when } from '../words/format';
import { useWords } from '../words/words';

const READ_MAX = 50;
const DAYS = 90;
const DAY_MS = 86_400_000;

export function Past({ incident, place }: { incident: Incident; place: Place | null }): React.JSX.Element | null {
  const { t, word } = useWords();
  const now = useNow();
  const found = usePast(incident);
  if (!incident.place.id || !found) return null;
  const ended = found.filter((row) => row.state === 'closed');
  const kinds = tally(ended.map((row) => word('disposition', row.disposition)));
  const causes = tally(ended.filter((row) => row.cause).map((row) => word('cause', row.cause)));
  const last = ended[0];
  const burning = new Set(incident.alarms.filter((one) => one.state !== 'normal').map((one) => one.origin));
  const states = tally((place?.devices ?? []).map((one) => word('health', state_of(one, burning))));
  return (
    <section className="pad past" aria-labelledby="past-title">
      <div className="sec">
        <h2 id="past-title">{t('past.title', { days: DAYS })}</h2>
        <a className="r" href={records_hash('history', { place_id: incident.place.id })}>
          {t('past.all')}
        </a>
      </div>
      <table className="know">
        <tbody>
          <tr>
            <td className="q">{t('past.warnings')}</td>
            <td>{ended.length ? t('past.count', { count: ended.length, kinds }) : t('past.none')}</td>
          </tr>
          {causes && (
            <tr>
              <td className="q">{t('past.causes')}</td>
              <td>{causes}</td>
            </tr>
          )}
          {last?.closed_at && (
            <tr>
              <td className="q">{t('past.last')}</td>
              <td>
                {when(last.closed_at, now)} {word('disposition', last.disposition)}
                {last.cause && `，${word('cause', last.cause)}`}
              </td>
            </tr>
          )}
          {states && (
            <tr>
              <td className="q">{t('past.points')}</td>
              <td>{states}</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** `name count` of each, the most frequent first. */
export function tally(names: readonly string[]): string {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return [...found]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ');
}

/** The other incidents of the place, newest first; null until they are read. */
function usePast(incident: Incident): IncidentRow[] | null {
  const [past, set_past] = useState<{ number: string; rows: IncidentRow[] } | null>(null);
  const { number, place, opened_at } = incident;
  useEffect(() => {
    if (!place.id) return;
    const stop = new AbortController();
    const since = new Date(Date.parse(opened_at) - DAYS * DAY_MS).toISOString();
    const asked = new URLSearchParams({ place_id: place.id, since, limit: String(READ_MAX) });
    read<Page<IncidentRow>>(`/api/v1/incidents?${asked}`, stop.signal).then(
      (page) => set_past({ number, rows: page.items.filter((row) => row.number !== number) }),
      () => undefined,
    );
    return () => stop.abort();
  }, [number, place.id, opened_at]);
  return past?.number === number ? past.rows : null;
}
