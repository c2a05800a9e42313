/* One filled button: what happens next, beside it why, on it the key. The rest are quiet. */

import { useEffect, useRef, useState } from 'react';
import type { Incident, IncidentRow } from '../facts/incident';
import { claims } from '../desk/claims';
import { useCell } from '../live/cell';
import { useNow } from '../live/now';
import { may, may_judge, person } from '../session/session';
import { clock, hms } from '../words/format';
import { type Key, type Words, useWords } from '../words/words';
import { begin, busy, outcome, warned } from './acting';
import { ALARMS_MAX, type Act, next_act, next_alarm } from './next';
import { SeatBar } from './SeatBar';

const LOCKED_MS = 400;

/** True for a moment after the next action changed: a key meant for the old one does nothing. */
export function useLocked(of: string): () => boolean {
  const changed = useRef({ of, at: 0 });
  useEffect(() => {
    if (changed.current.of !== of) changed.current = { of, at: performance.now() };
  }, [of]);
  return () => changed.current.of !== of || performance.now() - changed.current.at < LOCKED_MS;
}

interface BarProps {
  row: IncidentRow;
  incident: Incident | null;
  narrow: boolean;
}

/** The bar of whoever sits here: the desk's, the 119 seat's, or none. */
export function ActionBar({ row, incident, narrow }: BarProps): React.JSX.Element | null {
  return may('answer_for_119') ? <SeatBar incident={incident} narrow={narrow} /> : <DeskBar row={row} narrow={narrow} />;
}

function DeskBar({ row, narrow }: { row: IncidentRow; narrow: boolean }): React.JSX.Element {
  const words = useWords();
  const { t } = words;
  useCell(person);
  const act = next_act(row);
  const locked = useLocked(`${row.number} ${act ?? ''}`);
  const running = useCell(busy);
  const press = (): void => {
    if (act && !locked()) begin(row, act);
  };
  if (!may_judge()) return <ReadOnly row={row} words={words} />;
  return (
    <footer className="act" aria-label={t('act.bar')}>
      <Why row={row} act={act} />
      {act ? (
        <button type="button" className="go" onClick={press} disabled={running !== null} data-act={act}>
          {t(`do.${act}` as Key, { level: Math.min(4, row.level + 1) })}
          {!narrow && <kbd>Enter</kbd>}
        </button>
      ) : (
        <span className="go-none">{row.state === 'closed' ? t('act.closed') : t('act.wait')}</span>
      )}
      {narrow ? <NarrowOthers row={row} act={act} /> : <Others row={row} act={act} />}
      <Outcome row={row} />
    </footer>
  );
}

function Why({ row, act }: { row: IncidentRow; act: Act | null }): React.JSX.Element {
  const { t, say } = useWords();
  const now = useNow();
  const next = row.next_action;
  const due = next?.due_at ? Date.parse(next.due_at) - now : null;
  const when = due === null ? '' : due > 0 ? t('act.due', { time: clock(due) }) : t('act.overdue', { time: clock(-due) });
  const why = act ? t(`why.${act}` as Key) : t('why.none');
  return (
    <div className="whynext">
      <p>
        <span>{t('act.next')}</span>
        {[why, when].filter(Boolean).join(' · ')}
      </p>
      <h2>{next ? say(next.sentence) : act ? t(`what.${act}` as Key, { place: row.place.name }) : say(row.sentence)}</h2>
    </div>
  );
}

function ReadOnly({ row, words }: { row: IncidentRow; words: Words }): React.JSX.Element {
  const { t } = words;
  return (
    <footer className="act readonly" aria-label={t('act.bar')}>
      <Why row={row} act={next_act(row)} />
      <p className="ro">{t('readonly', { town: row.place.town_name || t('city') })}</p>
    </footer>
  );
}

function Others({ row, act }: { row: IncidentRow; act: Act | null }): React.JSX.Element {
  const { t } = useWords();
  const all: [string, Act, boolean][] = [
    ['U', 'raise', row.level < 4 && row.state !== 'closed'],
    ['B', 'alarm-level', row.alarm < ALARMS_MAX && row.state !== 'closed'],
    ['N', 'note', true],
    ['Z', 'unacknowledge', row.desk_acknowledged_at !== null && row.state !== 'closed'],
    ['L', 'lower', row.level > 1 && row.state !== 'closed'],
    ['D', row.state === 'closed' ? 'reopen' : 'close', true],
  ];
  const shown = all.filter(([, name, on]) => on && name !== act);
  return (
    <div className="oth">
      {shown.map(([key, name]) => (
        <button key={name} type="button" onClick={() => begin(row, name)} data-act={name}>
          <kbd>{key}</kbd>
          {t(`other.${name}` as Key, { level: Math.min(4, row.level + 1), alarm: next_alarm(row) })}
        </button>
      ))}
      <span>
        <kbd>?</kbd>
        {t('keys.all')}
      </span>
    </div>
  );
}

/** On the phone: the fire first, then everything else behind one button. */
function NarrowOthers({ row, act }: { row: IncidentRow; act: Act | null }): React.JSX.Element {
  const { t } = useWords();
  const [more, set_more] = useState(false);
  const open = row.state !== 'closed';
  const rest: Act[] = open ? ['acknowledge', 'no-fire', 'people-inside', 'raise', 'alarm-level', 'lower', 'note', 'shelve', 'unacknowledge', 'close'] : ['note', 'reopen'];
  const pick = (name: Act): void => {
    set_more(false);
    begin(row, name);
  };
  const first: Act | null = open && act !== 'confirm' && row.level < 3 ? 'confirm' : open && act !== 'no-fire' ? 'no-fire' : null;
  return (
    <div className="two">
      {first && (
        <button type="button" className={first === 'confirm' ? 'fire F3' : ''} onClick={() => pick(first)} data-act={first}>
          {first === 'confirm' && <span className="lv" aria-hidden="true" />}
          {t(`do.${first}` as Key)}
        </button>
      )}
      <button type="button" onClick={() => set_more(!more)} aria-expanded={more}>
        {t('more')}
      </button>
      {more && (
        <div className="more" role="menu">
          {rest
            .filter((name) => name !== act && name !== first && !(name === (row.desk_acknowledged_at ? 'acknowledge' : 'unacknowledge')))
            .filter((name) => !(name === 'lower' && row.level < 2) && !(name === 'raise' && row.level > 3))
            .filter((name) => !(name === 'alarm-level' && row.alarm >= ALARMS_MAX))
            .map((name) => (
              <button key={name} type="button" role="menuitem" onClick={() => pick(name)} data-act={name}>
                {t(`other.${name}` as Key, { level: Math.min(4, row.level + 1), alarm: next_alarm(row) })}
              </button>
            ))}
        </div>
      )}
    </div>
  );
}

/** How the last act went, where it was pressed. */
function Outcome({ row }: { row: IncidentRow }): React.JSX.Element | null {
  const { t, lang } = useWords();
  const last = useCell(outcome);
  const asked = useCell(warned);
  const held = useCell(claims).get(row.number);
  if (asked?.number === row.number && held) {
    return (
      <p className="outcome bad" role="alert">
        {t('held.warned', { name: held.person_name })}
      </p>
    );
  }
  if (!last || last.number !== row.number) return null;
  const { problem } = last;
  return (
    <p className={`outcome ${problem ? 'bad' : ''}`} role="status">
      {problem ? t('act.refused', { why: problem[lang] }) : t('act.kept', { time: hms(last.at_ms) })}
    </p>
  );
}
