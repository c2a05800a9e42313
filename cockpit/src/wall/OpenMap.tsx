/* The live middle of the wall: how many are open by level, and where they are. */

import { useEffect, useMemo } from 'react';
import { chosen_place } from '../desk/chosen';
import { ordered } from '../desk/order';
import { go, incident_hash, records_hash } from '../desk/route';
import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useNow } from '../live/now';
import { MapCanvas } from '../map/Canvas';
import { mark } from '../map/NearMap';
import { PlaceCard } from '../map/PlaceCard';
import { MapTrouble } from '../map/Trouble';
import { columns, ground, read_ground } from '../map/ground';
import { type Hit, scene_of } from '../map/scene';
import { clock, count } from '../words/format';
import { useWords } from '../words/words';
import { useScale } from './scale';

const LISTED_MAX = 5;
const LEVELS = [4, 3, 2, 1];

/** Open incidents that count: no drills, no synthetic fire. */
function useOpen(): IncidentRow[] {
  const { rows } = useCell(live);
  return useMemo(() => ordered(rows.values()).filter((row) => !row.drill), [rows]);
}

export function Open(): React.JSX.Element {
  const { t } = useWords();
  const open = useOpen();
  const { loaded } = useCell(live);
  return (
    <ul className="wall-open">
      {LEVELS.map((level) => (
        <li key={level}>
          <a className={`F${level}`} href={records_hash('history', { open: true, level, counted: true })}>
            <LevelMark level={level} /> F{level} <b>{loaded ? count(open.filter((row) => row.level === level).length) : '—'}</b>
            <span className="u">{t('wall.unit.incidents')}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function OpenMap(): React.JSX.Element {
  const { t } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  const chosen = useCell(chosen_place);
  const open = useOpen();
  const scale = useScale();
  useEffect(() => void read_ground(), []);
  const fixed = useMemo(() => scene_of(places, still), [places, still]);
  const scene = useMemo(() => {
    const marks = open.flatMap(({ place: { lon, lat, name }, number, level }) =>
      lon === null || lat === null ? [] : [mark('incident', lon, lat, { number, level, text: name })],
    );
    return { ...fixed, marks, chosen_place: chosen ? fixed.ids.indexOf(chosen.id) : -1 };
  }, [fixed, open, chosen]);
  const pick = (found: Hit | null): void => {
    if (found?.incident) go(incident_hash(found.incident));
    else chosen_place.set(found?.place ? { id: found.place, lon: 0, lat: 0, look: false } : null);
  };
  return (
    <div className="wall-map">
      <MapCanvas
        scene={scene}
        home={null}
        scale={scale}
        title={t('map.city', { places: count(fixed.ids.length), incidents: open.length })}
        onPick={pick}
      />
      <p className="wall-dots">{places ? t('wall.dots') : t('map.reading')}</p>
      <Listed open={open} />
      {chosen && <PlaceCard id={chosen.id} />}
      <MapTrouble />
    </div>
  );
}

/** The first of the open incidents in words. */
function Listed({ open }: { open: readonly IncidentRow[] }): React.JSX.Element | null {
  const { t } = useWords();
  const now = useNow();
  const { loaded } = useCell(live);
  if (!loaded) return null;
  return (
    <nav className="wall-listed" aria-label={t('queue.title', { count: open.length })}>
      {!open.length && <p className="q">{t('wall.open.none')}</p>}
      <ol>
        {open.slice(0, LISTED_MAX).map((row) => (
          <li key={row.number} className={`F${row.level}`}>
            <a href={incident_hash(row.number)}>
              <span className="lvt">F{row.level}</span> <b>{row.place.name}</b>
            </a>
            <small>
              {row.place.town_name} · {clock(now - Date.parse(row.opened_at))}
            </small>
          </li>
        ))}
      </ol>
      {open.length > LISTED_MAX && <a href="#/">{t('wall.open.more', { count: count(open.length - LISTED_MAX) })}</a>}
    </nav>
  );
}
