/* The whole city: every place, every open incident; a place opens its card. */

import { useEffect, useMemo, useState } from 'react';
import { chosen_place } from '../desk/chosen';
import { ordered } from '../desk/order';
import { go, incident_hash } from '../desk/route';
import { LevelMark } from '../incident/Level';
import { useCell } from '../live/cell';
import { live } from '../live/house';
import { useNow } from '../live/now';
import { clock, count } from '../words/format';
import { useWords } from '../words/words';
import { MapCanvas } from './Canvas';
import { mark } from './NearMap';
import { PlaceCard } from './PlaceCard';
import { MapTrouble } from './Trouble';
import { columns, ground, read_ground } from './ground';
import { type Hit, scene_of } from './scene';
import { type View, x_of, y_of } from './view';

const CHOSEN_ZOOM = 15;

export default function CityPage(): React.JSX.Element {
  const { t } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  const { rows } = useCell(live);
  const chosen = useCell(chosen_place);
  useEffect(() => void read_ground(), []);
  const fixed = useMemo(() => scene_of(places, still), [places, still]);
  const open = useMemo(() => ordered(rows.values()), [rows]);
  const scene = useMemo(() => {
    const marks = open.flatMap((row) => {
      const { lon, lat, name } = row.place;
      if (lon === null || lat === null) return [];
      return [mark('incident', lon, lat, { number: row.number, level: row.level, text: name })];
    });
    return { ...fixed, marks, chosen_place: chosen ? fixed.ids.indexOf(chosen.id) : -1 };
  }, [fixed, open, chosen]);
  const [home, set_home] = useState<View | null>(null);
  useEffect(() => {
    if (chosen?.look) set_home({ x: x_of(chosen.lon), y: y_of(chosen.lat), zoom: CHOSEN_ZOOM });
  }, [chosen]);
  const pick = (found: Hit | null): void => {
    if (found?.incident) go(incident_hash(found.incident));
    else if (found?.place) chosen_place.set({ id: found.place, lon: 0, lat: 0, look: false });
    else chosen_place.set(null);
  };
  return (
    <main className="city" aria-label={t('page.map')}>
      <MapCanvas
        scene={scene}
        home={home}
        title={t('map.city', { places: count(fixed.ids.length), incidents: open.length })}
        onPick={pick}
      />
      <p className="city-note">
        {places ? t('map.places', { count: count(fixed.ids.length) }) : t('map.reading')}
        <span className="q"> {t('map.how')}</span>
      </p>
      <OpenList />
      {chosen && <PlaceCard id={chosen.id} />}
      <MapTrouble />
    </main>
  );
}

const LISTED_MAX = 8;

/** The open incidents in words, so that the map is not the only way to them. */
function OpenList(): React.JSX.Element | null {
  const { t } = useWords();
  const now = useNow();
  const { rows } = useCell(live);
  const open = useMemo(() => ordered(rows.values()), [rows]);
  if (!open.length) return null;
  return (
    <nav className="city-open" aria-label={t('queue.title', { count: open.length })}>
      <div className="sec">
        <h2>{t('queue.title', { count: open.length })}</h2>
      </div>
      <ol>
        {open.slice(0, LISTED_MAX).map((row) => (
          <li key={row.number} className={`F${row.level}`}>
            <a href={incident_hash(row.number)}>
              <LevelMark level={row.level} />
              <span className="lvt">F{row.level}</span>
              <span>{row.place.name}</span>
            </a>
            <time>{clock(now - Date.parse(row.opened_at))}</time>
          </li>
        ))}
      </ol>
      {open.length > LISTED_MAX && (
        <a href="#/">{t('map.more', { count: open.length - LISTED_MAX })}</a>
      )}
    </nav>
  );
}
