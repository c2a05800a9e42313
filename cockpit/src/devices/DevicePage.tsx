/* One device: what it is, where it hangs, how it lives, what it said and measured, what came of it. */

import { useState } from 'react';
import { place_hash } from '../desk/route';
import type { DeviceRecord, Readings, WholeDevice } from '../facts/record';
import { type One, useOne } from '../live/one';
import { useNow } from '../live/now';
import { Quiet } from '../records/Quiet';
import { Facts, Loaded, Section } from '../records/Section';
import { Shelves, holds } from '../records/Shelves';
import { may_judge } from '../session/session';
import { hms, span, when } from '../words/format';
import { useWords } from '../words/words';
import { PastAlarms } from './PastAlarms';
import { Measured } from './Measured';
import { SaidList } from './SaidList';

export default function DevicePage({ id }: { id: string }): React.JSX.Element {
  const { t } = useWords();
  const path = `/api/v1/devices/${encodeURIComponent(id)}`;
  const device = useOne<WholeDevice>(path);
  return (
    <main className="page record" aria-label={t('page.device')}>
      <Loaded one={device}>{(found) => <Known device={found} path={path} />}</Loaded>
    </main>
  );
}

function Known({ device, path }: { device: WholeDevice; path: string }): React.JSX.Element {
  const readings = useOne<Readings>(`${path}/readings`);
  const record = useOne<DeviceRecord>(`${path}/record`);
  const [quiet, set_quiet] = useState(false);
  return (
    <>
      <Head device={device} record={record} shelve={() => set_quiet(true)} />
      <div className="parts">
        <Section title="device.what">
          <What device={device} />
        </Section>
        <Section title="device.life">
          <Life device={device} readings={readings} />
        </Section>
        <Section title="device.readings" wide>
          <Loaded one={readings}>{(known) => <Measured path={path} quantities={known.quantities} />}</Loaded>
        </Section>
        <Section title="record.incidents">
          <Loaded one={record}>{(told) => <PastAlarms alarms={told.alarms} />}</Loaded>
        </Section>
        <Section title="record.shelves">
          <Loaded one={record}>{(told) => <Shelves shelves={told.shelves} />}</Loaded>
        </Section>
        <Section title="device.said" wide>
          <SaidList path={path} />
        </Section>
      </div>
      {quiet && (
        <Quiet
          targets={[{ id: device.id, name: `${device.place_name} ${device.location} ${device.id}`, origin: device.origin }]}
          close={(changed) => {
            set_quiet(false);
            if (changed) record.again();
          }}
        />
      )}
    </>
  );
}

function Head({ device, record, shelve }: { device: WholeDevice; record: One<DeviceRecord>; shelve: () => void }): React.JSX.Element {
  const { t, word } = useWords();
  const now = useNow();
  const shelves = (record.value?.shelves ?? []).filter((one) => holds(one, now));
  const alarmed = record.value?.alarms.some((one) => one.state !== 'normal') ?? false;
  const state = alarmed ? 'alarm' : device.out_of_service ? 'out_of_service' : device.state || 'unknown';
  return (
    <header className="record-head">
      <div>
        <h1>
          {word('sensor', device.kind)} {device.location && <span>· {device.location}</span>}
        </h1>
        <p className="q">
          <a href={place_hash(device.place_id)}>{device.place_name || device.place_id}</a> · {device.id}
        </p>
        <p>
          <b>{word('health', state)}</b> {device.detail === 'silent' ? t('health.silent') : device.detail}{' '}
          <span className="q">{device.last_seen_at ? t('device.seen', { ago: span(now - Date.parse(device.last_seen_at)) }) : t('devices.never')}</span>
        </p>
        {shelves.map((one) => (
          <p key={one.id}>
            <span className="tag">{t(`record.${one.kind}`)}</span> {t('record.until', { time: hms(one.until_at) })} {one.reason}
          </p>
        ))}
      </div>
      <div className="acts">
        <a className="button" href={`#/labels?device=${encodeURIComponent(device.id)}`}>
          {t('labels.print')}
        </a>
        {may_judge() && (
          <button type="button" onClick={shelve}>
            {t('quiet.shelve')}
          </button>
        )}
      </div>
    </header>
  );
}

function What({ device }: { device: WholeDevice }): React.JSX.Element {
  const { t } = useWords();
  return (
    <Facts
      rows={[
        [t('devices.operator'), device.operator_name || device.operator_id],
        [t('device.installed'), device.installed_on ?? ''],
        [t('device.origin'), <code key="origin">{device.origin}</code>],
        [t('device.sender'), device.sender === device.origin ? '' : <code key="sender">{device.sender}</code>],
        [t('device.profile'), device.profile === 'standard' ? '' : device.profile],
      ]}
    />
  );
}

/** Its own state, its transmitter's, its battery where it tells, and when it came and went. */
function Life({ device, readings }: { device: WholeDevice; readings: One<Readings> }): React.JSX.Element {
  const { t, lang, word } = useWords();
  const now = useNow();
  const behind = device.sender !== device.origin;
  return (
    <>
      <Facts
        rows={[
          [t('csv.state'), word('health', device.state || 'unknown')],
          [t('devices.seen'), device.last_seen_at ? when(device.last_seen_at, now) : t('devices.never')],
          [
            t('device.sender_state'),
            behind ? `${word('health', device.sender_state || 'unknown')}${device.sender_seen_at ? ` ${when(device.sender_seen_at, now)}` : ''}` : '',
          ],
        ]}
      />
      <Loaded one={readings}>
        {(known) => {
          const battery = known.quantities.find((one) => one.quantity === 'battery');
          return (
            <>
              <Facts
                rows={[
                  [t('device.battery'), battery ? `${battery.value} ${battery.unit}` : t('device.no_battery')],
                  [t('device.last'), known.last ? `${when(known.last.at, now)} ${known.last[lang]}` : ''],
                ]}
              />
              <h3>{t('device.presence')}</h3>
              {known.presence.length ? (
                <ul className="lines">
                  {known.presence.map((one) => (
                    <li key={one.at}>
                      {t(one.online ? 'device.came' : 'device.went')} <span className="q">{one.text}</span>
                      <span className="q r">{when(one.at, now)}</span>
                    </li>
                  ))}
                </ul>
              ) : (
                <p className="q none">{t('device.no_presence')}</p>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
