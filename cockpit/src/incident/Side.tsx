/* Beside the incident: the map around it, who is on the way, water, what to know before arriving. */

import { Suspense, lazy, useEffect, useState } from 'react';
import { incident_hash } from '../desk/route';
import type { Incident } from '../facts/incident';
import type { Place } from '../facts/place';
import { read } from '../live/api';
import { useCell } from '../live/cell';
import { number_of, shown_numbers } from '../live/numbers';
import { distance } from '../words/format';
import { useWords } from '../words/words';
import { Crews } from './Crews';
import { Past } from './Past';
import { ShowNumbers } from './ShowNumbers';
import { ReportBox } from './ReportBox';
import { PictureStrip, WindSign } from './Sights';
import { useSights } from './sights';

const NearMap = lazy(() => import('../map/NearMap'));

export function Side({ incident, map = true }: { incident: Incident; map?: boolean }): React.JSX.Element {
  const { t } = useWords();
  const { weather, pictures } = useSights(incident.number);
  const place = useKnown(incident.place.id);
  return (
    <aside className="right">
      {map && (
        <div className="near">
          <Suspense fallback={<div className="map" />}>
            <NearMap incident={incident} sightings={pictures?.sightings} />
          </Suspense>
          <WindSign weather={weather} />
          <a className="to-replay" href={incident_hash(incident.number, 'replay')}>
            {t('replay.title')}
          </a>
        </div>
      )}
      {!map && (
        <section className="pad">
          <WindSign weather={weather} />
        </section>
      )}
      <PictureStrip pictures={pictures} />
      <Crews incident={incident} />
      <Past incident={incident} place={place} />
      <Waters incident={incident} />
      <Before incident={incident} place={place} />
      <ReportBox row={incident} />
    </aside>
  );
}

function Far({ m }: { m: number }): React.JSX.Element {
  const { figure, unit } = distance(m);
  return (
    <>
      {figure} <span className="q">{unit}</span>
    </>
  );
}

function Waters({ incident }: { incident: Incident }): React.JSX.Element | null {
  const { t, word } = useWords();
  const waters = incident.water.slice(0, 4);
  if (!waters.length) return null;
  return (
    <section className="pad">
      <div className="sec">
        <h2>{t('water.title')}</h2>
        <span className="r">{t('water.columns')}</span>
      </div>
      <table>
        <tbody>
          {waters.map((water, i) => (
            <tr key={`${water.name}${water.lon}`}>
              <td>
                <span className="k">{i + 1}</span>
                {water.name || word('water', water.kind)}
              </td>
              <td className="n">
                {water.flow_l_per_s === null ? (
                  t('water.unmeasured')
                ) : (
                  <>
                    {water.flow_l_per_s} <span className="q">L/s</span>
                  </>
                )}
              </td>
              <td>
                <Far m={water.distance_m} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Before({ incident, place }: { incident: Incident; place: Place | null }): React.JSX.Element {
  const { t, word } = useWords();
  const { people, sleeping, address } = incident.place;
  const contacts = place?.contacts ?? [];
  const shown = useCell(shown_numbers);
  const entrances = place?.entrances ?? [];
  const lines: [string, string][] = [
    [t('before.people'), [people > 0 ? t('head.people', { count: people }) : '', sleeping ? t('before.sleeping') : ''].filter(Boolean).join('，')],
    [t('before.hazards'), place?.hazards ?? ''],
    [t('before.entrances'), entrances.map((one) => [one.name, one.width_m && `${one.width_m} m`, one.note].filter(Boolean).join(' ')).join('，')],
    [t('before.address'), address],
    ...contacts.slice(0, 2).map((c): [string, string] => [word('contact', c.role), `${c.name} ${number_of(shown, c.id, c.phone)}`]),
  ];
  return (
    <section className="pad">
      <div className="sec">
        <h2>{t('before.title')}</h2>
        <ShowNumbers place={incident.place.id} numbers={contacts.map((c) => number_of(shown, c.id, c.phone))} />
      </div>
      <table className="know">
        <tbody>
          {lines
            .filter(([, text]) => text)
            .map(([name, text]) => (
              <tr key={name + text}>
                <td className="q">{name}</td>
                <td>{text}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

/** What is registered about a place; nothing while it is read or when it cannot be. */
export function useKnown(id: string): Place | null {
  const [known, set_known] = useState<{ id: string; place: Place } | null>(null);
  useEffect(() => {
    if (!id) return;
    const stop = new AbortController();
    read<Place>(`/api/v1/places/${encodeURIComponent(id)}`, stop.signal).then(
      (place) => set_known({ id, place }),
      () => undefined,
    );
    return () => stop.abort();
  }, [id]);
  return known?.id === id ? known.place : null;
}
