/* One column: where, how far, who is at risk, water, and below it what was sensed and who else comes. */

import { arrow, el, mark } from './draw';
import { base, presses } from './kept';
import type { Got } from './kept';
import type { Entrance, Packet, Way } from './packet';
import { takePhoto, waitingPhotos } from './photos';
import { sketch } from './sketch';
import { clock, duration, metres, roughly, told, word, wordOf } from './words';

export function offlineBar(got: Got | null, away: boolean): HTMLElement | null {
  const waiting = presses().length + waitingPhotos();
  if (!away && waiting === 0) return null;
  const stale = got ? `${word('stale')} ${clock(got.packet.made_at)}` : '';
  const kept = waiting ? `${waiting} ${word('kept')}` : '';
  const first = away ? word('offline') : word('sending');
  return el('div', { class: 'off', role: 'status' }, el('b', {}, first), [kept, stale].filter(Boolean).join(' · '));
}

export function head(packet: Packet): HTMLElement {
  const { incident, place } = packet;
  const cad = packet.others.find((other) => other.role === 'cad_119');
  const state = [
    `F${incident.level} ${word(incident.confirmed ? 'confirmed' : 'unconfirmed')}`,
    cad?.answer_words ? `119 ${told(cad.answer_words)}` : null,
    incident.drill ? word('drill') : incident.test ? word('test') : null,
  ];
  return el(
    'header',
    { class: 'hd' },
    el('p', { class: `F${incident.level}`, 'aria-live': 'assertive' }, mark(incident.level, 18), state.filter(Boolean).join(' · ')),
    el('time', {}, el('b', { id: 'since' }, ''), ` ${word('since')}`),
    el('h1', {}, place.name),
    el('p', { class: 'addr' }, [place.town, place.address].filter(Boolean).join(' ') || word('registered')),
    incident.closed_at ? el('p', { class: 'closed' }, `${word('closed')} ${clock(incident.closed_at)}`) : null,
  );
}

export function map(packet: Packet, mine: Way | null): HTMLElement {
  const way = mine ?? packet.route;
  const made = el('div', { class: 'mapw' });
  made.append(packet.fire ? sketch(packet, packet.fire, way) : el('p', { class: 'none' }, word('noFire')));
  if (way) {
    const kind = way.kind === 'road' ? '' : ` ${word('line')}`;
    made.append(
      el('div', { class: 'eta' }, el('b', {}, metres(way.road_m)), ` ${word('about')} ${roughly(way.travel_s)}${kind}`),
    );
  }
  made.append(wind(packet));
  return made;
}

/** Where the wind blows to, as an arrow and in words; its age where that matters. */
function wind(packet: Packet): HTMLElement {
  const seen = packet.wind;
  const made = el('div', { class: seen?.stale ? 'wind old' : 'wind' });
  if (seen && seen.wind_from_deg !== null) made.append(arrow(seen.wind_from_deg + 180, 18));
  made.append(el('span', {}, seen ? told(seen.words) : word('wind'), seen?.doubt ? el('small', {}, told(seen.doubt)) : null));
  return made;
}

export function pictures(packet: Packet): HTMLElement {
  const taken = el('button', { type: 'button', class: 'photo' }, word('photo'));
  taken.addEventListener('click', takePhoto);
  const waits = waitingPhotos();
  const shown = packet.pictures.map((one) => {
    const address = `${base}/photos/${one.id}`;
    const text = `${wordOf('from', one.origin)} ${clock(one.at)}`;
    return el('li', {}, el('a', { href: address, target: '_blank' }, el('img', { src: address, alt: text, loading: 'lazy' }), text));
  });
  return el(
    'section',
    { class: 'sec pics' },
    el('h2', {}, word('pictures')),
    shown.length ? el('ul', {}, ...shown) : null,
    waits ? el('p', { role: 'status' }, `${waits} ${word('photoWaits')}`) : null,
    taken,
  );
}

const gate = (one: Entrance): string =>
  [one.name, one.width_m === null ? '' : `${one.width_m} m`, one.note].filter(Boolean).join(' ');

export function risks(packet: Packet): HTMLElement {
  const { place } = packet;
  const people = [
    place.people === null ? null : `${place.people} ${word('peopleOf')}`,
    place.sleeping ? word('sleeping') : null,
  ].filter(Boolean);
  const rows: [string, string, boolean][] = [
    [word('people'), people.join(word('people') === '人员' ? '，' : ', ') || word('unknown'), people.length > 0],
    [word('hazards'), place.hazards ?? word('unknown'), place.hazards !== null],
    [word('entrances'), place.entrances?.map(gate).join('；') ?? word('unknown'), place.entrances !== null],
  ];
  return el(
    'dl',
    { class: 'risk' },
    ...rows.flatMap(([name, text, known]) => [el('dt', {}, name), el('dd', known ? { class: 'known' } : {}, text)]),
  );
}

/** The way in steps, from the station or from where the reader stands. */
export function route(packet: Packet, mine: Way | null, hand: Locating): HTMLElement {
  const way = mine ?? packet.route;
  const from = mine ? word('hereIs') : (packet.station?.name ?? '');
  const lines = way
    ? [
        el('li', { class: 'known' }, `${word('from')} ${from} ${metres(way.road_m)} · ${word('about')} ${duration(way.travel_s)}`),
        ...(way.why ? [el('li', { class: 'why' }, told(way.why))] : []),
        ...way.steps.map((step) => el('li', {}, told(step))),
      ]
    : [];
  const asked = el('button', { type: 'button', class: 'here' }, word(hand.locating ? 'asking' : 'fromHere')) as HTMLButtonElement;
  asked.disabled = hand.locating;
  asked.addEventListener('click', hand.locate);
  const list = el('ol', { class: 'steps' }, ...lines);
  return el('section', { class: 'sec' }, el('h2', {}, word('route')), list, packet.fire ? asked : null);
}

export interface Locating {
  locating: boolean;
  locate: () => void;
}

export function water(packet: Packet): HTMLElement {
  const { best, out_of_order } = packet.water;
  const lines = best.map((source, index) =>
    el(
      'li',
      {},
      el('i', {}, String(index + 1)),
      el('span', { class: 'name' }, source.name || wordOf('kind', source.kind), el('small', {}, wordOf('kind', source.kind))),
      el('span', {}, source.flow_l_per_s === null ? word('flowUnknown') : `${source.flow_l_per_s} L/s`),
      el('span', {}, el('b', {}, metres(source.distance_m)), el('small', {}, `${word('hose')} ${source.hose_lengths} ${word('lengths')}`)),
    ),
  );
  const broken = out_of_order.map((source) =>
    el('li', { class: 'broken' }, `${word('broken')}：${source.name} ${metres(source.distance_m)}（${source.reason}）`),
  );
  const none = best.length ? null : el('li', { class: 'broken' }, word('noWater'));
  return el('ol', { class: 'wat', 'aria-label': word('water') }, none, ...lines, ...broken);
}

export function sensed(packet: Packet): HTMLElement {
  const lines = packet.sensed.map((line) => el('li', {}, el('time', {}, clock(line.at)), told(line)));
  return section(word('sensed'), lines);
}

export function others(packet: Packet): HTMLElement {
  const lines = packet.others.map((other) => {
    const name = other.name || told(other.role_words);
    const said = other.crew_words && other.crew !== 'told' ? told(other.crew_words) : other.answer_words ? told(other.answer_words) : other.missing ? told(other.missing) : word('told');
    const at = other.answered_at ? ` ${clock(other.answered_at)}` : '';
    const far = other.distance_m === null ? '' : ` · ${metres(other.distance_m)}`;
    return el('li', {}, el('span', { class: 'name' }, name), el('b', {}, said), `${at}${far}`);
  });
  return section(word('others'), lines);
}

export function phones(packet: Packet): HTMLElement {
  const lines = packet.phones.map((one) =>
    el('li', {}, el('a', { class: 'tel', href: `tel:${one.phone}` }, `${word('call')} ${one.name || told(one.role)}`, el('b', {}, one.phone))),
  );
  return section(word('call'), lines);
}

function section(title: string, lines: HTMLElement[]): HTMLElement {
  if (lines.length === 0) return el('div', {});
  return el('section', { class: 'sec' }, el('h2', {}, title), el('ul', {}, ...lines));
}
