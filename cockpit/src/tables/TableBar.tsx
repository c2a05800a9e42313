/* Above a table: its columns, the views that somebody saved, and the table as a file. */

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useWords } from '../words/words';
import type { Columns } from './columns';
import { Views } from './Views';

export type TablePage = 'history' | 'devices' | 'places' | 'people' | 'tokens' | 'audit';

interface BarProps<T> {
  page: TablePage;
  columns: Columns<T>;
  filters: Readonly<Record<string, string>>;
  apply: (filters: Record<string, string>) => void;
  export_as?: string; // the server's table; by default named as the page
  asked?: Readonly<Record<string, string>>; // what the server's table is asked, if it is not the filters
}

export function TableBar<T>({ page, columns, filters, apply, export_as = page, asked = filters }: BarProps<T>): React.JSX.Element {
  const { t, lang } = useWords();
  const href = (form: 'csv' | 'xlsx'): string => {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    query.set('format', form);
    query.set('lang', lang);
    if (columns.names.length) query.set('columns', columns.names.join(','));
    return `/api/v1/tables/${export_as}?${query}`;
  };
  return (
    <div className="table-bar" role="group" aria-label={t('table.bar')}>
      <Menu label={t('table.columns')}>
        <ColumnBoxes columns={columns} />
      </Menu>
      <Menu label={t('table.views')}>
        <Views
          page={page}
          filters={filters}
          columns={columns.names}
          apply={(view) => {
            columns.choose(view.columns);
            apply(view.filters);
          }}
        />
      </Menu>
      <span className="r">
        {t('table.export')}{' '}
        <a href={href('csv')} download>
          CSV
        </a>{' '}
        <a href={href('xlsx')} download>
          Excel
        </a>
      </span>
    </div>
  );
}

/** A part that opens below its button; Esc and a press beside it close it. */
function Menu({ label, children }: { label: string; children: ReactNode }): React.JSX.Element {
  const box = useRef<HTMLDetailsElement>(null);
  const [open, set_open] = useState(false);
  useEffect(() => {
    const shut = (event: Event): void => {
      const out = event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node);
      if (out && box.current) box.current.open = false;
    };
    window.addEventListener('pointerdown', shut);
    window.addEventListener('keydown', shut);
    return () => {
      window.removeEventListener('pointerdown', shut);
      window.removeEventListener('keydown', shut);
    };
  }, []);
  return (
    <details className="menu" ref={box} onToggle={(event) => set_open(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open && <div>{children}</div>}
    </details>
  );
}

function ColumnBoxes<T>({ columns }: { columns: Columns<T> }): React.JSX.Element {
  const { t } = useWords();
  const shown = new Set(columns.shown.map((one) => one.name));
  const turn = (name: string): void => {
    const next = columns.every.filter((one) => (one.name === name ? !shown.has(name) : shown.has(one.name)));
    if (next.length) columns.choose(next.map((one) => one.name));
  };
  return (
    <>
      {columns.every.map((one) => (
        <label key={one.name} className="tick">
          <input type="checkbox" checked={shown.has(one.name)} disabled={shown.size === 1 && shown.has(one.name)} onChange={() => turn(one.name)} />
          {one.label}
        </label>
      ))}
      <button type="button" className="link" onClick={() => columns.choose([])}>
        {t('table.as_it_comes')}
      </button>
    </>
  );
}
