/* One incident played again on its map: what had been heard, who had been called, where crews were. */

import { Suspense, lazy, useEffect, useMemo, useRef, useState } from 'react';
import { incident_hash } from '../desk/route';
import type { Incident } from '../facts/incident';
import { read } from '../live/api';
import { now_ms } from '../live/now';
import { hms } from '../words/format';
import { useWords } from '../words/words';
import { Levelled, LevelMark } from './Level';
import { ReplayBar } from './ReplayBar';
import { type CrewThen, type PartyThen, type Stand, type Way, length_of, stand_at } from './replay';

const NearMap = lazy(() => import('../map/NearMap'));
const FRAME_MS = 50;

export function Replay({ incident }: { incident: Incident }): React.JSX.Element {
  const { t, say, word } = useWords();
  const [opened_ms] = useState(now_ms);
  const length = useMemo(() => length_of(incident, opened_ms), [incident, opened_ms]);
  const [at_ms, set_at] = useState(length.from_ms);
  const [speed, set_speed] = useState(0); // times the clock; 0 stands still
  usePlaying(speed, length.until_ms, at_ms, set_at, () => set_speed(0));
  const ways = useWays(incident);
  const stand = useMemo(() => stand_at(incident, ways, at_ms), [incident, ways, at_ms]);
  return (
    <section className="replay" aria-labelledby="replay-title">
      <div className="sec">
        <h2 id="replay-title">{t('replay.title')}</h2>
        <span>{t('replay.what')}</span>
        <a href={incident_hash(incident.number)}>{t('replay.leave')}</a>
      </div>
      <div className="near">
        <Suspense fallback={<div className="map" />}>
          <NearMap incident={incident} stand={stand} />
        </Suspense>
      </div>
      <ReplayBar incident={incident} length={length} at_ms={at_ms} put={set_at} speed={speed} set_speed={set_speed} />
      <p className={`replay-line F${stand.level}`}>
        <LevelMark level={stand.level} />
        <span className="lvt">
          F{stand.level} {word('level', String(stand.level))}
        </span>
        <time>{stand.line && hms(stand.line.at)}</time>
        <span>
          <Levelled text={say(stand.line?.sentence)} />
        </span>
      </p>
      <Lists stand={stand} />
    </section>
  );
}

function Lists({ stand }: { stand: Stand }): React.JSX.Element {
  const { t, word } = useWords();
  return (
    <div className="replay-lists">
      <section aria-label={t('replay.points')}>
        <h3>{t('replay.points_count', { count: stand.points.length })}</h3>
        <ul>
          {stand.points.map(({ alarm, signals_from, spot }) => (
            <li key={alarm.id}>
              <time>{hms(signals_from)}</time>
              <span>{[word('sensor', alarm.sensor), spot].join(' · ')}</span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-label={t('replay.parties')}>
        <h3>{t('replay.parties_count', { told: stand.parties.filter((one) => one.state === 'acknowledged').length, total: stand.parties.length })}</h3>
        <ul>
          {stand.parties.map((one) => (
            <PartyLine key={one.party.id} one={one} />
          ))}
        </ul>
      </section>
      <section aria-label={t('replay.crews')}>
        <h3>{t('replay.crews_count', { count: stand.crews.length })}</h3>
        <ul>
          {stand.crews.map((one) => (
            <CrewLine key={one.crew.party_id} one={one} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function PartyLine({ one }: { one: PartyThen }): React.JSX.Element {
  const { word } = useWords();
  return (
    <li data-party={one.party.role} data-state={one.state}>
      <time>{one.at_ms === null ? '' : hms(one.at_ms)}</time>
      <span>
        {one.party.name || word('role', one.party.role)}
        <b> {word('replay_state', one.state)}</b>
      </span>
    </li>
  );
}

function CrewLine({ one }: { one: CrewThen }): React.JSX.Element {
  const { word } = useWords();
  return (
    <li data-step={one.step}>
      <time>{hms(one.at_ms)}</time>
      <span>
        {one.crew.name}
        <b> {word('replay_step', one.step)}</b>
      </span>
    </li>
  );
}

/** Moves the moment on while it plays; at the end it stands. */
function usePlaying(speed: number, until_ms: number, at_ms: number, put: (at_ms: number) => void, end: () => void): void {
  const here = useRef(at_ms);
  here.current = at_ms;
  useEffect(() => {
    if (!speed) return;
    let last = performance.now();
    const timer = window.setInterval(() => {
      const now = performance.now();
      const next = Math.min(until_ms, here.current + (now - last) * speed);
      last = now;
      put(next);
      if (next >= until_ms) end();
    }, FRAME_MS);
    return () => window.clearInterval(timer);
  }, [speed, until_ms]);
}

/** By road from each crew's station; a crew whose way is not known goes straight. */
function useWays(incident: Incident): ReadonlyMap<string, Way> {
  const [ways, set_ways] = useState<ReadonlyMap<string, Way>>(new Map());
  const crews = incident.crews.filter((crew) => crew.crew && crew.station_id && crew.lon !== null);
  const asked = crews.map((crew) => `${crew.party_id} ${crew.station_id}`).join(',');
  useEffect(() => {
    const stop = new AbortController();
    for (const crew of crews) {
      const path = `/api/v1/incidents/${encodeURIComponent(incident.number)}/route?station_id=${encodeURIComponent(crew.station_id)}`;
      read<{ line: Way }>(path, stop.signal).then(
        ({ line }) => set_ways((old) => new Map(old).set(crew.party_id, line)),
        () => undefined, // a straight line does
      );
    }
    return () => stop.abort();
  }, [incident.number, asked]);
  return ways;
}
