/* Shelve points or open test windows, one or many: how many first, then done one by one, then undone if wanted. */

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { as_problem, ask, Problem } from '../live/api';
import { now_ms } from '../live/now';
import { useWords } from '../words/words';

export interface Target {
  id: string;
  name: string;
  origin?: string; // a shelf
  place_id?: string; // a test window
}

const MINUTES = [15, 30, 60, 120];
const NAMED_MAX = 8;

interface QuietProps {
  targets: readonly Target[];
  close: (changed: boolean) => void;
}

const about = ({ origin, place_id }: Target): object => (origin ? { origin } : { place_id });

export function Quiet({ targets, close }: QuietProps): React.JSX.Element {
  const { t, lang } = useWords();
  const box = useRef<HTMLDialogElement>(null);
  const [reason, set_reason] = useState('');
  const [minutes, set_minutes] = useState(30);
  const [done, set_done] = useState<readonly Target[]>([]);
  const [problem, set_problem] = useState<Problem | null>(null);
  const [stage, set_stage] = useState<'asking' | 'running' | 'done' | 'undone'>('asking');
  useEffect(() => box.current?.showModal(), []);
  const kind = targets[0]?.origin ? 'shelf' : 'test_window';
  const each = async (these: readonly Target[], path: string, more: object): Promise<Target[]> => {
    const taken: Target[] = [];
    for (const one of these) {
      try {
        await ask('POST', path, { ...about(one), ...more });
        taken.push(one);
      } catch (error) {
        set_problem(as_problem(error));
        break;
      }
    }
    return taken;
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (stage !== 'asking' || !reason.trim()) return;
    set_stage('running');
    const until = new Date(now_ms() + minutes * 60_000).toISOString();
    set_done(await each(targets, kind === 'shelf' ? '/api/v1/shelves' : '/api/v1/test-windows', { reason: reason.trim(), until }));
    set_stage('done');
  };
  const undo = async (): Promise<void> => {
    set_problem(null);
    set_stage('running');
    const ended = await each(done, '/api/v1/shelves/end', {});
    set_done(done.filter((one) => !ended.includes(one)));
    set_stage('undone');
  };
  const over = stage === 'done' || stage === 'undone';
  return (
    <dialog ref={box} className="person-form" aria-labelledby="quiet-title" onClose={() => close(stage !== 'asking')}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="quiet-title">{t(`quiet.${kind}`, { count: targets.length })}</h2>
        <p className="q">
          {targets
            .slice(0, NAMED_MAX)
            .map((one) => one.name)
            .join('、')}
          {targets.length > NAMED_MAX ? ` … (${targets.length})` : ''}
        </p>
        <label>
          <span>{t('quiet.reason')}</span>
          <input name="reason" value={reason} maxLength={500} required disabled={stage !== 'asking'} onChange={(event) => set_reason(event.target.value)} />
        </label>
        <label>
          <span>{t('quiet.minutes')}</span>
          <select value={minutes} disabled={stage !== 'asking'} onChange={(event) => set_minutes(Number(event.target.value))}>
            {MINUTES.map((n) => (
              <option key={n} value={n}>
                {n} min
              </option>
            ))}
          </select>
          <small>{t(`quiet.${kind}_rule`)}</small>
        </label>
        {over && <p role="status">{t(stage === 'done' ? 'quiet.done' : 'quiet.undone', { count: stage === 'done' ? done.length : targets.length - done.length })}</p>}
        {problem && (
          <p className="broken" role="alert">
            {problem[lang]}
          </p>
        )}
        <div className="buttons">
          <button type="button" onClick={() => box.current?.close()}>
            {t(over ? 'close' : 'back')} <kbd>Esc</kbd>
          </button>
          {stage === 'done' && done.length > 0 && (
            <button type="button" onClick={() => void undo()}>
              {t('quiet.undo', { count: done.length })}
            </button>
          )}
          {!over && (
            <button type="submit" className="go" disabled={stage === 'running' || !reason.trim()}>
              {t(stage === 'running' ? 'quiet.running' : `quiet.do_${kind}`, { count: targets.length })}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
