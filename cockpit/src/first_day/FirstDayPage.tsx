/* The first day of a city, step by step. Every state is the database's: leave and come back any time. */

import { useEffect, useState } from 'react';
import type { Step, StepKey } from '../facts/first_day';
import { read } from '../live/api';
import { useCell } from '../live/cell';
import '../look/first.css';
import { PersonForm } from '../people/PersonForm';
import { may } from '../session/session';
import { useWords } from '../words/words';
import { first_day, first_day_problem, look_again } from './answer';
import { Border } from './Border';
import { DeviceForm } from './DeviceForm';
import { Operators } from './Operators';
import { TestFire } from './TestFire';
import { Upload } from './Upload';

const LOOK_AGAIN_MS = 8000; // a city of 52,000 places takes over half a second to look through
const FIRE_LOOK_AGAIN_MS = 2000;
const MARKS = { todo: 'sent', gaps: 'ans', done: 'ack' } as const;

export default function FirstDayPage(): React.JSX.Element {
  const { t, lang } = useWords();
  const day = useCell(first_day);
  const problem = useCell(first_day_problem);
  const [open, set_open] = useState<StepKey | null | undefined>(undefined);
  useEffect(() => {
    let timer = 0;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await look_again();
      if (timer >= 0) timer = window.setTimeout(() => void look(), open === 'fire' ? FIRE_LOOK_AGAIN_MS : LOOK_AGAIN_MS);
    };
    void look();
    return () => {
      window.clearTimeout(timer);
      timer = -1;
    };
  }, [open]);
  if (!may('administer')) {
    return (
      <main className="page first" aria-label={t('page.first-day')}>
        <h1>{t('page.first-day')}</h1>
        <p>{t('first.admin_only')}</p>
      </main>
    );
  }
  const next = day?.steps.find((step) => step.state === 'todo')?.key ?? null;
  useEffect(() => {
    if (day && open === undefined) set_open(next);
  }, [day, open, next]);
  const done = day?.steps.filter((step) => step.state !== 'todo').length ?? 0;
  return (
    <main className="page first" aria-label={t('page.first-day')}>
      <h1>{t('page.first-day')}</h1>
      <p>{t('first.what')}</p>
      {problem && (
        <div className="broken" role="alert">
          <p>{problem[lang]}</p>
          <button type="button" onClick={() => void look_again()}>
            {t('retry')}
          </button>
        </div>
      )}
      {!day && !problem && <div className="bones" aria-label={t('loading')}>{[0, 1, 2, 3].map((i) => <i key={i} className="tall" />)}</div>}
      {day && (
        <>
          <p role="status" className="b">
            {day.ready ? t('first.ready') : t('first.count', { done, all: day.steps.length })}
          </p>
          <ol className="steps">
            {day.steps.map((step, at) => (
              <StepView key={step.key} step={step} number={at + 1} open={open === step.key} next={next} go={set_open} />
            ))}
          </ol>
        </>
      )}
    </main>
  );
}

interface StepProps {
  step: Step;
  number: number;
  open: boolean;
  next: StepKey | null; // the first one that still stops the chain
  go: (to: StepKey | null) => void;
}

function StepView({ step, number, open, next, go }: StepProps): React.JSX.Element {
  const { t, lang } = useWords();
  return (
    <li data-step={step.key} data-state={step.state}>
      <h2>
        <button type="button" aria-expanded={open} onClick={() => go(open ? null : step.key)}>
          <span className="n">{number}</span>
          <span className="name">{t(`first.step.${step.key}`)}</span>
          <span className={`st ${MARKS[step.state]}`}>
            <i aria-hidden="true" />
            {t(`first.state.${step.state}`)}
          </span>
        </button>
      </h2>
      <p className="there">{step.there[lang]}</p>
      {step.missing.length > 0 && (
        <ul className="missing">
          {step.missing.map((one) => (
            <li key={one.en}>{one[lang]}</li>
          ))}
        </ul>
      )}
      {open && (
        <div className="inside">
          <p>{t(`first.why.${step.key}`)}</p>
          <Inside of={step.key} />
          <div className="line">
            <button type="button" onClick={() => void look_again()}>
              {t('first.check')}
            </button>
            {step.state !== 'todo' && next && (
              <button type="button" className="go" onClick={() => go(next)}>
                {t('first.next', { step: t(`first.step.${next}`) })}
              </button>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

function Inside({ of }: { of: StepKey }): React.JSX.Element {
  const { t } = useWords();
  if (of === 'towns') {
    return (
      <>
        <Upload kind="towns" title={t('first.towns')} placed />
        <Border />
        <Upload kind="villages" title={t('first.villages')} placed />
      </>
    );
  }
  if (of === 'stations') return <Upload kind="stations" title={t('first.stations')} placed />;
  if (of === 'places') {
    return (
      <>
        <Upload kind="places" title={t('first.places')} placed />
        <Upload kind="water" title={t('first.water')} placed />
      </>
    );
  }
  if (of === 'contacts') return <Upload kind="contacts" title={t('first.contacts')} />;
  if (of === 'people') return <People />;
  if (of === 'operators') return <Operators />;
  if (of === 'fire') return <TestFire />;
  return (
    <>
      <DeviceForm />
      <Upload kind="devices" title={t('first.devices')} />
    </>
  );
}

function People(): React.JSX.Element {
  const { t } = useWords();
  const [towns, set_towns] = useState<{ code: string; name: string }[] | null>(null);
  const [adding, set_adding] = useState(false);
  useEffect(() => {
    read<{ items: { code: string; name: string }[] }>('/api/v1/towns').then((got) => set_towns(got.items), () => set_towns([]));
  }, []);
  return (
    <div className="line">
      <button type="button" className="go" disabled={!towns} onClick={() => set_adding(true)}>
        {t('people.add')}
      </button>
      <a href="#/people">{t('page.people')}</a>
      {adding && (
        <PersonForm
          member={null}
          towns={towns ?? []}
          done={() => {
            set_adding(false);
            void look_again();
          }}
        />
      )}
    </div>
  );
}
