/* The open incidents: level, place, one sentence, town, answers, age. In a flood grouped by town. Never troubles. */

import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { IncidentRow } from '../facts/incident';
import { first_day } from '../first_day/answer';
import { LevelMark, Levelled } from '../incident/Level';
import { useCell } from '../live/cell';
import { figures, last_closed, live, read_last_closed } from '../live/house';
import { useNow } from '../live/now';
import { clock, count, hms, when } from '../words/format';
import { type Words, useWords } from '../words/words';
import { key_down, pointer_over } from './keys';
import { claims } from './claims';
import { QueueSwitches, TownGroup } from './FloodView';
import type { Entry } from './flood';
import { type Queued, arranged } from './order';

/** The queue as it is shown: it keeps its order while a hand is on it. */
export function useQueue(): Queued[] {
  // A key is answered before ten thousand rows are put in order: React draws this part when nothing waits.
  const rows = useDeferredValue(useCell(live).rows);
  const key = useCell(key_down);
  const over = useCell(pointer_over);
  const held = key || over;
  const shown = useRef<Queued[]>([]);
  const queue = useMemo(() => arranged(rows, shown.current, held), [rows, held]);
  shown.current = queue;
  return queue;
}

interface QueueProps {
  queue: Queued[];
  shown: Entry[];
  grouped: boolean;
  group: (on: boolean) => void;
  chosen: string | null;
  choose: (number: string) => void;
}

export function Queue({ queue, shown, grouped, group, chosen, choose }: QueueProps): React.JSX.Element {
  const words = useWords();
  const { t } = words;
  const { loaded, failed } = useCell(live);
  const open = queue.filter((one) => !one.gone).length;
  const { part, end } = usePart(shown, chosen);
  const latest = useRef(choose);
  latest.current = choose;
  const pick = useCallback((number: string) => latest.current(number), []);
  return (
    <>
      <div className="sec queue-head">
        <h2>{t('queue.title', { count: open })}</h2>
        <span>{t('queue.order')}</span>
        <span className="r">
          <kbd>J</kbd> <kbd>K</kbd>
        </span>
      </div>
      <QueueSwitches grouped={grouped} group={group} words={words} />
      <div
        className="queue"
        onPointerEnter={(event) => event.pointerType === 'mouse' && pointer_over.set(true)}
        onPointerLeave={() => pointer_over.set(false)}
      >
        <Unjudged words={words} />
        <ol aria-label={t('queue.title', { count: open })}>
          {part.map((entry) =>
            'group' in entry ? (
              <TownGroup key={entry.group.town} group={entry.group} words={words} />
            ) : (
              <Row key={entry.one.row.number} row={entry.one.row} gone={entry.one.gone} chosen={entry.one.row.number === chosen} choose={pick} words={words} />
            ),
          )}
        </ol>
        {part.length < shown.length && (
          <p ref={end} className="done">
            {t('queue.more', { count: count(shown.length - part.length) })}
          </p>
        )}
        {loaded && open === 0 && <Empty words={words} />}
        {!loaded && !failed && <div className="bones queue-bones" aria-label={t('loading')}>{[0, 1, 2].map((i) => <i key={i} />)}</div>}
        {failed && <p className="broken">{t(loaded ? 'error.queue_old' : 'error.queue')}</p>}
        <Done words={words} />
      </div>
    </>
  );
}

const PART = 100;

/** The upper part of a long queue: as far as was scrolled, and always with the chosen row. */
function usePart(shown: Entry[], chosen: string | null): { part: Entry[]; end: (mark: Element | null) => void } {
  const [size, set_size] = useState(PART);
  const at = shown.findIndex((entry) => 'one' in entry && entry.one.row.number === chosen);
  const watcher = useRef<IntersectionObserver | null>(null);
  const end = useCallback((mark: Element | null) => {
    watcher.current?.disconnect();
    watcher.current = null;
    if (!mark) return;
    watcher.current = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) set_size((old) => old + PART);
    });
    watcher.current.observe(mark);
  }, []);
  return { part: shown.slice(0, Math.max(size, at + PART / 2)), end };
}

interface RowProps {
  row: IncidentRow;
  gone: boolean;
  chosen: boolean;
  choose: (number: string) => void;
  words: Words;
}

const Row = memo(function Row({ row, gone, chosen, choose, words }: RowProps): React.JSX.Element {
  const { t, say, lang } = words;
  const { place } = row;
  const holder = useHolder(row.number, words);
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const category = lang === 'zh' ? place.category_zh : place.category_en;
  return (
    <li className={`F${row.level} ${chosen ? 'sel' : ''} ${gone ? 'gone' : ''}`}>
      <button
        ref={ref}
        type="button"
        onClick={() => choose(row.number)}
        aria-current={chosen}
        data-chosen={chosen}
        data-number={row.number}
      >
        <LevelMark level={row.level} />
        <span className="n">
          <span className="lvt">F{row.level}</span> {row.drill && <i className="tag">{t('drill')}</i>}
          {place.name}
        </span>
        <Age row={row} />
        <span className="e">
          <Levelled text={say(row.sentence)} />
        </span>
        <span className="p">
          <span>{[place.town_name, category].filter(Boolean).join(' · ') || t('unregistered')}</span>
          <span>{gone ? t('queue.gone') : [holder, answers(row, words)].filter(Boolean).join(' · ')}</span>
        </span>
      </button>
    </li>
  );
});

/** Whoever has it in hand, if anybody. */
function useHolder(number: string, { t }: Words): string {
  const held = useSyncExternalStore(claims.watch, () => claims.get().get(number)?.person_name ?? '');
  return held && t('held.tag', { name: held });
}

function answers(row: IncidentRow, { t }: Words): string {
  if (!row.parties_total) return row.desk_acknowledged_at ? t('queue.seen') : '';
  return t('queue.answers', { told: row.parties_acknowledged, total: row.parties_total });
}

function Age({ row }: { row: IncidentRow }): React.JSX.Element {
  const now = useNow();
  return <time>{clock((row.closed_at ? Date.parse(row.closed_at) : now) - Date.parse(row.opened_at))}</time>;
}

/** Fires that the fallback keeps while the database does not answer: on top, in a plain sentence. */
function Unjudged({ words }: { words: Words }): React.JSX.Element | null {
  const { t, word } = words;
  const { unjudged } = useCell(live);
  if (!unjudged.length) return null;
  return (
    <section className="unjudged" role="alert">
      <h3>{t('unjudged.title', { count: unjudged.length })}</h3>
      <p>{t('unjudged.why')}</p>
      <ol>
        {unjudged.slice(0, 6).map((fire) => (
          <li key={fire.id}>
            <time>{hms(fire.at)}</time> {word('sensor', fire.sensor)} {fire.text}
            <span className="q"> {fire.origin}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Empty({ words }: { words: Words }): React.JSX.Element {
  const now = useNow();
  const last = useCell(last_closed);
  const leads = useCell(first_day)?.leads ?? false;
  const [asked, set_asked] = useState(false);
  useEffect(() => {
    if (!asked) void read_last_closed();
    set_asked(true);
  }, [asked]);
  const since = last?.closed_at ? words.t('queue.last', { time: when(last.closed_at, now), place: last.place.name }) : '';
  return (
    <p className="done">
      {words.t('queue.empty')}
      <br />
      {since}
      {leads && <a href="#/first-day">{words.t('first.lead')}</a>}
    </p>
  );
}

function Done({ words: { t } }: { words: Words }): React.JSX.Element | null {
  const { desk } = useCell(figures);
  if (!desk) return null;
  return (
    <p className="done">
      {t('queue.done', { handled: count(desk.handled_today), fires: count(desk.fires_today) })}
      <br />
      {t('queue.troubles', { count: count(desk.troubles_open) })}
    </p>
  );
}
