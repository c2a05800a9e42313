/* A level: shape and word, colour third. */

import type { ReactNode } from 'react';
import { useWords } from '../words/words';

export function LevelMark({ level }: { level: number }): React.JSX.Element {
  const { t } = useWords();
  return <span className={`lv F${level}`} role="img" aria-label={t('level.mark', { level })} />;
}

/** Text in which F0 to F4 are set as levels. */
export function Levelled({ text }: { text: string }): ReactNode {
  return text.split(/(\bF[0-4]\b)/).map((part, i) =>
    /^F[0-4]$/.test(part) ? (
      <b key={i} className={`lvt ${part}`}>
        {part}
      </b>
    ) : (
      part
    ),
  );
}
