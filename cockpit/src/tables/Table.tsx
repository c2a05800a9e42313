/* A list as a table: the columns that were chosen, and a box before each row where rows can be picked. */

import { useWords } from '../words/words';
import type { Column, Columns } from './columns';

interface TableProps<T> {
  columns: Columns<T>;
  rows: readonly T[];
  id: (row: T) => string;
  reading?: boolean;
  mark?: (row: T) => string; // a class of the row
  picked?: ReadonlySet<string>;
  pick?: (picked: ReadonlySet<string>) => void;
}

export function Table<T>({ columns, rows, id, reading = false, mark, picked, pick }: TableProps<T>): React.JSX.Element {
  const { t } = useWords();
  const all = rows.length > 0 && rows.every((row) => picked?.has(id(row)));
  const kind = ({ wide, desk, number }: Column<T>): string =>
    [wide && !columns.chosen && 'wide-only', desk && !columns.chosen && 'desk-only', number && 'n'].filter(Boolean).join(' ');
  const turn = (of: string): void => {
    const next = new Set(picked);
    if (!next.delete(of)) next.add(of);
    pick?.(next);
  };
  return (
    <div className="scroll" tabIndex={columns.chosen ? 0 : undefined} role={columns.chosen ? 'region' : undefined} aria-label={columns.chosen ? t('table.region') : undefined}>
      <table aria-busy={reading}>
        <thead>
          <tr>
            {pick && (
              <th className="pick">
                <input type="checkbox" checked={all} disabled={!rows.length} aria-label={t('table.pick_all')} onChange={() => pick(all ? new Set() : new Set(rows.map(id)))} />
              </th>
            )}
            {columns.shown.map((one) => (
              <th key={one.name} className={kind(one)}>
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)} className={mark?.(row)}>
              {pick && (
                <td className="pick">
                  <input type="checkbox" checked={picked?.has(id(row)) ?? false} aria-label={t('table.pick', { id: id(row) })} onChange={() => turn(id(row))} />
                </td>
              )}
              {columns.shown.map((one) => (
                <td key={one.name} className={kind(one)}>
                  {one.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
