/* Who was told, who answered: one lane a party on one axis with its limits at 1, 3 and 5 minutes. */

import type { CSSProperties } from 'react';
import type { Incident } from '../facts/incident';
import { useNow } from '../live/now';
import { clock, distance, hms } from '../words/format';
import { type Words, useWords } from '../words/words';
import { type Axis, type Lane, type Span, axis_of, lanes_of } from './lanes';

const percent = (x: number): string => `${x.toFixed(2)}%`;

export function Lanes({ incident }: { incident: Incident }): React.JSX.Element {
  const now = useNow();
  const words = useWords();
  const { t } = words;
  const axis = axis_of(incident, now);
  const lanes = lanes_of(incident, axis, now);
  const told = lanes.filter((lane) => lane.state === 'ack').length;
  const waits = lanes.find((lane) => lane.state === 'ring' || lane.state === 'sent' || lane.state === 'waiting');
  return (
    <section className="parties" aria-labelledby="parties-title">
      <div className="sec">
        <h2 id="parties-title">{t('parties.title')}</h2>
        <span>{t('parties.count', { told, total: lanes.length })}</span>
      </div>
      <AxisHead axis={axis} />
      <ol className="lanes" tabIndex={0} aria-label={t('parties.title')}>
        {lanes.map((lane, i) => (
          <LaneRow key={lane.party.id} lane={lane} axis={axis} index={i} words={words} next={lane === waits} />
        ))}
        {lanes.length === 0 && <li className="none">{t('parties.none')}</li>}
      </ol>
    </section>
  );
}

function AxisHead({ axis }: { axis: Axis }): React.JSX.Element {
  const { t } = useWords();
  const last = axis.limits.at(-1)?.at ?? 100;
  const close = last < 45; // the three limits share one label
  const short = last < 90;
  const length_min = Math.round((axis.until_ms - axis.from_ms) / 60_000);
  return (
    <div className="axis">
      <span>{t('parties.who')}</span>
      <span>{t('parties.state')}</span>
      <span>{t('parties.since')}</span>
      <div>
        {last >= 12 && <span className="first">0</span>}
        {axis.limits.map((limit, i) =>
          close && i < axis.limits.length - 1 ? null : (
            <span
              key={limit.minutes}
              className={limit.at > 97 ? 'last' : limit.at < 10 && close ? 'from' : ''}
              style={limit.at > 97 ? undefined : { left: percent(limit.at) }}
            >
              {close ? t('limit.all') : short ? `${limit.minutes} min` : t(limit.minutes === 1 ? 'limit.1' : limit.minutes === 3 ? 'limit.3' : 'limit.5')}
            </span>
          ),
        )}
        {short && <span className="last">{length_min < 120 ? `${length_min} min` : `${length_min / 60} h`}</span>}
      </div>
    </div>
  );
}

interface RowProps {
  lane: Lane;
  axis: Axis;
  index: number;
  words: Words;
  next: boolean;
}

function LaneRow({ lane, axis, index, words, next }: RowProps): React.JSX.Element {
  const { party, state } = lane;
  const { word } = words;
  const note: CSSProperties = { left: percent(axis.now + 1.5), maxWidth: percent(98.5 - axis.now) };
  return (
    <li className={next ? 'next' : ''} data-party={party.role}>
      <div className="who" title={party.name}>
        <b>{party.name || word('role', party.role)}</b>
        <span>
          <kbd>{index + 1}</kbd> {about(lane, words)}
        </span>
      </div>
      <span className={`st ${state}`}>
        <i aria-hidden="true" />
        {word('party', state)}
      </span>
      <time>{clock(lane.since_ms)}</time>
      <div className="lane">
        {lane.limits.length === 0 &&
          axis.limits.map((limit) => <i key={limit.minutes} className="limit" style={{ left: percent(limit.at) }} />)}
        {lane.limits
          .filter((limit) => limit.at <= 100)
          .map((limit) => (
            <i key={limit.at} className={limit.missed ? 'limit over' : 'limit'} style={{ left: percent(limit.at) }} />
          ))}
        {lane.spans.map((span, i) => (
          <Bar key={`${span.kind}${span.left}${i}`} span={span} two={lane.spans.some((s) => s.row === 1)} />
        ))}
        <i className="now" style={{ left: percent(axis.now) }} />
        <span className="nt" style={note}>
          {note_of(lane, words)}
        </span>
      </div>
    </li>
  );
}

/** Beneath the name: its role, and by how many contacts or which ways it is reached. */
function about({ party, notices }: Lane, { t, word }: Words): string {
  const role = word('role', party.role);
  const people = new Set(notices.map((n) => n.recipient)).size;
  const ways = [...new Set(notices.map((n) => word('channel', n.channel)))].join(' + ');
  const how = people > 1 ? t('parties.contacts', { count: people }) : ways;
  return [role === party.name ? '' : role, how].filter(Boolean).join(' · ');
}

function Bar({ span, two }: { span: Span; two: boolean }): React.JSX.Element {
  const style: CSSProperties = { left: percent(span.left) };
  if (span.width > 0) style.width = percent(span.width);
  return <i className={`${span.kind} ${two && span.kind === 'rg' ? (span.row ? 'r2' : 'r1') : ''}`} style={style} />;
}

/** What is to say about this party: why it cannot be told, what it answered, or why it was picked. */
function note_of(lane: Lane, words: Words): string {
  const late = lane.over.map((one) => `${one.words[words.lang]} ${words.t('clock.missed', { time: clock(one.ms) })}`);
  return [late[0], told_of(lane, words)].filter(Boolean).join(' · ');
}

function told_of({ party, state, notices }: Lane, { t, say, word, lang }: Words): string {
  if (party.shortfall) return say(party.shortfall);
  const answer = party.answer ? word('answer', party.answer) : '';
  if (state === 'ack' && party.acknowledged_at) {
    return [hms(party.acknowledged_at), answer].filter(Boolean).join(' ');
  }
  const unknown = notices.some((n) => n.repeat_of_unknown) ? t('parties.repeat') : '';
  const failed = notices.find((n) => n.state === 'failed');
  const not_sent = failed?.said?.[lang] ?? '';
  if (state === 'ans') return answer || t('parties.no_key');
  if (party.state === 'failed') return [t('parties.gave_up'), not_sent].filter(Boolean).join(' · ');
  if (state === 'esc') return [answer || t('parties.escalated'), not_sent].filter(Boolean).join(' · ');
  if (not_sent) return not_sent;
  const said = party.reason && 'distance_m' in party.reason.params; // the reason names it already
  const far = party.distance_m === null || said ? null : distance(party.distance_m);
  return [say(party.reason), far && `${far.figure} ${far.unit}`, unknown].filter(Boolean).join(' · ');
}
