/* Operator load: ten-minute windows against their limits, floods, how soon people answered, what chatters or stands. */

import { useState } from 'react';
import { PlaceLink } from '../devices/Listed';
import { chosen_place } from '../desk/chosen';
import type { DeskLoad, Restless } from '../facts/review';
import { read } from '../live/api';
import { useCell } from '../live/cell';
import { PlaceCard } from '../map/PlaceCard';
import { count, day, hm, span } from '../words/format';
import { useWords } from '../words/words';
import { RecordsNav } from './RecordsNav';
import { Reading, useRead } from './reading';
import { WindowBars } from './WindowBars';

const HOURS = [4, 24, 72, 168];

/** first: `hours`, as an address names it. */
export default function LoadPage({ first }: { first: string }): React.JSX.Element {
  const { t } = useWords();
  const given = Number(new URLSearchParams(first).get('hours'));
  const [hours, set_hours] = useState(HOURS.includes(given) ? given : 24);
  const [answer, again] = useRead<DeskLoad>(() => read(`/api/v1/desk/load?hours=${hours}`), String(hours));
  const chosen = useCell(chosen_place);
  return (
    <main className="page history devices review" aria-label={t('page.load')}>
      <RecordsNav page="load" />
      <form className="filters" onSubmit={(event) => event.preventDefault()} role="search">
        <h1>{t('page.load')}</h1>
        <select value={hours} aria-label={t('load.span')} onChange={(e) => set_hours(Number(e.target.value))}>
          {HOURS.map((one) => (
            <option key={one} value={one}>
              {t('load.hours', { hours: one })}
            </option>
          ))}
        </select>
        <span className="q">{t('load.source')}</span>
      </form>
      <Reading answer={answer} again={again} failed="load.failed">
        {(found) => <Found load={found} />}
      </Reading>
      {chosen && <PlaceCard id={chosen.id} />}
    </main>
  );
}

const percent = (share: number): string => (share * 100).toFixed(1);
const seconds = (s: number | null): string => (s === null ? '—' : span(s * 1000));

function Found({ load }: { load: DeskLoad }): React.JSX.Element {
  const { t } = useWords();
  const verdict = (good: boolean): string => t(good ? 'load.met' : 'load.missed');
  const { answers } = load;
  const figures: [string, string, string][] = [
    [t('load.mean'), load.mean.toFixed(2), `${t('load.limit', { limit: load.mean_max.toFixed(1) })} · ${verdict(load.mean <= load.mean_max)}`],
    [t('load.most'), count(load.most), t('load.flood', { count: load.flood_at })],
    [t('load.flooded'), `${percent(load.flood_share)} %`, `${t('load.limit', { limit: `${percent(load.flood_share_max)} %` })} · ${verdict(load.flood_share < load.flood_share_max)}`],
    [t('load.answer'), seconds(answers.p50_s), t('load.answer_more', { p90: seconds(answers.p90_s), most: seconds(answers.most_s) })],
    [t('load.unanswered'), count(answers.incidents - answers.acknowledged), t('load.of', { count: count(answers.incidents) })],
  ];
  return (
    <>
      <dl className="figures">
        {figures.map(([name, figure, beside]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{figure}</b> <span className="q">{beside}</span>
            </dd>
          </div>
        ))}
      </dl>
      <WindowBars load={load} />
      <Floods load={load} />
      <People load={load} />
      <Points title={t('load.chattering')} none={t('load.no_chattering')} points={load.chattering} />
      <Points title={t('load.stale')} none={t('load.no_stale')} points={load.stale} />
    </>
  );
}

function Floods({ load }: { load: DeskLoad }): React.JSX.Element {
  const { t } = useWords();
  return (
    <section>
      <h2>{t('load.floods')}</h2>
      {!load.floods.length && <p className="q">{t('load.no_floods')}</p>}
      <ul>
        {load.floods.map((flood) => (
          <li key={flood.from}>{t('load.flood_line', { day: day(flood.from).slice(5), from: hm(flood.from), until: hm(flood.until), count: flood.incidents })}</li>
        ))}
      </ul>
    </section>
  );
}

function People({ load }: { load: DeskLoad }): React.JSX.Element {
  const { t } = useWords();
  return (
    <section>
      <h2>{t('load.people')}</h2>
      {!load.by_person.length && <p className="q">{t('load.nobody')}</p>}
      {load.by_person.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>{t('load.person')}</th>
              <th className="n">{t('load.acknowledged')}</th>
              <th className="n">{t('load.per_window')}</th>
              <th className="n">{t('load.most')}</th>
              <th className="n">p50</th>
              <th className="n">p90</th>
            </tr>
          </thead>
          <tbody>
            {load.by_person.map((one) => (
              <tr key={one.name}>
                <td>{one.name}</td>
                <td className="n">{count(one.acknowledged)}</td>
                <td className="n">{one.mean.toFixed(2)}</td>
                <td className="n">{one.most}</td>
                <td className="n">{seconds(one.p50_s)}</td>
                <td className="n">{seconds(one.p90_s)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Points({ title, none, points }: { title: string; none: string; points: readonly Restless[] }): React.JSX.Element {
  const { t, word } = useWords();
  return (
    <section>
      <h2>{title}</h2>
      {!points.length && <p className="q">{none}</p>}
      <ul>
        {points.map((one) => (
          <li key={one.origin + one.first_at}>
            <PlaceLink id={one.place.id} name={one.place.name} />{' '}
            {t('load.point', { sensor: word('sensor', one.sensor), count: count(one.signals), day: day(one.first_at).slice(5), time: hm(one.first_at) })}
          </li>
        ))}
      </ul>
    </section>
  );
}
