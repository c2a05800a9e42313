/* The weekly nuisance list: the points behind most false warnings, why, what helps, and the acts. */

import { useEffect, useState } from 'react';
import { TownChoice, PlaceLink } from '../devices/Listed';
import { useOperators } from '../devices/operators';
import { records_hash } from '../desk/route';
import { chosen_place } from '../desk/chosen';
import type { Mix, Nuisances, NuisanceRow } from '../facts/review';
import { read } from '../live/api';
import { useCell } from '../live/cell';
import { now_ms } from '../live/now';
import { PlaceCard } from '../map/PlaceCard';
import { read_ground } from '../map/ground';
import { may_judge } from '../session/session';
import { count, day, hm } from '../words/format';
import { useWords } from '../words/words';
import { ShelveForm } from './ShelveForm';
import { RecordsNav } from './RecordsNav';
import { Reading, useRead } from './reading';

const DAY_MS = 86_400_000;
const WEEKS = [0, 1, 2, 3];

/** first: week (0 is the last seven days), town and operator, as an address names them. */
export default function NuisancePage({ first }: { first: string }): React.JSX.Element {
  const { t } = useWords();
  const given = new URLSearchParams(first);
  const [week, set_week] = useState(Number(given.get('week') ?? 0) || 0);
  const [town, set_town] = useState(given.get('town') ?? '');
  const [operator, set_operator] = useState(given.get('operator') ?? '');
  const [now] = useState(now_ms);
  const until = now - week * 7 * DAY_MS;
  // The running week ends at the server's now: this page's clock may be a moment behind.
  const span = week ? { since: new Date(until - 7 * DAY_MS).toISOString(), until: new Date(until).toISOString() } : {};
  const query = new URLSearchParams({ ...span, town, operator });
  const [answer, again] = useRead<Nuisances>(() => read(`/api/v1/nuisances?${query}`), query.toString());
  const operators = useOperators();
  const chosen = useCell(chosen_place);
  useEffect(() => void read_ground(), []);
  return (
    <main className="page history devices review" aria-label={t('page.nuisances')}>
      <RecordsNav page="nuisances" />
      <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
        <h1>{t('page.nuisances')}</h1>
        <select value={week} aria-label={t('nuisances.week')} onChange={(e) => set_week(Number(e.target.value))}>
          {WEEKS.map((back) => (
            <option key={back} value={back}>
              {t('nuisances.week_of', { from: day(now - (back + 1) * 7 * DAY_MS).slice(5), until: day(now - back * 7 * DAY_MS).slice(5) })}
            </option>
          ))}
        </select>
        <TownChoice value={town} change={set_town} />
        <select value={operator} aria-label={t('devices.operator')} onChange={(e) => set_operator(e.target.value)}>
          <option value="">{t('devices.operators')}</option>
          {operators.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </form>
      <Reading answer={answer} again={again} failed="nuisances.failed">
        {(found) => <Found found={found} again={again} />}
      </Reading>
      {chosen && <PlaceCard id={chosen.id} />}
    </main>
  );
}

function Found({ found, again }: { found: Nuisances; again: () => void }): React.JSX.Element {
  const { t } = useWords();
  const [shelving, set_shelving] = useState('');
  if (!found.points) return <p className="q none">{t('nuisances.none')}</p>;
  const sum = { points: count(found.points), warnings: count(found.warnings), worst: count(found.items.length), share: ((found.share_warnings ?? 0) * 100).toFixed(0) };
  return (
    <>
      <p className="sum">{t('nuisances.sum', sum)}</p>
      <p className="sum">
        <Causes mix={found.causes} />
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('page.nuisances')}>
        <table>
          <thead>
            <tr>
              <th className="n">{t('nuisances.warnings')}</th>
              <th>{t('nuisances.point')}</th>
              <th>{t('nuisances.causes')}</th>
              <th>{t('nuisances.remedy')}</th>
              <th>{t('nuisances.acts')}</th>
            </tr>
          </thead>
          <tbody>
            {found.items.map((row) => (
              <Line key={row.origin} row={row} open={shelving === row.origin} shelve={() => set_shelving(shelving === row.origin ? '' : row.origin)} done={again} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface LineProps {
  row: NuisanceRow;
  open: boolean;
  shelve: () => void;
  done: () => void;
}

function Line({ row, open, shelve, done }: LineProps): React.JSX.Element {
  const { t, word, lang } = useWords();
  return (
    <tr data-origin={row.origin}>
      <td className="n">
        <b>{count(row.warnings)}</b>
        <span className="q"> {t('nuisances.share', { share: (row.share * 100).toFixed(1) })}</span>
      </td>
      <td>
        <PlaceLink id={row.place.id} name={row.place.name} />
        <span className="q"> {[row.place.town_name, word('sensor', row.sensor), row.location || row.origin, row.operator.name].filter(Boolean).join(' · ')}</span>
      </td>
      <td>
        <Causes mix={row.causes} place_id={row.place.id} />
      </td>
      <td>{row.remedy[lang]}</td>
      <td>
        {row.shelved_until && <span className="q">{t('nuisances.shelved', { time: hm(row.shelved_until) })} </span>}
        {may_judge() && !row.shelved_until && (
          <button type="button" aria-expanded={open} onClick={shelve} data-act="shelve-point">
            {t('nuisances.shelve')}
          </button>
        )}
        {open && <ShelveForm origin={row.origin} done={done} />}
      </td>
    </tr>
  );
}

/** Causes with how many incidents each had; each opens those incidents. */
function Causes({ mix, place_id = '' }: { mix: readonly Mix[]; place_id?: string }): React.JSX.Element {
  const { word } = useWords();
  return (
    <>
      {mix.map(({ cause, incidents }) => (
        <a key={cause} className="mix" href={records_hash('history', { disposition: 'nuisance', cause: cause === 'unknown' ? '' : cause, place_id })}>
          {word('cause', cause)} {count(incidents)}
        </a>
      ))}
    </>
  );
}
