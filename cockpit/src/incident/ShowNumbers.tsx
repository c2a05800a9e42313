/* The button behind which numbers stand; nothing where there is none to show or no right to it. */

import { useState } from 'react';
import { as_problem, Problem } from '../live/api';
import { can_show, show_numbers } from '../live/numbers';
import { useWords } from '../words/words';

interface Shown {
  incident?: string;
  place?: string;
  numbers: readonly string[];
}

export function ShowNumbers({ incident = '', place = '', numbers }: Shown): React.JSX.Element | null {
  const { t, lang } = useWords();
  const [problem, set_problem] = useState<Problem | null>(null);
  if (!can_show(numbers)) return null;
  const show = (): void => {
    set_problem(null);
    show_numbers(incident, place).catch((error: unknown) =>
      set_problem(as_problem(error)),
    );
  };
  return (
    <>
      <button type="button" className="link" onClick={show} title={t('numbers.why')}>
        {t('numbers.show')}
      </button>
      {problem && <span role="alert">{problem[lang]}</span>}
    </>
  );
}
