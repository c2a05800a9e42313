/* Small pictures drawn once and kept: labels with a halo, level marks, numbered water, station tags. */

import type { Palette } from './palette';
import type { Sprite } from './raster';

type Draw = (ctx: CanvasRenderingContext2D, w: number, h: number) => void;

const LEVEL_PATHS: Record<number, (c: CanvasRenderingContext2D) => void> = {
  0: (c) => {
    c.setLineDash([2.3, 2.3]);
    c.lineWidth = 1.5;
    c.beginPath();
    c.arc(8, 8, 5.5, 0, 7);
    c.stroke();
  },
  1: (c) => {
    c.lineWidth = 2;
    c.beginPath();
    c.arc(8, 8, 5.5, 0, 7);
    c.stroke();
  },
  2: (c) => {
    c.lineWidth = 1.8;
    c.stroke(new Path2D('M8 1.4 14.6 8 8 14.6 1.4 8Z'));
    c.fill(new Path2D('M1.4 8H14.6L8 14.6Z'));
  },
  3: (c) => c.fill(new Path2D('M8 .8 15.6 14.6H.4Z')),
  4: (c) => {
    c.lineWidth = 1.6;
    c.stroke(new Path2D('M1 1H15V15H1Z'));
    c.fill(new Path2D('M4 4H12V12H4Z'));
  },
};

/** Makes and keeps sprites for one theme and one pixel ratio. */
export class Sprites {
  private readonly kept = new Map<string, Sprite>();
  private readonly pad = document.createElement('canvas');

  constructor(
    private readonly colours: Palette,
    private readonly ratio: number,
  ) {}

  /** Whether this text is drawn already: making many at once would cost a frame. */
  has(text: string, size: number): boolean {
    return this.kept.has(`t${size} ${text}`);
  }

  label(text: string, size: number, strong = false): Sprite {
    const font = this.font(size, strong);
    return this.once(`t${size} ${text}`, this.width(text, font) + 8, size + 8, (c, w, h) => {
      this.text(c, font, w / 2, h / 2, text, this.colours.css('--map-land'), strong ? '--ink-2' : '--ink-3');
    });
  }

  level(level: number, size: number): Sprite {
    return this.once(`l${level} ${size}`, size + 8, size + 8, (c, w) => {
      c.fillStyle = this.colours.css('--surface');
      c.beginPath();
      c.arc(w / 2, w / 2, w / 2, 0, 7);
      c.fill();
      c.translate(4, level === 3 ? 3 : 4);
      c.scale(size / 16, size / 16);
      c.fillStyle = c.strokeStyle = this.colours.level(level);
      LEVEL_PATHS[level]?.(c);
    });
  }

  numbered(n: number): Sprite {
    return this.once(`n${n}`, 18, 18, (c, w, h) => {
      c.fillStyle = this.colours.css('--surface');
      c.fillRect(0, 0, w, h);
      c.strokeStyle = this.colours.css('--ink');
      c.lineWidth = 1.5;
      c.strokeRect(0.75, 0.75, w - 1.5, h - 1.5);
      this.text(c, this.font(11, true), w / 2, h / 2 + 0.5, String(n), '', '--ink');
    });
  }

  tag(text: string): Sprite {
    const font = this.font(12, true);
    return this.once(`g${text}`, this.width(text, font) + 12, 20, (c, w, h) => {
      c.fillStyle = this.colours.css('--ink');
      c.fillRect(0, 0, w, h);
      this.text(c, font, w / 2, h / 2 + 0.5, text, '', '--surface');
    });
  }

  /** The square on which a station's tag stands. */
  foot(): Sprite {
    return this.once('foot', 9, 9, (c, w, h) => {
      c.fillStyle = this.colours.css('--surface');
      c.fillRect(0, 0, w, h);
      c.fillStyle = this.colours.css('--ink');
      c.fillRect(1, 1, w - 2, h - 2);
    });
  }

  chosen(): Sprite {
    return this.once('chosen', 22, 22, (c, w) => {
      c.strokeStyle = this.colours.css('--accent');
      c.lineWidth = 2;
      c.beginPath();
      c.arc(w / 2, w / 2, w / 2 - 2, 0, 7);
      c.stroke();
    });
  }

  private font(size: number, strong: boolean): string {
    return `${strong ? 600 : 400} ${size}px ${this.colours.css('--font')}`;
  }

  private width(text: string, font: string): number {
    const ctx = this.pad.getContext('2d', { willReadFrequently: true });
    if (!ctx) return 0;
    ctx.font = font;
    return Math.ceil(ctx.measureText(text).width);
  }

  private text(c: CanvasRenderingContext2D, font: string, x: number, y: number, text: string, halo: string, ink: string): void {
    c.font = font;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    if (halo) {
      c.lineJoin = 'round';
      c.lineWidth = 3;
      c.strokeStyle = halo;
      c.strokeText(text, x, y);
    }
    c.fillStyle = this.colours.css(ink);
    c.fillText(text, x, y);
  }

  private once(name: string, w: number, h: number, draw: Draw): Sprite {
    const found = this.kept.get(name);
    if (found) return found;
    const width = Math.ceil(w * this.ratio);
    const height = Math.ceil(h * this.ratio);
    this.pad.width = width;
    this.pad.height = height;
    const ctx = this.pad.getContext('2d', { willReadFrequently: true });
    if (!ctx) return { w: 0, h: 0, rgba: new Uint8ClampedArray() };
    ctx.scale(this.ratio, this.ratio);
    draw(ctx, w, h);
    const made = { w: width, h: height, rgba: ctx.getImageData(0, 0, width, height).data };
    this.kept.set(name, made);
    return made;
  }
}
