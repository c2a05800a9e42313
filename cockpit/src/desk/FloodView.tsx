/* What stands above the queue and, in a flood, in place of a town's rows. */

import type { IncidentRow } from '../facts/incident';
import { LevelMark } from '../incident/Level';
import { useCell } from '../live/cell';
import { useNow } from '../live/now';
import { clock, count } from '../words/format';
import type { Words } from '../words/words';
import { FLOOD, type Group, toggle_group } from './flood';
import { sounds, switch_sounds } from './sound';

interface Switching {
  grouped: boolean;
  group: (on: boolean) => void;
  words: Words;
}

/** One by one or grouped, and what sounds. */
export function QueueSwitches({ grouped, group, words: { t } }: Switching): React.JSX.Element {
  const heard = useCell(sounds);
  return (
    <p className="queue-how">
      <button type="button" className="link" aria-pressed={grouped} onClick={() => group(!grouped)} title={t('flood.on', { count: FLOOD })} data-act="group">
        {t(grouped ? 'flood.apart' : 'flood.group')} <kbd>F</kbd>
      </button>
      <button type="button" className="link" onClick={switch_sounds} data-act="sounds">
        {t(`sounds.${heard}`)} <kbd>V</kbd>
      </button>
    </p>
  );
}

/** One town's F0 to F2 while a flood lasts: how many of which level, since when, how many nobody has seen. */
export function TownGroup({ group, words: { t } }: { group: Group; words: Words }): React.JSX.Element {
  const now = useNow();
  return (
    <li className="group">
      <button type="button" onClick={() => toggle_group(group.town)} data-group={group.town}>
        <span className="n">{t('flood.town', { town: group.name || t('unregistered'), count: group.count })}</span>
        <time>{clock(now - Date.parse(group.oldest))}</time>
        <span className="e">
          {group.levels.map(([level, found]) => (
            <span key={level} className={`F${level}`}>
              <LevelMark level={level as IncidentRow['level']} /> {count(found)}
            </span>
          ))}
        </span>
        <span className="p">{group.unseen > 0 && t('flood.unseen', { count: group.unseen })}</span>
      </button>
    </li>
  );
}
