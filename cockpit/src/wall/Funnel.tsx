/* From warning to fire: how many of today's are left at each step. Bars are logarithmic, and say so. */

import { records_hash } from '../desk/route';
import type { Today } from '../facts/wall';
import { count, day } from '../words/format';
import { useWords } from '../words/words';

const STEPS = ['warnings', 'incidents', 'f2', 'f3', 'fires'] as const;
type Step = (typeof STEPS)[number];

const FILTERS: Record<Step, Record<string, string>> = {
  warnings: {},
  incidents: {},
  f2: { level_min: '2' },
  f3: { level_min: '3' },
  fires: { fire: 'true' },
};

export function Funnel({ today }: { today: Today }): React.JSX.Element {
  const { t } = useWords();
  const since = day(today.from);
  const most = Math.log10(1 + Math.max(...STEPS.map((step) => today[step])));
  return (
    <section className="funnel" aria-labelledby="wall-today">
      <div className="sec">
        <h2 id="wall-today">{t('wall.today')}</h2>
        <span className="r">{t('wall.today.what', { day: since.slice(5) })}</span>
      </div>
      <ol>
        {STEPS.map((step, i) => {
          const n = today[step];
          const before = i ? today[STEPS[i - 1] as Step] : 0;
          const ratio = n > 0 && before > 0 ? before / n : 0;
          const share = most > 0 ? Math.log10(1 + n) / most : 0;
          return (
            <li key={step} data-step={step}>
              <span>
                <b>{t(`wall.${step}`)}</b>
                <small>
                  {step !== 'warnings' && ratio ? t(`wall.${step}.ratio`, { n: ratio < 10 ? ratio.toFixed(1).replace('.0', '') : count(Math.round(ratio)) }) : t(`wall.${step}.what`)}
                </small>
              </span>
              <a href={records_hash('history', { since, counted: true, ...FILTERS[step] })}>
                {count(n)}
                <span className="u">{t(step === 'warnings' ? 'wall.unit.signals' : 'wall.unit.incidents')}</span>
              </a>
              <i className={step === 'fires' ? 'fire' : ''} style={{ width: `${100 * share}%` }} />
            </li>
          );
        })}
      </ol>
      {today.incidents === 0 && <p className="q">{t('wall.none_today')}</p>}
      {today.fires > 0 && <p className="q">{t('wall.one_fire', { n: count(Math.round(today.warnings / today.fires)) })}</p>}
    </section>
  );
}
