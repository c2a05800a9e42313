/* Find a place by name, device or phone number; Enter opens it on the map, Shift Enter its record. */

import { useEffect, useRef, useState } from 'react';
import type { PlaceRow } from '../facts/place';
import type { Page } from '../facts/incident';
import { Problem, read } from '../live/api';
import { useWords } from '../words/words';
import { chosen_place, overlay } from './chosen';
import { go, place_hash } from './route';

const WAIT_MS = 180;

export function Search(): React.JSX.Element {
  const { t, lang } = useWords();
  const [q, set_q] = useState('');
  const [found, set_found] = useState<{ q: string; rows: PlaceRow[]; problem: Problem | null }>({ q: '', rows: [], problem: null });
  const [at, set_at] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const words = q.trim();
    if (!words) return;
    const stop = new AbortController();
    const soon = window.setTimeout(() => {
      read<Page<PlaceRow>>(`/api/v1/places?limit=12&q=${encodeURIComponent(words)}`, stop.signal).then(
        (page) => {
          set_found({ q: words, rows: page.items, problem: null });
          set_at(0);
        },
        (error: unknown) => {
          if (error instanceof Problem) set_found({ q: words, rows: [], problem: error });
        },
      );
    }, WAIT_MS);
    return () => {
      window.clearTimeout(soon);
      stop.abort();
    };
  }, [q]);
  const rows = q.trim() ? found.rows : [];
  const open = (row: PlaceRow | undefined, record: boolean): void => {
    if (!row) return;
    overlay.set('');
    if (record) return go(place_hash(row.id));
    chosen_place.set({ id: row.id, lon: row.lon, lat: row.lat, look: true });
    go('#/map');
  };
  const key = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown') set_at(Math.min(rows.length - 1, at + 1));
    else if (event.key === 'ArrowUp') set_at(Math.max(0, at - 1));
    else if (event.key === 'Enter') open(rows[at], event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div className="overlay" onClick={(event) => event.target === event.currentTarget && overlay.set('')}>
      <section className="find" role="dialog" aria-label={t('search')}>
        <input
          ref={input}
          type="search"
          value={q}
          onChange={(event) => set_q(event.target.value)}
          onKeyDown={key}
          placeholder={t('search.hint')}
          aria-label={t('search.hint')}
          aria-controls="found"
          role="combobox"
          aria-expanded={rows.length > 0}
          aria-activedescendant={rows.length ? `found-${at}` : undefined}
        />
        <ul id="found" role="listbox" aria-label={t('search')}>
          {rows.map((row, i) => (
            <li
              key={row.id}
              id={`found-${i}`}
              role="option"
              aria-selected={i === at}
              onPointerDown={(event) => {
                event.preventDefault();
                open(row, event.shiftKey);
              }}
            >
              <b>{row.name}</b>
              <span className="q">
                {[row.town_name, lang === 'zh' ? row.category_zh : row.category_en, row.address].filter(Boolean).join(' · ')}
              </span>
            </li>
          ))}
        </ul>
        {rows.length > 0 && <p className="q none">{t('search.keys')}</p>}
        {found.problem && <p className="broken">{found.problem[lang]}</p>}
        {q.trim() && found.q === q.trim() && !rows.length && !found.problem && <p className="q none">{t('search.none')}</p>}
      </section>
    </div>
  );
}
