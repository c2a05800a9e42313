/* What the map lacks, what still works, and the key that tries again. */

import { useCell } from '../live/cell';
import { useWords } from '../words/words';
import { missing, read_ground } from './ground';

export function MapTrouble(): React.JSX.Element | null {
  const { t } = useWords();
  const what = useCell(missing);
  if (!what) return null;
  return (
    <div className="broken over" role="alert">
      <p>{t(what === 'places' ? 'error.places' : 'error.ground')}</p>
      <button type="button" onClick={() => void read_ground()}>
        {t('retry')} <kbd>R</kbd>
      </button>
    </div>
  );
}
