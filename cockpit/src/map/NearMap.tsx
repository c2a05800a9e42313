/* The surroundings of one incident: places, numbered water, told stations, distance rings. */

import { useEffect, useMemo } from 'react';
import type { Incident } from '../facts/incident';
import type { PlaceColumns } from '../facts/place';
import type { Sighting } from '../facts/sight';
import type { Stand } from '../incident/replay';
import { useKnown } from '../incident/Side';
import { useCell } from '../live/cell';
import { useWords } from '../words/words';
import { MapCanvas } from './Canvas';
import { MapTrouble } from './Trouble';
import { columns, ground, read_ground } from './ground';
import { EMPTY, type Mark, type Scene, scene_of } from './scene';
import { type View, fitted, x_of, y_of } from './view';

const ZOOM = 15;
const CONE_PX = 320; // how wide a cone may be drawn
const NONE: readonly Sighting[] = [];
const RINGS_M = [100, 300];

interface Near {
  incident: Incident;
  sightings?: readonly Sighting[] | undefined;
  /** How it stood at a moment that is replayed; undefined shows it as it stands. */
  stand?: Stand | undefined;
}

export default function NearMap({ incident, sightings = NONE, stand }: Near): React.JSX.Element {
  const { t, word } = useWords();
  const still = useCell(ground);
  const places = useCell(columns);
  useEffect(() => void read_ground(), []);
  const { name } = incident.place;
  const seen = sightings.find((one) => one.camera_lon !== null);
  const lon = incident.place.lon ?? seen?.lon ?? seen?.camera_lon ?? null;
  const lat = incident.place.lat ?? seen?.lat ?? seen?.camera_lat ?? null;
  const placed = incident.place.lon !== null;
  const entrances = useKnown(incident.place.id)?.entrances;
  const fixed = useMemo(() => scene_of(places, still), [places, still]);
  const scene = useMemo((): Scene => {
    if (lon === null || lat === null) return EMPTY;
    const marks: Mark[] = incident.water
      .slice(0, 4)
      .map((water, i) => mark('water', water.lon, water.lat, { number: String(i + 1) }));
    for (const station of stand ? [] : incident.stations) {
      marks.push(mark('station', station.lon, station.lat, { text: [word('station', station.level), station.crew && t('head.people', { count: station.crew })].filter(Boolean).join(' ') }));
    }
    if (stand) marks.push(...marks_of(stand, places, incident.place.id, word));
    for (const gate of entrances ?? []) marks.push(mark('station', gate.lon, gate.lat, { text: gate.name }));
    for (const one of sightings) {
      if (one.camera_lon !== null && one.camera_lat !== null) marks.push(mark('station', one.camera_lon, one.camera_lat, { text: one.camera }));
    }
    const areas = sightings.map((one) => ring_of(one.cone));
    if (placed || seen?.lon) marks.push(mark('incident', lon, lat, { number: incident.number, level: stand?.level ?? incident.level, text: name, chosen: true }));
    return { ...fixed, marks, areas, circles_m: RINGS_M, chosen_place: -1 };
  }, [fixed, incident, lon, lat, name, placed, seen, sightings, entrances, stand, places, t, word]);
  const home = useMemo(() => {
    if (lon === null || lat === null) return null;
    if (!placed && !seen?.lon && seen?.cone.length) return around(ring_of(seen.cone));
    return { x: x_of(lon), y: y_of(lat), zoom: ZOOM };
  }, [lon, lat, placed, seen]);
  if (!home) return <p className="broken">{t('map.no_position')}</p>;
  return (
    <>
      <MapCanvas scene={scene} home={home} title={t('map.near', { place: name })} />
      <MapTrouble />
    </>
  );
}

/** Crews where they were, and how many points had spoken at neighbouring places. */
function marks_of(stand: Stand, places: PlaceColumns | null, here: string, word: (group: string, code: string) => string): Mark[] {
  const crews = stand.crews.flatMap(({ crew, step, spot }) => (spot ? [mark('station', spot[0], spot[1], { text: `${crew.name} ${word('replay_step', step)}` })] : []));
  const spoken = new Map<string, string[]>();
  for (const { alarm } of stand.points) if (alarm.place_id !== here) spoken.set(alarm.place_id, [...(spoken.get(alarm.place_id) ?? []), word('sensor', alarm.sensor)]);
  const beside = [...spoken].flatMap(([id, sensors]) => {
    const at = places?.ids.indexOf(id) ?? -1;
    return at < 0 ? [] : [mark('station', places?.lon[at] ?? 0, places?.lat[at] ?? 0, { text: `${sensors[0]} × ${sensors.length}` })];
  });
  return [...beside, ...crews];
}

/** A mark at degrees. */
export function mark(kind: Mark['kind'], lon: number, lat: number, more: Partial<Mark>): Mark {
  return { kind, x: x_of(lon), y: y_of(lat), level: 0, number: '', text: '', chosen: false, ...more };
}

/** The view that shows a whole ring. */
function around(ring: Float64Array): View {
  const xs = ring.filter((_, i) => i % 2 === 0);
  const ys = ring.filter((_, i) => i % 2 === 1);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return fitted({ x0, y0, x1, y1 }, { w: CONE_PX, h: CONE_PX });
}

/** A closed ring in world coordinates. */
function ring_of(corners: readonly [number, number][]): Float64Array {
  const closed = corners.length ? [...corners, corners[0] as [number, number]] : [];
  return Float64Array.from(closed.flatMap(([lon, lat]) => [x_of(lon), y_of(lat)]));
}
