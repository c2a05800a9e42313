/* One place: what it is, who answers for it, what senses there, what is near, what is going on. */

import { useEffect, useState } from 'react';
import { chosen_place } from '../desk/chosen';
import { incident_hash, place_hash } from '../desk/route';
import type { Place } from '../facts/place';
import { LevelMark, Levelled } from '../incident/Level';
import { ShowNumbers } from '../incident/ShowNumbers';
import { Problem, read } from '../live/api';
import { useCell } from '../live/cell';
import { number_of, shown_numbers } from '../live/numbers';
import { useNow } from '../live/now';
import { count, distance, hms, when } from '../words/format';
import { useWords } from '../words/words';

export function PlaceCard({ id }: { id: string }): React.JSX.Element {
  const { t, lang } = useWords();
  const [found, set_found] = useState<{ id: string; place: Place | null; problem: Problem | null } | null>(null);
  const [tries, set_tries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    read<Place>(`/api/v1/places/${encodeURIComponent(id)}`, stop.signal).then(
      (place) => set_found({ id, place, problem: null }),
      (error: unknown) => {
        if (!stop.signal.aborted && error instanceof Problem) set_found({ id, place: null, problem: error });
      },
    );
    return () => stop.abort();
  }, [id, tries]);
  const here = found?.id === id ? found : null;
  return (
    <aside className="card" aria-label={t('place.card')}>
      <button type="button" className="close" onClick={() => chosen_place.set(null)} aria-label={`${t('close')} Esc`}>
        <kbd>Esc</kbd>
      </button>
      {here?.place ? (
        <Known place={here.place} />
      ) : here?.problem ? (
        <div className="broken" role="alert">
          <p>{here.problem[lang]}</p>
          <button type="button" onClick={() => set_tries(tries + 1)}>
            {t('retry')}
          </button>
        </div>
      ) : (
        <div className="bones" aria-label={t('loading')}>
          <i className="tall" />
          <i />
          <i />
        </div>
      )}
    </aside>
  );
}

const DEVICES_MAX = 8;

function Known({ place }: { place: Place }): React.JSX.Element {
  const { t, lang, word } = useWords();
  const now = useNow();
  const category = (lang === 'zh' ? place.category_zh : place.category_en) ?? place.category;
  const facts = [category, place.town_name, place.people > 0 ? t('head.people', { count: place.people }) : ''];
  const devices = place.devices ?? [];
  const shown = useCell(shown_numbers);
  return (
    <>
      <h2>
        <a href={place_hash(place.id)} title={t('place.open')}>
          {place.name}
        </a>
      </h2>
      <p className="q">{facts.filter(Boolean).join(' · ')}</p>
      {place.address && <p>{place.address}</p>}
      {place.hazards && <p>{place.hazards}</p>}
      {(place.open_incidents ?? []).map((row) => (
        <p key={row.number} className={`F${row.level} open`}>
          <LevelMark level={row.level} />
          <a href={incident_hash(row.number)}>
            <Levelled text={`F${row.level} ${word('level', String(row.level))}`} /> {hms(row.opened_at)}
          </a>
        </p>
      ))}
      <Part title={t('place.contacts')} none={t('place.no_contacts')} rows={place.contacts ?? []}>
        {(c) => [word('contact', c.role), `${c.name} ${number_of(shown, c.id, c.phone)}`]}
      </Part>
      <ShowNumbers place={place.id} numbers={(place.contacts ?? []).map((c) => number_of(shown, c.id, c.phone))} />
      <Part title={t('place.devices', { count: count(devices.length) })} none={t('place.no_devices')} rows={devices.slice(0, DEVICES_MAX)}>
        {(d) => [
          `${word('sensor', d.kind)}${d.location ? ` · ${d.location}` : ''}`,
          `${word('health', d.state || 'unknown')}${d.last_seen_at ? ` ${when(d.last_seen_at, now)}` : ''}`,
        ]}
      </Part>
      <Part title={t('place.stations')} none="" rows={(place.stations_near ?? []).slice(0, 3)}>
        {(s) => [s.name, `${distance(s.distance_m).figure} ${distance(s.distance_m).unit}`]}
      </Part>
    </>
  );
}

interface PartProps<T> {
  title: string;
  none: string;
  rows: readonly T[];
  children: (row: T) => [string, string];
}

function Part<T>({ title, none, rows, children }: PartProps<T>): React.JSX.Element | null {
  if (!rows.length && !none) return null;
  return (
    <section>
      <div className="sec">
        <h3>{title}</h3>
      </div>
      {rows.length ? (
        <table>
          <tbody>
            {rows.map((row, i) => {
              const [name, value] = children(row);
              return (
                <tr key={`${name}${i}`}>
                  <td>{name}</td>
                  <td className="n">{value}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : (
        <p className="q">{none}</p>
      )}
    </section>
  );
}
