/* One place: who answers for it, what must hang there and does, what is quiet, what happened. */

import { useState } from 'react';
import { go } from '../desk/route';
import { chosen_place } from '../desk/chosen';
import type { PlaceRecord } from '../facts/record';
import type { Place } from '../facts/place';
import { LevelMark, Levelled } from '../incident/Level';
import { ShowNumbers } from '../incident/ShowNumbers';
import { incident_hash } from '../desk/route';
import { useCell } from '../live/cell';
import { number_of, shown_numbers } from '../live/numbers';
import { type One, useOne } from '../live/one';
import { Incidents } from '../records/Incidents';
import { Months } from '../records/Months';
import { Quiet } from '../records/Quiet';
import { Facts, Loaded, Section } from '../records/Section';
import { Shelves, holds } from '../records/Shelves';
import { may_judge } from '../session/session';
import { distance, hms } from '../words/format';
import { useWords } from '../words/words';
import { now_ms } from '../live/now';
import { Hanging } from './Hanging';
import { Kit } from './Kit';

export default function PlacePage({ id }: { id: string }): React.JSX.Element {
  const { t } = useWords();
  const path = `/api/v1/places/${encodeURIComponent(id)}`;
  const place = useOne<Place>(path);
  const record = useOne<PlaceRecord>(`${path}/record`);
  return (
    <main className="page record" aria-label={t('place.card')}>
      <Loaded one={place}>{(found) => <Known place={found} record={record} />}</Loaded>
    </main>
  );
}

function Known({ place, record }: { place: Place; record: One<PlaceRecord> }): React.JSX.Element {
  const { t } = useWords();
  const [quiet, set_quiet] = useState(false);
  const devices = place.devices ?? [];
  const missing = (place.kit ?? []).reduce((sum, line) => sum + line.missing, 0);
  return (
    <>
      <Head place={place} open_window={() => set_quiet(true)} record={record} />
      <div className="parts">
        <Section title="place.kit" note={place.kit?.length ? t(missing ? 'place.kit_missing' : 'place.kit_whole', { count: missing }) : ''}>
          <Kit lines={place.kit ?? []} />
        </Section>
        <Section title="place.contacts">
          <People place={place} />
        </Section>
        <Section title="place.hanging" note={t('place.devices', { count: devices.length })} wide>
          <Loaded one={record}>{(told) => <Hanging devices={devices} alarms={told.alarms} />}</Loaded>
        </Section>
        <Section title="record.shelves">
          <Loaded one={record}>{(told) => <Shelves shelves={told.shelves} />}</Loaded>
        </Section>
        <Section title="record.year">
          <Loaded one={record}>{(told) => <Months months={told.months} />}</Loaded>
        </Section>
        <Section title="record.incidents" wide>
          <Incidents place={place.id} />
        </Section>
      </div>
      {quiet && (
        <Quiet
          targets={[{ id: place.id, name: place.name, place_id: place.id }]}
          close={(changed) => {
            set_quiet(false);
            if (changed) record.again();
          }}
        />
      )}
    </>
  );
}

function Head({ place, record, open_window }: { place: Place; record: One<PlaceRecord>; open_window: () => void }): React.JSX.Element {
  const { t, lang, word } = useWords();
  const category = (lang === 'zh' ? place.category_zh : place.category_en) ?? place.category;
  const windows = (record.value?.shelves ?? []).filter((one) => one.place_id && holds(one, now_ms()));
  const look = (): void => {
    chosen_place.set({ id: place.id, lon: place.lon, lat: place.lat, look: true });
    go('#/map');
  };
  return (
    <header className="record-head">
      <div>
        <h1>{place.name}</h1>
        <p className="q">{[category, place.town_name, place.people > 0 ? t('head.people', { count: place.people }) : '', place.id].filter(Boolean).join(' · ')}</p>
        {place.address && <p>{place.address}</p>}
        {place.hazards && <p>{place.hazards}</p>}
        {(place.open_incidents ?? []).map((row) => (
          <p key={row.number} className={`F${row.level} open`}>
            <LevelMark level={row.level} />{' '}
            <a href={incident_hash(row.number)}>
              <Levelled text={`F${row.level} ${word('level', String(row.level))}`} /> {hms(row.opened_at)}
            </a>
          </p>
        ))}
        {windows.map((one) => (
          <p key={one.id}>
            <span className="tag">{t(`record.${one.kind}`)}</span> {t('record.until', { time: hms(one.until_at) })} {one.reason}
          </p>
        ))}
      </div>
      <div className="acts">
        <button type="button" onClick={look}>
          {t('place.on_map')}
        </button>
        <a className="button" href={`#/labels?place_id=${encodeURIComponent(place.id)}`}>
          {t('labels.print')}
        </a>
        {may_judge() && (
          <button type="button" onClick={open_window}>
            {t('quiet.open_window')}
          </button>
        )}
      </div>
    </header>
  );
}

function People({ place }: { place: Place }): React.JSX.Element {
  const { t, word } = useWords();
  const shown = useCell(shown_numbers);
  const contacts = place.contacts ?? [];
  const near = (place.stations_near ?? []).slice(0, 3);
  return (
    <>
      {place.unit && <p className="q">{place.unit.name}</p>}
      {contacts.length ? (
        <Facts rows={contacts.map((c) => [`${word('contact', c.role)} ${c.name}`, `${number_of(shown, c.id, c.phone)} ${c.verified ? '' : t('place.unverified')}`.trim()])} />
      ) : (
        <p className="q none">{t('place.no_contacts')}</p>
      )}
      <ShowNumbers place={place.id} numbers={contacts.map((c) => number_of(shown, c.id, c.phone))} />
      {near.length > 0 && <h3>{t('place.stations')}</h3>}
      <Facts rows={near.map((s) => [s.name, `${distance(s.distance_m).figure} ${distance(s.distance_m).unit}`])} />
    </>
  );
}
