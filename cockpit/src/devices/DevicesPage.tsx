/* The devices behind a figure: of a town, of an operator, online or not. */

import { useEffect, useState } from 'react';
import type { DeviceRow } from '../facts/place';
import { read_ground } from '../map/ground';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';
import { Choice, Listed, PlaceLink, TownChoice } from './Listed';
import { filters_of, useList } from '../live/list';
import { useOperators } from './operators';

/** first: the filters that it opens with, as an address names them. */
export default function DevicesPage({ first }: { first: string }): React.JSX.Element {
  const { t, word } = useWords();
  const [asked, set_asked] = useState(() => filters_of(first, ['online', 'town', 'operator']));
  const list = useList<DeviceRow>('/api/v1/devices', asked);
  const operators = useOperators();
  useEffect(() => void read_ground(), []);
  const filters = (
    <>
      <Choice
        label={t('devices.state')}
        value={asked.online}
        change={(online) => set_asked({ ...asked, online })}
        choices={[
          ['', t('devices.all')],
          ['true', t('devices.online')],
          ['false', t('devices.offline')],
        ]}
      />
      <TownChoice value={asked.town} change={(town) => set_asked({ ...asked, town })} />
      <Choice
        label={t('devices.operator')}
        value={asked.operator}
        change={(operator) => set_asked({ ...asked, operator })}
        choices={[['', t('devices.operators')], ...operators]}
      />
    </>
  );
  const names = new Map(operators);
  return (
    <Listed title="page.devices" failed="devices.failed" none="devices.none" list={list} filters={filters}>
      <thead>
        <tr>
          <th>{t('devices.device')}</th>
          <th>{t('devices.kind')}</th>
          <th>{t('devices.place')}</th>
          <th className="wide-only">{t('devices.operator')}</th>
          <th>{t('csv.state')}</th>
          <th>{t('devices.seen')}</th>
        </tr>
      </thead>
      <tbody>
        {list.rows.map((row) => (
          <tr key={row.id}>
            <td>{row.id}</td>
            <td>{word('sensor', row.kind)}</td>
            <td>
              <PlaceLink id={row.place_id} name={row.place_name} />
              <span className="q"> {row.location}</span>
            </td>
            <td className="wide-only">{names.get(row.operator_id) ?? row.operator_id}</td>
            <td>{word('health', row.state || 'unknown')}</td>
            <td>{row.last_seen_at ? `${day(row.last_seen_at).slice(5)} ${hm(row.last_seen_at)}` : t('devices.never')}</td>
          </tr>
        ))}
      </tbody>
    </Listed>
  );
}
