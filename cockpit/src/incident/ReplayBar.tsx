/* The time of a replay: one bar from the first signal to the last line, play, speed, jumps from line to line. */

import type { Incident } from '../facts/incident';
import { clock, hms } from '../words/format';
import { useWords } from '../words/words';
import type { Length } from './replay';

interface BarProps {
  incident: Incident;
  length: Length;
  at_ms: number;
  put: (at_ms: number) => void;
  speed: number;
  set_speed: (speed: number) => void;
}

const SPEEDS = [1, 10, 60, 300];
const USUAL = 10;
const SECOND_MS = 1000;

export function ReplayBar({ incident, length, at_ms, put, speed, set_speed }: BarProps): React.JSX.Element {
  const { t, say } = useWords();
  const { from_ms, until_ms } = length;
  const ended = at_ms >= until_ms;
  const moments = [...new Set(incident.timeline.map((line) => Date.parse(line.at)))].sort((a, b) => a - b);
  const before = moments.filter((one) => one < at_ms - SECOND_MS).at(-1);
  const next = moments.find((one) => one > at_ms);
  const written = incident.timeline.filter((line) => Date.parse(line.at) <= at_ms).at(-1);
  const play = (): void => {
    if (ended) put(from_ms);
    set_speed(speed ? 0 : USUAL);
  };
  return (
    <div className="replay-bar">
      <div className="replay-keys">
        <button type="button" onClick={() => put(before ?? from_ms)} disabled={at_ms <= from_ms} aria-label={t('replay.before')}>
          ‹
        </button>
        <button type="button" className="play" onClick={play} data-act="play">
          {t(speed ? 'replay.pause' : 'replay.play')}
        </button>
        <button type="button" onClick={() => put(next ?? until_ms)} disabled={ended} aria-label={t('replay.next')}>
          ›
        </button>
        <label>
          {t('replay.speed')}{' '}
          <select value={speed || USUAL} onChange={(e) => set_speed(Number(e.target.value))}>
            {SPEEDS.map((times) => (
              <option key={times} value={times}>
                {times}×
              </option>
            ))}
          </select>
        </label>
        <output>
          <b>{hms(at_ms)}</b> +{clock(at_ms - from_ms)}
        </output>
      </div>
      <div className="replay-track">
        <Marks incident={incident} length={length} />
        <input
          type="range"
          min={0}
          max={Math.ceil((until_ms - from_ms) / SECOND_MS)}
          step={1}
          value={Math.floor((at_ms - from_ms) / SECOND_MS)}
          onChange={(e) => put(Math.min(until_ms, from_ms + Number(e.target.value) * SECOND_MS))}
          aria-label={t('replay.bar')}
          aria-valuetext={`${hms(at_ms)}, ${say(written?.sentence)}`}
        />
      </div>
    </div>
  );
}

/** Where something happened: signals above, lines of the timeline beneath. */
function Marks({ incident, length }: { incident: Incident; length: Length }): React.JSX.Element {
  const share = (at: string): number => (100 * (Date.parse(at) - length.from_ms)) / (length.until_ms - length.from_ms);
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {incident.alarms.map((alarm) => (
        <path key={alarm.id} d={`M${share(alarm.first_at)} 0V4`} vectorEffect="non-scaling-stroke" stroke="var(--ink)" />
      ))}
      {incident.timeline.map((line) => (
        <path key={line.line} d={`M${share(line.at)} 5V10`} vectorEffect="non-scaling-stroke" stroke="var(--mark)" />
      ))}
    </svg>
  );
}
