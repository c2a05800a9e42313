/* What a new or higher level sounds like: told apart by how often and how high, never by a siren. */

import { kept } from '../live/cell';

/** all: F2 to F4. high: F3 and F4 only. none: silent, the page still speaks and shows it. */
export const sounds = kept<'all' | 'high' | 'none'>('wanghuo.sounds', 'all', ['all', 'high', 'none']);

const NEXT = { all: 'high', high: 'none', none: 'all' } as const;
export const switch_sounds = (): void => sounds.update((old) => NEXT[old]);

interface Tone {
  hz: number;
  at_s: number;
  long_s: number;
  volume: number;
}

/** F2 one low tone, F3 two rising, F4 three rising and longer. F0 and F1 are silent. */
export function tones_of(level: number): readonly Tone[] {
  if (level >= 4) return [tone(660, 0, 0.5, 0.25), tone(830, 0.5, 0.5, 0.25), tone(990, 1, 0.9, 0.25)];
  if (level === 3) return [tone(550, 0, 0.35, 0.2), tone(660, 0.35, 0.6, 0.2)];
  return level === 2 ? [tone(440, 0, 0.5, 0.12)] : [];
}

const tone = (hz: number, at_s: number, long_s: number, volume: number): Tone => ({ hz, at_s, long_s, volume });

/** Play the sound of a level once. Silent where the browser has not been touched yet. */
export function sound(level: number): void {
  const wanted = sounds.get();
  const tones = wanted === 'none' || (wanted === 'high' && level < 3) ? [] : tones_of(level);
  if (!tones.length) return;
  try {
    const audio = new AudioContext();
    for (const { hz, at_s, long_s, volume } of tones) {
      const source = audio.createOscillator();
      const gain = audio.createGain();
      const begin = audio.currentTime + at_s;
      source.frequency.value = hz;
      gain.gain.setValueAtTime(volume, begin);
      gain.gain.exponentialRampToValueAtTime(0.001, begin + long_s);
      source.connect(gain).connect(audio.destination);
      source.start(begin);
      source.stop(begin + long_s);
      source.onended = () => {
        if (at_s + long_s >= last(tones)) void audio.close();
      };
    }
  } catch {
    /* no sound device: the line was spoken and shown anyway */
  }
}

const last = (tones: readonly Tone[]): number => Math.max(...tones.map((one) => one.at_s + one.long_s));
