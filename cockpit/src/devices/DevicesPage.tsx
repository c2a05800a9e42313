/* The devices behind a figure: of a town, of an operator, online or not; picked ones are shelved or get labels. */

import { useEffect, useState } from 'react';
import { device_hash, place_hash } from '../desk/route';
import type { DeviceRow } from '../facts/place';
import { useCell } from '../live/cell';
import { filters_of, useList } from '../live/list';
import { ground, read_ground } from '../map/ground';
import { Quiet } from '../records/Quiet';
import { may_judge } from '../session/session';
import { type Column, useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';
import { Choice, Listed, Picked, TownChoice } from './Listed';
import { useOperators } from './operators';

const FILTERS = ['online', 'town', 'operator', 'place_id'] as const;
const LABELS_MAX = 200; // an address that every browser takes

/** first: the filters that it opens with, as an address names them. */
export default function DevicesPage({ first }: { first: string }): React.JSX.Element {
  const { t, word } = useWords();
  const [asked, set_asked] = useState(() => filters_of(first, FILTERS));
  const list = useList<DeviceRow>('/api/v1/devices', asked);
  const operators = useOperators();
  const [picked, pick] = useState<ReadonlySet<string>>(new Set());
  const [quiet, set_quiet] = useState(false);
  useEffect(() => void read_ground(), []);
  const columns = useColumns('devices', useDeviceColumns(new Map(operators)));
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
  const chosen = list.rows.filter((row) => picked.has(row.id));
  const labels = new URLSearchParams(chosen.slice(0, LABELS_MAX).map((row) => ['device', row.id]));
  const targets = chosen.map((row) => ({ id: row.id, name: `${row.place_name} ${word('sensor', row.kind)} ${row.location}`, origin: row.origin }));
  const bar = (
    <>
      <TableBar page="devices" columns={columns} filters={asked} apply={(view) => set_asked(filters_of(new URLSearchParams(view).toString(), FILTERS))} />
      <Picked count={chosen.length} none={() => pick(new Set())}>
        <a className="button" href={`#/labels?${labels}`}>
          {t('labels.print')}
        </a>
        {may_judge() && (
          <button type="button" onClick={() => set_quiet(true)}>
            {t('quiet.shelve')}
          </button>
        )}
      </Picked>
    </>
  );
  return (
    <Listed title="page.devices" failed="devices.failed" none="devices.none" list={list} filters={filters} bar={bar}>
      <Table columns={columns} rows={list.rows} id={(row) => row.id} reading={list.reading} picked={picked} pick={pick} />
      {quiet && <Quiet targets={targets} close={() => set_quiet(false)} />}
    </Listed>
  );
}

function useDeviceColumns(operators: ReadonlyMap<string, string>): Column<DeviceRow>[] {
  const { t, word } = useWords();
  const towns = new Map((useCell(ground)?.towns ?? []).map((town) => [town.code, town.name]));
  return [
    { name: 'id', label: t('devices.device'), cell: (row) => <a href={device_hash(row.id)}>{row.id}</a> },
    { name: 'kind', label: t('devices.kind'), cell: (row) => word('sensor', row.kind) },
    { name: 'place_name', label: t('devices.place'), cell: (row) => <a href={place_hash(row.place_id)}>{row.place_name || row.place_id}</a> },
    { name: 'location', label: t('device.where'), cell: (row) => row.location, wide: true },
    { name: 'town_code', label: t('csv.town'), cell: (row) => towns.get(row.town_code) ?? row.town_code, hidden: true },
    { name: 'operator_id', label: t('devices.operator'), cell: (row) => operators.get(row.operator_id) ?? row.operator_id, wide: true },
    { name: 'state', label: t('csv.state'), cell: (row) => word('health', row.out_of_service ? 'out_of_service' : row.state || 'unknown') },
    { name: 'last_seen_at', label: t('devices.seen'), cell: (row) => (row.last_seen_at ? `${day(row.last_seen_at).slice(5)} ${hm(row.last_seen_at)}` : t('devices.never')), desk: true },
    { name: 'installed_on', label: t('device.installed'), cell: (row) => row.installed_on ?? '—', hidden: true },
    { name: 'origin', label: t('device.origin'), cell: (row) => row.origin, hidden: true },
  ];
}
