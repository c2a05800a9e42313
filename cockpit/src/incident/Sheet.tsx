/* The form of an act, above the action bar. Esc closes it; nothing is sent before the last press. */

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Alarm, Incident, IncidentRow } from '../facts/incident';
import { useCell } from '../live/cell';
import { now_ms } from '../live/now';
import { type Key, useWords } from '../words/words';
import { type ActBody, busy, form, outcome, perform, shelve } from './acting';
import { CAUSES, DISPOSITIONS } from './causes';
import { ALARMS_MAX, type Act, next_alarm } from './next';

interface SheetProps {
  row: IncidentRow;
  incident: Incident | null;
}

export function Sheet({ row, incident }: SheetProps): React.JSX.Element | null {
  const open = useCell(form);
  if (!open || open.number !== row.number) return null;
  const alarms = incident?.alarms.filter((alarm) => alarm.state !== 'normal' && !alarm.shelved) ?? [];
  return <OpenSheet key={open.act} act={open.act} row={row} alarms={alarms} />;
}

const REASONED: ReadonlySet<Act> = new Set(['lower', 'shelve', 'reopen']);
const SHELF_MIN = [15, 30, 60, 120];

function OpenSheet({ act, row, alarms }: { act: Act; row: IncidentRow; alarms: readonly Alarm[] }): React.JSX.Element {
  const { t } = useWords();
  const ref = useRef<HTMLFormElement>(null);
  const [body, set_body] = useState<ActBody & { minutes: number; origin: string }>({
    minutes: 30,
    origin: alarms.length === 1 ? (alarms[0]?.origin ?? '') : '',
    level: act === 'alarm-level' ? next_alarm(row) : Math.max(1, row.level - 1),
    disposition: '',
    cause: '',
    reason: '',
    note: '',
  });
  const [sure, set_sure] = useState(false);
  const running = useCell(busy);
  useEffect(() => {
    const box = ref.current;
    (box?.querySelector<HTMLElement>('input:checked') ?? box?.querySelector<HTMLElement>('input, textarea'))?.focus();
  }, []);
  const change = (part: Partial<typeof body>): void => {
    set_body({ ...body, ...part });
    set_sure(false);
  };
  const cause_needed = act === 'no-fire' || (act === 'close' && body.disposition === 'nuisance');
  const ready =
    (!REASONED.has(act) || Boolean(body.reason?.trim())) &&
    (act !== 'note' || Boolean(body.note?.trim())) &&
    (act !== 'shelve' || Boolean(body.origin)) &&
    (act !== 'close' || Boolean(body.disposition)) &&
    (!cause_needed || Boolean(body.cause));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || running) return;
    if (act === 'lower' && !sure) set_sure(true);
    else if (act === 'shelve') void shelve(row.number, shelf_of(body.origin, body.reason ?? '', body.minutes));
    else void perform(row.number, act, sent(act, body));
  };
  return (
    <form className="sheet" ref={ref} onSubmit={submit} role="dialog" aria-label={t(`other.${act}` as Key, { level: '', alarm: '' })}>
      <h2>{t(`sheet.${act}` as Key, { place: row.place.name })}</h2>
      {act === 'close' && (
        <Choice name="disposition" codes={DISPOSITIONS} value={body.disposition ?? ''} put={(disposition) => change({ disposition })} />
      )}
      {cause_needed && <Choice name="cause" codes={CAUSES} value={body.cause ?? ''} put={(cause) => change({ cause })} />}
      {act === 'lower' && (
        <Choice name="level" codes={levels_below(row.level)} value={String(body.level)} put={(level) => change({ level: Number(level) })} />
      )}
      {act === 'alarm-level' && (
        <Choice name="alarm" codes={alarms_above(row.alarm)} value={String(body.level)} put={(level) => change({ level: Number(level) })} />
      )}
      {act === 'shelve' && <Points alarms={alarms} value={body.origin} put={(origin) => change({ origin })} />}
      {act === 'shelve' && (
        <Choice name="minutes" codes={SHELF_MIN.map(String)} value={String(body.minutes)} put={(m) => change({ minutes: Number(m) })} />
      )}
      <Field label={t(REASONED.has(act) ? 'sheet.reason' : 'sheet.note_field')}>
        <textarea
          rows={2}
          maxLength={500}
          value={(REASONED.has(act) ? body.reason : body.note) ?? ''}
          onChange={(e) => change(REASONED.has(act) ? { reason: e.target.value } : { note: e.target.value })}
        />
      </Field>
      <div className="sheet-end">
        <button type="submit" className={sure ? 'sure' : ''} disabled={!ready || running !== null} data-act={`send-${act}`}>
          {sure ? t('sheet.sure', { level: body.level ?? 0 }) : t(`send.${act}` as Key, { level: body.level ?? 0 })}
        </button>
        <button type="button" className="quiet" onClick={() => form.set(null)}>
          {t('back')} <kbd>Esc</kbd>
        </button>
        {!ready && <span className="q">{t('sheet.needs')}</span>}
      </div>
      <SheetProblem number={row.number} />
    </form>
  );
}

function SheetProblem({ number }: { number: string }): React.JSX.Element | null {
  const { t, lang } = useWords();
  const last = useCell(outcome);
  if (last?.number !== number || !last.problem) return null;
  return (
    <p className="outcome bad" role="alert">
      {t('act.refused', { why: last.problem[lang] })}
    </p>
  );
}

function sent(act: Act, body: ActBody): ActBody {
  const note = body.note?.trim() ? { note: body.note.trim() } : {};
  const reason = body.reason?.trim() ?? '';
  if (act === 'lower') return { level: body.level ?? 0, reason };
  if (act === 'alarm-level') return { level: body.level ?? 1, reason: body.note?.trim() ?? '' };
  if (act === 'reopen') return { reason };
  if (act === 'no-fire') return { cause: body.cause ?? '', ...note };
  if (act !== 'close') return note;
  const cause = body.disposition === 'nuisance' ? { cause: body.cause ?? '' } : {};
  return { disposition: body.disposition ?? '', ...cause, ...note };
}

function shelf_of(origin: string, reason: string, minutes: number): Parameters<typeof shelve>[1] {
  const until = new Date(now_ms() + minutes * 60_000).toISOString();
  return { origin, reason: reason.trim(), until };
}

const alarms_above = (alarm: number): string[] => Array.from({ length: ALARMS_MAX - alarm }, (_, i) => String(alarm + 1 + i));

const levels_below = (level: number): string[] => Array.from({ length: level - 1 }, (_, i) => String(level - 1 - i));

/** The points in alarm here, to choose the one that is shelved. */
function Points({ alarms, value, put }: { alarms: readonly Alarm[]; value: string; put: (origin: string) => void }): React.JSX.Element {
  const { t, word } = useWords();
  return (
    <fieldset className="choice">
      <legend>{t('choice.origin')}</legend>
      {alarms.length === 0 && <span className="q">{t('sheet.no_point')}</span>}
      {alarms.map(({ origin, sensor, text }) => (
        <label key={origin} className={origin === value ? 'on' : ''}>
          <input type="radio" name="origin" value={origin} checked={origin === value} onChange={() => put(origin)} />
          {[word('sensor', sensor), text].filter(Boolean).join(' ')} <span className="q">{origin.split(':').pop()}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  name: 'disposition' | 'cause' | 'level' | 'minutes' | 'alarm';
  codes: readonly string[];
  value: string;
  put: (code: string) => void;
}

function Choice({ name, codes, value, put }: ChoiceProps): React.JSX.Element {
  const { t, word } = useWords();
  return (
    <fieldset className="choice">
      <legend>{t(`choice.${name}`)}</legend>
      {codes.map((code) => (
        <label key={code} className={code === value ? 'on' : ''}>
          <input type="radio" name={name} value={code} checked={code === value} onChange={() => put(code)} />
          {name === 'level' ? `F${code} ${word('level', code)}` : name === 'minutes' ? `${code} min` : word(name, code)}
        </label>
      ))}
    </fieldset>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }): React.JSX.Element {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
