/* The devices behind a figure: of a town, of an operator, online or not. */

import { useEffect, useState } from 'react';
import { chosen_place } from '../desk/chosen';
import type { DeviceRow } from '../facts/place';
import { Problem } from '../live/api';
import { useCell } from '../live/cell';
import { PlaceCard } from '../map/PlaceCard';
import { ground, read_ground } from '../map/ground';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';
import { type Asked, type Operator, asked_of, operators, page_of } from './query';

interface Shown {
  rows: DeviceRow[];
  next: string;
  problem: Problem | null;
  reading: boolean;
}

/** first: the filters that it opens with, as an address names them. */
export default function DevicesPage({ first }: { first: string }): React.JSX.Element {
  const { t, lang } = useWords();
  const chosen = useCell(chosen_place);
  const [asked, set_asked] = useState<Asked>(() => asked_of(first));
  const [known, set_known] = useState<Operator[]>([]);
  const [shown, set_shown] = useState<Shown>({ rows: [], next: '', problem: null, reading: true });
  const take = async (cursor: string, signal?: AbortSignal): Promise<void> => {
    set_shown((old) => ({ ...old, reading: true, problem: null }));
    try {
      const page = await page_of(asked, cursor, signal);
      set_shown((old) => ({ rows: cursor ? [...old.rows, ...page.items] : page.items, next: page.next ?? '', problem: null, reading: false }));
    } catch (error) {
      if (signal?.aborted) return;
      const problem = error instanceof Problem ? error : new Problem(0, String(error), String(error));
      set_shown((old) => ({ ...old, problem, reading: false }));
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    void take('', stop.signal);
    return () => stop.abort();
  }, [asked]);
  useEffect(() => {
    const stop = new AbortController();
    void read_ground();
    operators(stop.signal).then(set_known, () => undefined); // without names the filter lacks only choices
    return () => stop.abort();
  }, []);
  return (
    <main className="page history devices" aria-label={t('page.devices')}>
      <Filters asked={asked} known={known} change={(part) => set_asked({ ...asked, ...part })} />
      {shown.problem && (
        <div className="broken" role="alert">
          <p>
            {t('devices.failed')} {shown.problem[lang]}
          </p>
          <button type="button" onClick={() => void take('')}>
            {t('retry')}
          </button>
        </div>
      )}
      <Table rows={shown.rows} known={known} reading={shown.reading} />
      {!shown.reading && !shown.rows.length && !shown.problem && <p className="q none">{t('devices.none')}</p>}
      {shown.next && (
        <button type="button" className="wide" disabled={shown.reading} onClick={() => void take(shown.next)}>
          {t('devices.more')}
        </button>
      )}
      {chosen && <PlaceCard id={chosen.id} />}
    </main>
  );
}

interface FilterProps {
  asked: Asked;
  known: Operator[];
  change: (part: Partial<Asked>) => void;
}

function Filters({ asked, known, change }: FilterProps): React.JSX.Element {
  const { t } = useWords();
  const towns = useCell(ground)?.towns ?? [];
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
      <h1>{t('page.devices')}</h1>
      <select value={asked.online} aria-label={t('devices.state')} onChange={(e) => change({ online: e.target.value })}>
        <option value="">{t('devices.all')}</option>
        <option value="true">{t('devices.online')}</option>
        <option value="false">{t('devices.offline')}</option>
      </select>
      <select value={asked.town} aria-label={t('csv.town')} onChange={(e) => change({ town: e.target.value })}>
        <option value="">{t('history.towns')}</option>
        {towns.map((town) => (
          <option key={town.code} value={town.code}>
            {town.name}
          </option>
        ))}
      </select>
      <select value={asked.operator} aria-label={t('devices.operator')} onChange={(e) => change({ operator: e.target.value })}>
        <option value="">{t('devices.operators')}</option>
        {known.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <span className="q">{t('devices.rule')}</span>
    </form>
  );
}

function Table({ rows, known, reading }: { rows: DeviceRow[]; known: Operator[]; reading: boolean }): React.JSX.Element {
  const { t, word } = useWords();
  const names = new Map(known.map((one) => [one.id, one.name]));
  return (
    <table aria-busy={reading}>
      <thead>
        <tr>
          <th>{t('devices.device')}</th>
          <th>{t('devices.kind')}</th>
          <th>{t('devices.place')}</th>
          <th className="wide-only">{t('devices.operator')}</th>
          <th>{t('csv.state')}</th>
          <th>{t('devices.seen')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.id}</td>
            <td>{word('sensor', row.kind)}</td>
            <td>
              <button type="button" className="link" onClick={() => chosen_place.set({ id: row.place_id, lon: 0, lat: 0, look: false })}>
                {row.place_name || row.place_id}
              </button>
              <span className="q"> {row.location}</span>
            </td>
            <td className="wide-only">{names.get(row.operator_id) ?? row.operator_id}</td>
            <td>{word('health', row.state || 'unknown')}</td>
            <td>{row.last_seen_at ? `${day(row.last_seen_at).slice(5)} ${hm(row.last_seen_at)}` : t('devices.never')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
