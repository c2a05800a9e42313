/* One answer of the server on a page: read when what it asks for changes, with its loading and its failure. */

import { type ReactNode, useEffect, useState } from 'react';
import { as_problem, type Problem } from '../live/api';
import { type Key, useWords } from '../words/words';

interface Answer<T> {
  found: T | null;
  problem: Problem | null;
}

/** asked: a word that is another one when something else is asked for. */
export function useRead<T>(ask: () => Promise<T>, asked: string): [Answer<T>, () => void] {
  const [answer, set_answer] = useState<Answer<T>>({ found: null, problem: null });
  const [times, set_times] = useState(0);
  useEffect(() => {
    let gone = false;
    ask().then(
      (found) => gone || set_answer({ found, problem: null }),
      (error: unknown) => gone || set_answer({ found: null, problem: as_problem(error) }),
    );
    return () => {
      gone = true;
    };
  }, [asked, times]);
  return [answer, () => set_times((old) => old + 1)];
}

interface ReadingProps<T> {
  answer: Answer<T>;
  again: () => void;
  failed: Key;
  children: (found: T) => ReactNode;
}

export function Reading<T>({ answer, again, failed, children }: ReadingProps<T>): React.JSX.Element {
  const { t, lang } = useWords();
  if (answer.problem) {
    return (
      <div className="broken" role="alert">
        <p>
          {t(failed)} {answer.problem[lang]}
        </p>
        <button type="button" onClick={again}>
          {t('retry')}
        </button>
      </div>
    );
  }
  if (!answer.found) return <p className="q none">{t('loading')}</p>;
  return <>{children(answer.found)}</>;
}
