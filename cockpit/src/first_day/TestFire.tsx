/* The first fire through the whole chain, as a drill: a real signal, judged, told, seen, ended. */

import { useEffect, useState } from 'react';
import type { TestFire as Fire } from '../facts/first_day';
import type { DeviceRow } from '../facts/place';
import { as_problem, ask, read, Problem } from '../live/api';
import { useCell } from '../live/cell';
import { now_ms } from '../live/now';
import { incident_hash } from '../desk/route';
import { hms } from '../words/format';
import { useWords } from '../words/words';
import { first_day, look_again, shown_keys } from './answer';

const DRILL_MS = 15 * 60_000;
const act = (fire: Fire, what: string, body: object = {}): Promise<unknown> =>
  ask('POST', `/api/v1/incidents/${encodeURIComponent(fire.number)}/${what}`, body);

export function TestFire(): React.JSX.Element {
  const { t, word, lang } = useWords();
  const fire = useCell(first_day)?.fire ?? null;
  const keys = useCell(shown_keys);
  const [devices, set_devices] = useState<readonly DeviceRow[]>([]);
  const [id, set_id] = useState('');
  const [key, set_key] = useState('');
  const [sent, set_sent] = useState<number | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [busy, set_busy] = useState(false);
  useEffect(() => {
    read<{ items: DeviceRow[] }>('/api/v1/devices?limit=100').then((got) => set_devices(got.items), (error: unknown) => set_problem(as_problem(error)));
  }, []);
  const device = devices.find((one) => one.id === id) ?? devices.find((one) => one.origin.startsWith('access:')) ?? devices[0];
  const by_access = device?.origin.startsWith('access:') ?? false;
  const burning = fire && !fire.closed_at ? fire : null;
  const run = async (what: () => Promise<unknown>): Promise<void> => {
    set_busy(true);
    set_problem(null);
    try {
      await what();
      await look_again();
    } catch (error) {
      set_problem(as_problem(error));
    } finally {
      set_busy(false);
    }
  };
  const light = (): Promise<void> =>
    run(async () => {
      if (!device) return;
      const until = new Date(now_ms() + DRILL_MS).toISOString();
      await ask('POST', '/api/v1/test-windows', { place_id: device.place_id, reason: t('first.reason'), until, drill: true });
      if (by_access) await say_fire(device, key || keys[device.operator_id] || '');
      set_sent(now_ms());
    });
  const end = (one: Fire): Promise<void> =>
    run(async () => {
      await act(one, 'close', { disposition: 'drill' });
      await ask('POST', '/api/v1/shelves/end', { place_id: one.place_id, reason: t('first.reason') });
      set_sent(null);
    });
  return (
    <>
      {!burning && (
        <form
          className="fields"
          onSubmit={(event) => {
            event.preventDefault();
            void light();
          }}
        >
          <label>
            <span>{t('devices.device')}</span>
            <select value={device?.id ?? ''} onChange={(event) => set_id(event.target.value)}>
              {devices.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.place_name} · {word('sensor', one.kind)} · {one.id}
                </option>
              ))}
            </select>
          </label>
          {by_access && device && !keys[device.operator_id] && (
            <label>
              <span>{t('first.key_of', { operator: device.operator_id })}</span>
              <input type="password" required value={key} autoComplete="off" onChange={(event) => set_key(event.target.value)} />
            </label>
          )}
          <button type="submit" className="go" disabled={busy || !device}>
            {t(by_access ? 'first.light' : 'first.light_wait')}
          </button>
          {!by_access && device && sent !== null && <p role="status">{t('first.press', { sender: device.origin })}</p>}
          {by_access && sent !== null && <p role="status">{t('first.sent', { time: hms(sent) })}</p>}
        </form>
      )}
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
      {fire && <Stages fire={fire} />}
      {burning && (
        <div className="line">
          {!burning.seen_at && (
            <button type="button" className="go" disabled={busy} onClick={() => void run(() => act(burning, 'acknowledge'))}>
              {t('first.seen')}
            </button>
          )}
          <button type="button" className={burning.seen_at ? 'go' : ''} disabled={busy} onClick={() => void end(burning)}>
            {t('first.end')}
          </button>
        </div>
      )}
    </>
  );
}

/** By the access standard's own door, with the operator's key, as its platform will do it. */
async function say_fire(device: DeviceRow, key: string): Promise<void> {
  const [, name = ''] = device.origin.replace(/^access:/, '').split('/');
  const record = { device: name, kind: 'fire', at: new Date(now_ms()).toISOString(), sensor: device.kind };
  interface Answer {
    results: { ok: boolean; error?: { zh: string; en: string } }[];
  }
  const answer = await ask<Answer>('POST', '/api/v1/access/signals', { records: [record] }, { bearer: key });
  const told = answer.results[0];
  if (told && !told.ok) throw new Problem(422, told.error?.zh ?? '', told.error?.en ?? '');
}

function Stages({ fire }: { fire: Fire }): React.JSX.Element {
  const { t } = useWords();
  const at = (time: string): string => hms(Date.parse(time));
  const stages: [boolean, string][] = [
    [true, t('first.arrived', { time: at(fire.opened_at), place: fire.place_name })],
    [true, t('first.judged', { number: fire.number, level: fire.level })],
    [fire.told > 0, fire.told ? t('first.told', { told: fire.told, untold: fire.untold.length }) : t('first.telling')],
    [!!fire.seen_at, fire.seen_at ? t('first.seen_at', { time: at(fire.seen_at) }) : t('first.unseen')],
    [!!fire.closed_at, fire.closed_at ? t('first.ended_at', { time: at(fire.closed_at) }) : t('first.not_ended')],
  ];
  return (
    <ol className="stages" aria-live="polite">
      {stages.map(([done, text]) => (
        <li key={text} className={`st ${done ? 'ack' : 'sent'}`}>
          <i aria-hidden="true" />
          {text}
        </li>
      ))}
      <li>
        <a href={incident_hash(fire.number)}>{t('first.open')}</a>
      </li>
    </ol>
  );
}
