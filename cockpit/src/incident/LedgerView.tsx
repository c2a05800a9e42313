/* The evidence ledger: sentence, time, signed weight, running bar. What speaks against stays. */

import type { Incident } from '../facts/incident';
import { hms, percent, signed } from '../words/format';
import { useWords } from '../words/words';
import { Levelled } from './Level';
import { type LedgerBar, ledger_of } from './ledger';

export function LedgerView({ incident }: { incident: Incident }): React.JSX.Element {
  const { t } = useWords();
  const ledger = ledger_of(incident.evidence);
  const at = (x: number): string => `${x.toFixed(2)}%`;
  return (
    <section className="led" aria-labelledby="ledger-title">
      <div className="sec">
        <h2 id="ledger-title">{t('ledger.title')}</h2>
        <span className="how">{t('ledger.how')}</span>
        <span className="r">
          {t('ledger.total')} <b>{signed(ledger.total)}</b>
          {t('ledger.likely')} <b>{percent(incident.probability)}</b>
        </span>
      </div>
      <ol tabIndex={0} id="ledger" aria-label={t('ledger.title')}>
        {ledger.bars.map((bar) => (
          <Line key={bar.entry.line} bar={bar} even={at(ledger.even)} />
        ))}
      </ol>
      <div className="scale" aria-hidden="true">
        {ledger.marks.map((mark) => (
          <span
            key={mark.text}
            className={mark.at < 2 ? 'first' : mark.at > 98 ? 'last' : ''}
            style={mark.at < 2 || mark.at > 98 ? undefined : { left: at(mark.at) }}
          >
            {mark.text}
          </span>
        ))}
      </div>
    </section>
  );
}

function Line({ bar, even }: { bar: LedgerBar; even: string }): React.JSX.Element {
  const { t, say } = useWords();
  const { entry, kind } = bar;
  const sentence = say(entry.sentence);
  const floor = entry.floor > 0 ? t('ledger.floor', { level: entry.floor }) : '';
  const style = kind === 'zero' ? { left: `${bar.left}%` } : { left: `${bar.left}%`, width: `${bar.width}%` };
  return (
    <li className={kind}>
      <p title={sentence}>
        <span>
          <Levelled text={sentence} />
        </span>
        <span className="src">
          {entry.what === 'prior' ? '' : hms(entry.at)}
          {floor && ' · '}
          {floor}
        </span>
      </p>
      <b>{signed(entry.weight)}</b>
      <div className="bar">
        <i className="even" style={{ left: even }} />
        <i className={kind === 'zero' ? 'tick' : kind} style={style} />
      </div>
    </li>
  );
}
