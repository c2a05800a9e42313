/* Who is on the way: how far by which measure, how far it has come, and its 1-3-5 clocks. */

import type { Crew, Incident, Party } from '../facts/incident';
import { useNow } from '../live/now';
import { clock, distance, hms } from '../words/format';
import { type Words, useWords } from '../words/words';
import { type Ticking, ticking } from './crew_clocks';

const TOLD = new Set(['micro_station', 'brigade', 'town_workstation', 'cad_119', 'next_level']);
const SHOWN_MAX = 8;
const STEPS = ['returned', 'handled', 'arrived', 'turned_out'] as const;

export function Crews({ incident }: { incident: Incident }): React.JSX.Element | null {
  const words = useWords();
  const { t, say } = words;
  // A shortfall may be a number that nobody has verified: a crew that was told, or came, is shown all the same.
  const sent = new Set(incident.crews.filter((one) => one.crew).map((one) => one.party_id));
  const told = incident.parties.filter((party) => TOLD.has(party.role) && (!party.shortfall || sent.has(party.id)));
  if (!told.length && !incident.hints.length) return null;
  return (
    <section className="pad crews" aria-labelledby="crews-title">
      <div className="sec">
        <h2 id="crews-title">{t('forces.title')}</h2>
        <span className="r">{t('forces.columns')}</span>
      </div>
      <ul>
        {told.slice(0, SHOWN_MAX).map((party) => (
          <CrewLine key={party.id} party={party} crew={incident.crews.find((one) => one.party_id === party.id)} words={words} />
        ))}
      </ul>
      {told.length > SHOWN_MAX && <p className="q">{t('forces.more', { count: told.length - SHOWN_MAX })}</p>}
      {incident.hints.map((hint) => (
        <p key={hint.key + hint.zh} className="hint">
          {say(hint)}
        </p>
      ))}
    </section>
  );
}

function CrewLine({ party, crew, words }: { party: Party; crew: Crew | undefined; words: Words }): React.JSX.Element {
  const now = useNow();
  const clocks = crew ? ticking(crew, now) : [];
  return (
    <li data-crew={crew?.crew ?? ''}>
      <b title={party.name}>{party.name}</b>
      <span className="far">{way_of(party, crew)}</span>
      <span className="stage">{stage_of(party, crew, words)}</span>
      {clocks.length > 0 && (
        <span className="clocks">
          {clocks.map((one) => (
            <ClockMark key={one.name} one={one} words={words} />
          ))}
        </span>
      )}
    </li>
  );
}

/** One clock: its name, and in words whether it runs, was met or was missed, and by how much. */
function ClockMark({ one, words }: { one: Ticking; words: Words }): React.JSX.Element {
  const { t, lang } = words;
  const time = clock(one.ms);
  return (
    <span className={`ck ${one.state}`} data-clock={one.name} data-state={one.state}>
      {one.words[lang]} {t(`clock.${one.state}`, { time })}
    </span>
  );
}

/** By road as time and length; by straight line as length alone, which the heading says. */
function way_of(party: Party, crew: Crew | undefined): string {
  if (crew?.travel_s != null && crew.road_m != null) {
    const { figure, unit } = distance(crew.road_m);
    return `${clock(crew.travel_s * 1000)} · ${figure} ${unit}`;
  }
  if (party.distance_m === null) return '';
  const { figure, unit } = distance(party.distance_m);
  return `${figure} ${unit}`;
}

/** How far it has come: the last of its steps with its time, else its answer, else whether it was told. */
function stage_of(party: Party, crew: Crew | undefined, { word }: Words): string {
  const step = STEPS.find((name) => crew?.[`${name}_at`]);
  const at = step && crew?.[`${step}_at`];
  if (crew && (crew.crew === 'cannot' || crew.crew === 'stood_down')) return word('crew', crew.crew);
  if (step && at) return `${word('answer', step)} ${hms(at)}`;
  return party.answer ? word('answer', party.answer) : word('party_state', party.state);
}
