/* Making elements: text is always text, so nothing that a register holds can become markup. */

type Child = Node | string | null;
type Attributes = Record<string, string | number>;

const SVG = 'http://www.w3.org/2000/svg';

export function el(name: string, attributes: Attributes, ...children: Child[]): HTMLElement {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name: string, attributes: Attributes, ...children: Child[]): SVGElement {
  return fill(document.createElementNS(SVG, name) as SVGElement, attributes, children);
}

function fill<T extends Element>(made: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

/** Show `fresh` in `parent`; what looks the same stays, so that no thumb is on a thing that goes away under it. */
export function renew(parent: Element, fresh: Element[]): void {
  const old = [...parent.children];
  if (old.length !== fresh.length) {
    parent.replaceChildren(...fresh);
    return;
  }
  fresh.forEach((now, at) => {
    const one = old[at];
    if (one && one !== now && one.outerHTML !== now.outerHTML) one.replaceWith(now);
  });
}

const SHAPES: Record<number, () => SVGElement[]> = {
  0: () => [svg('circle', { cx: 8, cy: 8, r: 5.5, class: 'open dashed' })],
  1: () => [svg('circle', { cx: 8, cy: 8, r: 5.5, class: 'open' })],
  2: () => [
    svg('path', { d: 'M8 1.4 14.6 8 8 14.6 1.4 8Z', class: 'open' }),
    svg('path', { d: 'M1.4 8H14.6L8 14.6Z' }),
  ],
  3: () => [svg('path', { d: 'M8 .8 15.6 14.6H.4Z' })],
  4: () => [
    svg('path', { d: 'M1 1H15V15H1Z', class: 'open' }),
    svg('path', { d: 'M4 4H12V12H4Z' }),
  ],
};

/** An arrow that points to a bearing; north is up. */
export function arrow(to_deg: number, size: number): SVGElement {
  const path = { d: 'M10 19V2M10 1L5 8M10 1L15 8', class: 'open', transform: `rotate(${to_deg} 10 10)` };
  return svg('svg', { viewBox: '0 0 20 20', width: size, height: size, class: 'mark', 'aria-hidden': 'true' }, svg('path', path));
}

/** The level as a shape, so that grey print and colour blindness lose nothing. */
export function mark(level: number, size: number): SVGElement {
  const attributes = { viewBox: '0 0 16 16', width: size, height: size, class: `mark F${level}` };
  return svg('svg', { ...attributes, 'aria-hidden': 'true' }, ...(SHAPES[level]?.() ?? []));
}
