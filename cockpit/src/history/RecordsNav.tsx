/* The pages that look back, beside each other. */

import { may } from '../session/session';
import { useWords } from '../words/words';

export type RecordsPage = 'history' | 'nuisances' | 'load' | 'policy';

export function RecordsNav({ page }: { page: RecordsPage }): React.JSX.Element {
  const { t } = useWords();
  const pages: RecordsPage[] = ['history', 'nuisances', ...(may('follow') ? (['load'] as const) : []), 'policy'];
  return (
    <nav className="records" aria-label={t('records')}>
      {pages.map((name) => (
        <a key={name} href={`#/${name}`} aria-current={page === name ? 'page' : undefined}>
          {t(`page.${name}`)}
        </a>
      ))}
    </nav>
  );
}
