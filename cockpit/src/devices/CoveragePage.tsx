/* The places behind a figure: with a device online or without any, and how many of theirs are. */

import { useEffect, useState } from 'react';
import type { Covered } from '../facts/place';
import { useCell } from '../live/cell';
import { ground, read_ground } from '../map/ground';
import { count } from '../words/format';
import { useWords } from '../words/words';
import { Choice, Listed, PlaceLink, TownChoice } from './Listed';
import { filters_of, useList } from '../live/list';

/** first: the filters that it opens with, as an address names them. */
export default function CoveragePage({ first }: { first: string }): React.JSX.Element {
  const { t } = useWords();
  const [asked, set_asked] = useState(() => filters_of(first, ['covered', 'town']));
  const list = useList<Covered>('/api/v1/coverage', asked);
  const towns = new Map((useCell(ground)?.towns ?? []).map((town) => [town.code, town.name]));
  useEffect(() => void read_ground(), []);
  const filters = (
    <>
      <Choice
        label={t('coverage.state')}
        value={asked.covered}
        change={(covered) => set_asked({ ...asked, covered })}
        choices={[
          ['', t('coverage.all')],
          ['true', t('coverage.with')],
          ['false', t('coverage.without')],
        ]}
      />
      <TownChoice value={asked.town} change={(town) => set_asked({ ...asked, town })} />
    </>
  );
  return (
    <Listed title="page.places" failed="coverage.failed" none="coverage.none" list={list} filters={filters}>
      <thead>
        <tr>
          <th>{t('devices.place')}</th>
          <th>{t('csv.town')}</th>
          <th className="wide-only">{t('coverage.address')}</th>
          <th className="n">{t('devices.online')}</th>
          <th className="n">{t('wall.sensing.devices')}</th>
        </tr>
      </thead>
      <tbody>
        {list.rows.map((row) => (
          <tr key={row.id}>
            <td>
              <PlaceLink id={row.id} name={row.name} />
            </td>
            <td>{towns.get(row.town_code) ?? row.town_code}</td>
            <td className="wide-only">{row.address}</td>
            <td className="n">{count(row.online)}</td>
            <td className="n">{count(row.devices)}</td>
          </tr>
        ))}
      </tbody>
    </Listed>
  );
}
