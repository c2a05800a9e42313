/* The views that this person saved of a page: press one to see it, × to delete it, name one to keep what is shown. */

import { type FormEvent, useState } from 'react';
import { as_problem, ask, Problem } from '../live/api';
import { useOne } from '../live/one';
import { Loaded } from '../records/Section';
import { useWords } from '../words/words';

export interface View {
  name: string;
  filters: Record<string, string>;
  columns: string[];
}

interface ViewsProps {
  page: string;
  filters: Readonly<Record<string, string>>;
  columns: readonly string[];
  apply: (view: View) => void;
}

export function Views({ page, filters, columns, apply }: ViewsProps): React.JSX.Element {
  const { t, lang } = useWords();
  const kept = useOne<{ items: View[] }>(`/api/v1/views?page=${page}`);
  const [name, set_name] = useState('');
  const [problem, set_problem] = useState<Problem | null>(null);
  const act = (doing: Promise<unknown>): void => {
    set_problem(null);
    doing.then(kept.again, (error: unknown) => set_problem(as_problem(error)));
  };
  const path = (of: string): string => `/api/v1/views/${page}/${encodeURIComponent(of)}`;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!name.trim()) return;
    const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
    act(ask('PUT', path(name.trim()), { filters: given, columns }).then(() => set_name('')));
  };
  return (
    <>
      <Loaded one={kept}>
        {({ items }) =>
          items.length ? (
            <ul>
              {items.map((view) => (
                <li key={view.name}>
                  <button type="button" className="link" onClick={() => apply(view)}>
                    {view.name}
                  </button>
                  <button type="button" className="link" aria-label={t('table.delete_view', { name: view.name })} onClick={() => act(ask('DELETE', path(view.name)))}>
                    ×
                  </button>
                </li>
              ))}
            </ul>
          ) : (
            <p className="q">{t('table.no_views')}</p>
          )
        }
      </Loaded>
      <form onSubmit={save}>
        <input value={name} maxLength={60} aria-label={t('table.view_name')} placeholder={t('table.view_name')} onChange={(event) => set_name(event.target.value)} />
        <button type="submit" disabled={!name.trim()}>
          {t('save')}
        </button>
      </form>
      {problem && (
        <p className="broken" role="alert">
          {problem[lang]}
        </p>
      )}
    </>
  );
}
