/* Which page stands, who may see it, and what is live beneath all of them. */

import { Suspense, lazy, useEffect } from 'react';
import { Announce } from './desk/Announce';
import { Desk } from './desk/Desk';
import { KeyMap } from './desk/KeyMap';
import { PhoneBar } from './desk/PhoneBar';
import { Search } from './desk/Search';
import { TopBar } from './desk/TopBar';
import { chosen_place, overlay } from './desk/chosen';
import { useKeys } from './desk/keys';
import { route_of, useHash, useWidth } from './desk/route';
import { look_again } from './first_day/answer';
import { HistoryPage } from './history/HistoryPage';
import { IncidentPage } from './incident/IncidentPage';
import { useCell } from './live/cell';
import { live } from './live/house';
import { ask_often, listen } from './live/stream';
import { SignIn } from './session/SignIn';
import { find_session, may, person } from './session/session';
import { useWords } from './words/words';

const CityPage = lazy(() => import('./map/CityPage'));
const PeoplePage = lazy(() => import('./people/PeoplePage').then((room) => ({ default: room.PeoplePage })));
const AuditPage = lazy(() => import('./people/AuditPage').then((room) => ({ default: room.AuditPage })));
const AccountPage = lazy(() => import('./session/AccountPage').then((room) => ({ default: room.AccountPage })));
const CoveragePage = lazy(() => import('./devices/CoveragePage'));
const DevicesPage = lazy(() => import('./devices/DevicesPage'));
const ShiftPage = lazy(() => import('./desk/ShiftPage'));
const NuisancePage = lazy(() => import('./history/NuisancePage'));
const LoadPage = lazy(() => import('./history/LoadPage'));
const PolicyPage = lazy(() => import('./history/PolicyPage'));
const PlacePage = lazy(() => import('./places/PlacePage'));
const DevicePage = lazy(() => import('./devices/DevicePage'));
const LabelsPage = lazy(() => import('./devices/LabelsPage'));
const FirstDayPage = lazy(() => import('./first_day/FirstDayPage'));
const WallPage = lazy(() => import('./wall/WallPage'));

export function App(): React.JSX.Element | null {
  const who = useCell(person);
  useEffect(() => void find_session(), []);
  if (who === undefined) return null;
  return who ? <House key={who.id} /> : <SignIn />;
}

function House(): React.JSX.Element {
  const route = route_of(useHash());
  const width = useWidth();
  const over = useCell(overlay);
  useEffect(() => (may('follow') ? listen() : ask_often()), []);
  useEffect(() => void look_again(), []);
  useTitle(route.page === 'incident' ? route.number : null);
  useKeys({
    '/': () => overlay.set('search'),
    '?': () => overlay.update((old) => (old === 'keys' ? '' : 'keys')),
    Escape: () => {
      if (overlay.get()) overlay.set('');
      else chosen_place.set(null);
    },
  });
  return (
    <div className={`house at-${route.page}`}>
      <TopBar page={route.page} />
      <Suspense fallback={<main className="page" />}>
        {route.page === 'desk' && <Desk />}
        {route.page === 'incident' && <IncidentPage key={route.number} number={route.number} view={route.view} />}
        {route.page === 'map' && <CityPage />}
        {route.page === 'people' && <PeoplePage />}
        {route.page === 'audit' && <AuditPage />}
        {route.page === 'me' && <AccountPage />}
        {route.page === 'first-day' && <FirstDayPage />}
        {route.page === 'wall' && <WallPage />}
        {route.page === 'shift' && <ShiftPage />}
        {route.page === 'history' && <HistoryPage key={route.asked} first={route.asked} />}
        {route.page === 'nuisances' && <NuisancePage key={route.asked} first={route.asked} />}
        {route.page === 'load' && <LoadPage key={route.asked} first={route.asked} />}
        {route.page === 'policy' && <PolicyPage />}
        {route.page === 'places' && <CoveragePage key={route.asked} first={route.asked} />}
        {route.page === 'place' && <PlacePage key={route.id} id={route.id} />}
        {route.page === 'device' && <DevicePage key={route.id} id={route.id} />}
        {route.page === 'labels' && <LabelsPage key={route.asked} asked={route.asked} />}
        {route.page === 'devices' && <DevicesPage key={route.asked} first={route.asked} />}
      </Suspense>
      {width === 'phone' && route.page !== 'incident' && <PhoneBar page={route.page} />}
      {over === 'search' && <Search />}
      {over === 'keys' && <KeyMap />}
      <Announce />
    </div>
  );
}

/** The tab's title says a drill, the highest level and how many are open. */
function useTitle(number: string | null): void {
  const { t } = useWords();
  const { rows } = useCell(live);
  const open = [...rows.values()].filter((row) => !row.test);
  const top = open.reduce((most, row) => Math.max(most, row.level), 0);
  const here = number ? rows.get(number) : undefined;
  const parts = [here?.drill ? t('drill') : '', open.length ? `F${top} · ${open.length}` : '', here?.place.name ?? '', t('brand')];
  const title = parts.filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
