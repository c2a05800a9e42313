/* The places behind a figure: with a device online or without any, and how many of theirs are. */

import { useEffect, useState } from 'react';
import { place_hash } from '../desk/route';
import type { Covered } from '../facts/place';
import { useCell } from '../live/cell';
import { filters_of, useList } from '../live/list';
import { ground, read_ground } from '../map/ground';
import { Quiet } from '../records/Quiet';
import { may_judge } from '../session/session';
import { useColumns } from '../tables/columns';
import { Table } from '../tables/Table';
import { TableBar } from '../tables/TableBar';
import { count } from '../words/format';
import { useWords } from '../words/words';
import { Choice, Listed, Picked, TownChoice } from './Listed';

const FILTERS = ['covered', 'town'] as const;

/** first: the filters that it opens with, as an address names them. */
export default function CoveragePage({ first }: { first: string }): React.JSX.Element {
  const { t, word } = useWords();
  const [asked, set_asked] = useState(() => filters_of(first, FILTERS));
  const list = useList<Covered>('/api/v1/coverage', asked);
  const towns = new Map((useCell(ground)?.towns ?? []).map((town) => [town.code, town.name]));
  const [picked, pick] = useState<ReadonlySet<string>>(new Set());
  const [quiet, set_quiet] = useState(false);
  useEffect(() => void read_ground(), []);
  const columns = useColumns<Covered>('places', [
    { name: 'name', label: t('devices.place'), cell: (row) => <a href={place_hash(row.id)}>{row.name || row.id}</a> },
    { name: 'id', label: t('table.place_id'), cell: (row) => row.id, hidden: true },
    { name: 'category', label: t('csv.category'), cell: (row) => word('category', row.category), hidden: true },
    { name: 'town_code', label: t('csv.town'), cell: (row) => towns.get(row.town_code) ?? row.town_code },
    { name: 'address', label: t('coverage.address'), cell: (row) => row.address, wide: true },
    { name: 'online', label: t('devices.online'), cell: (row) => count(row.online), number: true },
    { name: 'devices', label: t('wall.sensing.devices'), cell: (row) => count(row.devices), number: true },
  ]);
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
  const targets = list.rows.filter((row) => picked.has(row.id)).map((row) => ({ id: row.id, name: row.name, place_id: row.id }));
  const bar = (
    <>
      <TableBar page="places" columns={columns} filters={asked} apply={(view) => set_asked(filters_of(new URLSearchParams(view).toString(), FILTERS))} />
      <Picked count={targets.length} none={() => pick(new Set())}>
        <button type="button" onClick={() => set_quiet(true)}>
          {t('quiet.open_window')}
        </button>
      </Picked>
    </>
  );
  return (
    <Listed title="page.places" failed="coverage.failed" none="coverage.none" list={list} filters={filters} bar={bar}>
      <Table columns={columns} rows={list.rows} id={(row) => row.id} reading={list.reading} {...(may_judge() ? { picked, pick } : {})} />
      {quiet && <Quiet targets={targets} close={() => set_quiet(false)} />}
    </Listed>
  );
}
