/* The surroundings of one incident: places, numbered water, told stations, distance rings. */

import { useEffect, useMemo } from 'react';
import type { Incident } from '../facts/incident';
import { useCell } from '../live/cell';
import { useWords } from '../words/words';
import { MapCanvas } from './Canvas';
import { MapTrouble } from './Trouble';
import { columns, ground, read_ground } from './ground';
import { EMPTY, type Mark, type Scene, scene_of } from './scene';
import { x_of, y_of } from './view';

const ZOOM = 15;
const RINGS_M = [100, 300];

export default function NearMap({ incident }: { incident: Incident }): React.JSX.Element {
  const { t, word } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  useEffect(() => void read_ground(), []);
  const { lon, lat, name } = incident.place;
  const fixed = useMemo(() => scene_of(places, still), [places, still]);
  const scene = useMemo((): Scene => {
    if (lon === null || lat === null) return EMPTY;
    const marks: Mark[] = incident.water
      .slice(0, 4)
      .map((water, i) => mark('water', water.lon, water.lat, { number: String(i + 1) }));
    for (const station of incident.stations) {
      marks.push(mark('station', station.lon, station.lat, { text: [word('station', station.level), station.crew && t('head.people', { count: station.crew })].filter(Boolean).join(' ') }));
    }
    marks.push(mark('incident', lon, lat, { number: incident.number, level: incident.level, text: name, chosen: true }));
    return { ...fixed, marks, circles_m: RINGS_M, chosen_place: -1 };
  }, [fixed, incident, lon, lat, name, t, word]);
  const home = useMemo(() => (lon === null || lat === null ? null : { x: x_of(lon), y: y_of(lat), zoom: ZOOM }), [lon, lat]);
  if (!home) return <p className="broken">{t('map.no_position')}</p>;
  return (
    <>
      <MapCanvas scene={scene} home={home} title={t('map.near', { place: name })} />
      <MapTrouble />
    </>
  );
}

/** A mark at degrees. */
export function mark(kind: Mark['kind'], lon: number, lat: number, more: Partial<Mark>): Mark {
  return { kind, x: x_of(lon), y: y_of(lat), level: 0, number: '', text: '', chosen: false, ...more };
}
