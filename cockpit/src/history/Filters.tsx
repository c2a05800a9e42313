/* What narrows the history: time, place, level, category, end, cause, operator; and what a figure brought along. */

import { useEffect } from 'react';
import { useOperators } from '../devices/operators';
import { CAUSES, DISPOSITIONS } from '../incident/causes';
import { useCell } from '../live/cell';
import { columns, ground, read_ground } from '../map/ground';
import { useWords } from '../words/words';
import type { Asked } from './query';

const CATEGORIES = [
  'industrial',
  'rental',
  'residential',
  'highrise',
  'entertainment',
  'shop',
  'vulnerable',
  'nursing',
  'school',
  'hospital',
  'hotel',
  'catering',
  'market',
  'hazchem',
] as const;

interface FilterProps {
  asked: Asked;
  change: (part: Partial<Asked>) => void;
}

export function Filters({ asked, change }: FilterProps): React.JSX.Element {
  const { t } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  useEffect(() => void read_ground(), []);
  const operators = useOperators();
  const towns = still?.towns ?? places?.towns ?? [];
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
      <h1>{t('page.history')}</h1>
      <input type="search" value={asked.q} placeholder={t('history.q')} aria-label={t('history.q')} onChange={(e) => change({ q: e.target.value })} />
      <select value={asked.level_min ? `${asked.level_min}+` : asked.level_peak} aria-label={t('csv.level')} onChange={(e) => change(levels_of(e.target.value))}>
        <option value="">{t('history.levels')}</option>
        {['2', '3'].map((level) => (
          <option key={`${level}+`} value={`${level}+`}>
            {t('history.level_min', { level })}
          </option>
        ))}
        {['4', '3', '2', '1'].map((level) => (
          <option key={level} value={level}>
            {t('history.level_peak', { level })}
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
      <Pick name="category" all={t('history.categories')} codes={CATEGORIES} asked={asked} change={change} />
      <Pick name="disposition" all={t('history.dispositions')} codes={DISPOSITIONS} asked={asked} change={change} />
      <Pick name="cause" all={t('history.causes')} codes={CAUSES} asked={asked} change={change} />
      <select value={asked.operator} aria-label={t('devices.operator')} onChange={(e) => change({ operator: e.target.value })}>
        <option value="">{t('devices.operators')}</option>
        {operators.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
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

interface PickProps extends FilterProps {
  name: 'category' | 'disposition' | 'cause';
  all: string;
  codes: readonly string[];
}

/** One code of a list, or all of them. */
function Pick({ name, all, codes, asked, change }: PickProps): React.JSX.Element {
  const { t, word } = useWords();
  return (
    <select value={asked[name]} aria-label={t(`csv.${name}`)} onChange={(e) => change({ [name]: e.target.value })}>
      <option value="">{all}</option>
      {codes.map((code) => (
        <option key={code} value={code}>
          {word(name, code)}
        </option>
      ))}
    </select>
  );
}

/** `2+` asks for F2 and above at any time, `2` for F2 as the highest. */
function levels_of(value: string): Partial<Asked> {
  return value.endsWith('+') ? { level_peak: '', level_min: value.slice(0, -1) } : { level_peak: value, level_min: '' };
}

/** The filters that a figure brought along and that have no field of their own; a press drops one. */
function Narrowed({ asked, change }: FilterProps): React.JSX.Element {
  const { t, word } = useWords();
  const state = asked.clock_state === 'met' ? 'met' : 'missed';
  const parts: [string, Partial<Asked>][] = [];
  if (asked.level) parts.push([t('history.level_now', { level: asked.level }), { level: '' }]);
  if (asked.place_id) parts.push([t('history.place'), { place_id: '' }]);
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
