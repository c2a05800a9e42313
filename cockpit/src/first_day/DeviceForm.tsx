/* The first device: picked from what calls without being registered, or typed; kept by the import. */

import { type FormEvent, useEffect, useState } from 'react';
import type { Report } from '../facts/first_day';
import type { PlaceRow } from '../facts/place';
import { as_problem, ask, read, Problem } from '../live/api';
import { useWords } from '../words/words';
import { look_again } from './answer';
import { useOperators } from './Operators';

interface Stranger {
  sender: string;
  peer: string;
}

const STRANGERS_MS = 3000; // a device may call while somebody waits for it here
const HEADER = 'id,place_id,kind,sender,point,operator';
const KINDS = ['smoke', 'heat', 'call_point', 'gas', 'electric'] as const;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

export function DeviceForm(): React.JSX.Element {
  const { t, word, lang } = useWords();
  const [operators] = useOperators();
  const [places, set_places] = useState<readonly PlaceRow[]>([]);
  const [strangers, set_strangers] = useState<readonly Stranger[]>([]);
  const [by, set_by] = useState<'access' | 'gb26875'>('access');
  const [address, set_address] = useState('');
  const [told, set_told] = useState<Report | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  useEffect(() => {
    read<{ items: PlaceRow[] }>('/api/v1/places?limit=100').then((got) => set_places(got.items), () => undefined);
    const look = (): Promise<void> => read<{ strangers: Stranger[] }>('/api/v1/transmitters').then((got) => set_strangers(got.strangers), () => undefined);
    void look();
    const timer = window.setInterval(() => void look(), STRANGERS_MS);
    return () => window.clearInterval(timer);
  }, []);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    const sender = by === 'access' ? `access:${text('operator')}/${address}` : `gb26875:${address.toLowerCase()}`;
    const cells = [text('id'), text('place_id'), text('kind'), sender, text('point'), text('operator')];
    const table = new Blob([`${HEADER}\n${cells.map(quoted).join(',')}\n`]);
    set_problem(null);
    try {
      const made = await ask<Report>('POST', '/api/v1/import/devices?commit=true&file=device', table);
      set_told(made);
      await look_again();
    } catch (error) {
      set_problem(as_problem(error));
    }
  };
  return (
    <form className="fields" aria-label={t('first.device')} onSubmit={(event) => void submit(event)}>
      <b>{t('first.device')}</b>
      {strangers.length > 0 && (
        <p>
          {t('first.strangers')}{' '}
          {strangers.slice(0, 5).map((one) => (
            <button
              key={one.sender + one.peer}
              type="button"
              onClick={() => {
                set_by('gb26875');
                set_address(one.sender.split(':')[1] ?? '');
              }}
            >
              {one.sender} · {one.peer}
            </button>
          ))}
        </p>
      )}
      <label>
        <span>{t('first.device_by')}</span>
        <select value={by} onChange={(event) => set_by(event.target.value as 'access' | 'gb26875')}>
          <option value="access">{t('first.by_access')}</option>
          <option value="gb26875">{t('first.by_gb')}</option>
        </select>
      </label>
      <label>
        <span>{t(by === 'access' ? 'first.device_name' : 'first.device_address')}</span>
        <input value={address} required pattern={by === 'access' ? '[A-Za-z0-9._:\\-]{1,64}' : '[0-9A-Fa-f]{12}'} autoComplete="off" spellCheck={false} onChange={(event) => set_address(event.target.value)} />
      </label>
      {by === 'gb26875' && (
        <label>
          <span>{t('first.device_point')}</span>
          <input name="point" required pattern="[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9a-f]{8}" placeholder="1.1.40.0a000200" autoComplete="off" spellCheck={false} />
        </label>
      )}
      <label>
        <span>{t('first.device_id')}</span>
        <input name="id" required pattern="[A-Za-z0-9_.:\-]{1,64}" autoComplete="off" spellCheck={false} />
      </label>
      <label>
        <span>{t('devices.kind')}</span>
        <select name="kind">
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {word('sensor', one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('devices.place')}</span>
        <select name="place_id" required>
          {places.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('devices.operator')}</span>
        <select name="operator" required>
          {operators.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="go" disabled={!places.length || !operators.length}>
        {t('first.device_add')}
      </button>
      {told && !told.errors_total && <p role="status">{t('first.device_kept')}</p>}
      {told && told.errors_total > 0 && (
        <p className="broken" role="alert">
          {told.errors.map((one) => (lang === 'zh' ? `${one.message_zh}：${one.remedy_zh}` : `${one.message_en}: ${one.remedy_en}`)).join(' ')}
        </p>
      )}
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
    </form>
  );
}
