/* The devices of a place: how many in which state, then each, those that need somebody first. */

import { useState } from 'react';
import { device_hash } from '../desk/route';
import type { Device } from '../facts/place';
import type { AlarmLine } from '../facts/record';
import { useNow } from '../live/now';
import { when } from '../words/format';
import { useWords } from '../words/words';

const URGENCY = ['alarm', 'fault', 'offline', 'shielded', 'out_of_service', 'unknown', 'normal'];

const TROUBLED: ReadonlySet<string> = new Set(['alarm', 'fault', 'offline']);

/** The one word for how a device is: an alarm before everything else. */
export function state_of(device: Device, alarms: ReadonlySet<string>): string {
  if (device.origin && alarms.has(device.origin)) return 'alarm';
  if (device.out_of_service) return 'out_of_service';
  return device.state || 'unknown';
}

export function Hanging({ devices, alarms }: { devices: readonly Device[]; alarms: readonly AlarmLine[] }): React.JSX.Element {
  const { t, word } = useWords();
  const now = useNow();
  const [wanted, set_wanted] = useState('');
  const burning = new Set(alarms.map((one) => one.origin));
  const stated = devices
    .map((device) => ({ device, state: state_of(device, burning) }))
    .sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || a.device.id.localeCompare(b.device.id));
  if (!devices.length) return <p className="q none">{t('place.no_devices')}</p>;
  const states = URGENCY.filter((state) => stated.some((one) => one.state === state));
  return (
    <>
      <p className="chips" role="group" aria-label={t('devices.state')}>
        {states.map((state) => (
          <button key={state} type="button" className="chip" aria-pressed={wanted === state} onClick={() => set_wanted(wanted === state ? '' : state)}>
            {word('health', state)} {stated.filter((one) => one.state === state).length}
          </button>
        ))}
      </p>
      <table className="slim">
        <thead>
          <tr>
            <th>{t('devices.kind')}</th>
            <th>{t('device.where')}</th>
            <th>{t('csv.state')}</th>
            <th>{t('devices.seen')}</th>
          </tr>
        </thead>
        <tbody>
          {stated
            .filter((one) => !wanted || one.state === wanted)
            .map(({ device, state }) => (
              <tr key={device.id}>
                <td>
                  <a href={device_hash(device.id)}>{word('sensor', device.kind)}</a> <span className="q wide-only">{device.id}</span>
                </td>
                <td>{device.location}</td>
                <td>{TROUBLED.has(state) ? <b>{word('health', state)}</b> : word('health', state)}</td>
                <td>{device.last_seen_at ? when(device.last_seen_at, now) : t('devices.never')}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}
