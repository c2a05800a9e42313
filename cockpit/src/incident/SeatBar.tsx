/* The 119 seat's own bar: accept or reject, then dispatched, on scene, closed. Nothing of the desk's. */

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useKeys } from '../desk/keys';
import type { Incident } from '../facts/incident';
import { as_problem, ask, Problem } from '../live/api';
import { touch } from '../live/house';
import { hms } from '../words/format';
import { type Key, useWords } from '../words/words';

type SeatAct = 'accept' | 'reject' | 'dispatched' | 'on-scene' | 'closed';

const NEXT: Record<string, SeatAct | null> = {
  '': 'accept',
  rejected: 'accept',
  accepted: 'dispatched',
  turned_out: 'on-scene',
  arrived: 'closed',
  handled: null,
};
const JUDGED_AFTER_MS = 400;
const REASONS = ['bad_address', 'bad_event', 'too_old', 'duplicate', 'not_ours', 'other'] as const;

export function SeatBar({ incident, narrow }: { incident: Incident | null; narrow: boolean }): React.JSX.Element | null {
  const { t, lang } = useWords();
  const [form, set_form] = useState<SeatAct | null>(null);
  const [busy, set_busy] = useState(false);
  const [told, set_told] = useState<{ problem: Problem | null; at_ms: number } | null>(null);
  const number = incident?.number ?? '';
  useEffect(() => {
    set_form(null);
    set_told(null);
  }, [number]);
  const party = incident?.parties.find((one) => one.role === 'cad_119');
  const next = party ? (NEXT[party.answer] ?? 'accept') : null;
  const done = party?.answer === 'handled';
  useKeys({
    Enter: () => next && !done && set_form(next),
    r: () => party && !done && set_form('reject'),
    Escape: () => set_form(null),
  });
  if (!incident) return null;
  const send = async (act: SeatAct, note: string, reason: string): Promise<void> => {
    if (busy) return;
    set_busy(true);
    try {
      await ask('POST', `/api/v1/incidents/${encodeURIComponent(number)}/119/${act}`, { note, ...(act === 'reject' ? { reason } : {}) });
      set_told({ problem: null, at_ms: Date.now() });
      set_form(null);
      window.setTimeout(() => touch([number]), JUDGED_AFTER_MS);
    } catch (error) {
      set_told({ problem: as_problem(error), at_ms: Date.now() });
    } finally {
      set_busy(false);
    }
  };
  return (
    <footer className="act seat" aria-label={t('seat.bar')}>
      <div className="whynext">
        <p>
          <span>{t('seat.bar')}</span>
          {party ? t(`seat.state.${party.answer || 'told'}` as Key) : t('seat.not_told')}
        </p>
        <h2>{next && !done ? t(`seat.do.${next}` as Key) : t('seat.nothing')}</h2>
      </div>
      {next && !done ? (
        <button type="button" className="go" disabled={busy} onClick={() => set_form(next)} data-act={next}>
          {t(`seat.do.${next}` as Key)} {!narrow && <kbd>Enter</kbd>}
        </button>
      ) : (
        <span className="go-none">{t('seat.nothing')}</span>
      )}
      <div className={narrow ? 'two' : 'oth'}>
        {party && !done && (
          <button type="button" onClick={() => set_form('reject')} data-act="reject">
            {!narrow && <kbd>R</kbd>}
            {t('seat.do.reject')}
          </button>
        )}
      </div>
      {told && (
        <p className={`outcome ${told.problem ? 'bad' : ''}`} role="status">
          {told.problem ? t('act.refused', { why: told.problem[lang] }) : t('seat.said', { time: hms(told.at_ms) })}
        </p>
      )}
      {form && <SeatForm key={form} act={form} busy={busy} send={send} close={() => set_form(null)} />}
    </footer>
  );
}

interface FormProps {
  act: SeatAct;
  busy: boolean;
  send: (act: SeatAct, note: string, reason: string) => Promise<void>;
  close: () => void;
}

function SeatForm({ act, busy, send, close }: FormProps): React.JSX.Element {
  const { t } = useWords();
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => ref.current?.querySelector<HTMLElement>('select, input')?.focus(), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    void send(act, String(data.get('note') ?? ''), String(data.get('reason') ?? ''));
  };
  return (
    <form ref={ref} className="sheet" role="dialog" aria-label={t(`seat.do.${act}` as Key)} onSubmit={submit}>
      <h2>{t(`seat.do.${act}` as Key)}</h2>
      {act === 'reject' && (
        <label>
          <span>{t('seat.reason')}</span>
          <select name="reason" required defaultValue="">
            <option value="" disabled>
              {t('seat.reason')}
            </option>
            {REASONS.map((one) => (
              <option key={one} value={one}>
                {t(`seat.reason.${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>{t(`seat.note.${act}` as Key)}</span>
        <input name="note" maxLength={500} required={act === 'reject'} />
      </label>
      <div className="sheet-end">
        <button type="submit" className="go" disabled={busy}>
          {t(`seat.do.${act}` as Key)}
        </button>
        <button type="button" className="quiet" onClick={close}>
          {t('back')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
