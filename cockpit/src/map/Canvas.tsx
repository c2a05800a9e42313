/* The map as one canvas. Draws only when something changed, at most once a frame. */

import { useEffect, useRef } from 'react';
import { useCell } from '../live/cell';
import { theme } from '../look/theme';
import { useWords } from '../words/words';
import { Base } from './base';
import { hold } from './hand';
import { paint } from './paint';
import { palette } from './palette';
import { about, came, read_about } from './tiles';
import { Raster } from './raster';
import { type Hit, type Scene, bounds, hit } from './scene';
import { Sprites } from './sprites';
import { type Size, type View, fitted, zoomed } from './view';

const RATIO_MAX = 2; // more pixels than this cost frames and show nothing

export interface CanvasProps {
  scene: Scene;
  /** Look here; a new object moves the map. null: the whole city. */
  home: View | null;
  title: string;
  /** How much larger than usual everything is drawn: a wall is read from afar. */
  scale?: number;
  onPick?: (found: Hit | null) => void;
}

/** Everything of one canvas that outlives a render. */
class Screen {
  view: View | null = null;
  size: Size = { w: 0, h: 0 };
  scale = 1;
  private raster = new Raster(1, 1);
  private ratio = 1;
  private sprites: Sprites | null = null;
  private colours = palette();
  private asked = 0;
  private base = new Base(() => this.draw());
  scene: Scene | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  fit(): void {
    const [w, h] = [this.canvas.clientWidth / this.scale, this.canvas.clientHeight / this.scale];
    const ratio = Math.min(RATIO_MAX, Math.max(1, (window.devicePixelRatio || 1) * this.scale));
    if (!w || !h) return;
    const whole = this.view && this.whole();
    const all = whole && this.view && whole.x === this.view.x && whole.y === this.view.y && whole.zoom === this.view.zoom;
    this.size = { w, h };
    if (all) this.view = this.whole();
    this.ratio = ratio;
    this.canvas.width = Math.round(w * ratio);
    this.canvas.height = Math.round(h * ratio);
    this.raster = new Raster(this.canvas.width, this.canvas.height);
    this.recolour();
  }

  recolour(): void {
    this.colours = palette();
    this.sprites = new Sprites(this.colours, this.ratio);
    this.base.spoil();
  }

  whole(): View | null {
    const box = this.scene && bounds(this.scene);
    return box && this.size.w ? fitted(box, this.size) : null;
  }

  /** The base map or the border changed. */
  reground(): void {
    this.base.spoil();
  }

  look(next: View): void {
    this.view = next;
    this.draw();
  }

  draw = (): void => {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.view ??= this.whole();
      if (!this.scene || !this.view || !this.sprites) return;
      const ctx = this.canvas.getContext('2d', { alpha: false });
      if (!ctx) return;
      const brush = { raster: this.raster, sprites: this.sprites, colours: this.colours, ratio: this.ratio };
      const done = paint(brush, this.scene, this.view, this.base);
      ctx.putImageData(this.raster.image, 0, 0);
      if (!done) this.draw();
    });
  };

  stop(): void {
    cancelAnimationFrame(this.asked);
    this.base.stop();
  }
}

export function MapCanvas({ scene, home, title, scale = 1, onPick }: CanvasProps): React.JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  const screen = useRef<Screen | null>(null);
  const pick = useRef(onPick);
  const back = useRef(home);
  const present_theme = useCell(theme);
  const ground_about = useCell(about);
  const tiles_came = useCell(came);
  const { t } = useWords();
  pick.current = onPick;
  back.current = home;

  const go_home = (): void => {
    const to = back.current ?? screen.current?.whole();
    if (to) screen.current?.look(to);
  };
  const zoom = (by: number): void => {
    const on = screen.current;
    if (on?.view) on.look(zoomed(on.view, by, on.size.w / 2, on.size.h / 2, on.size));
  };

  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const made = new Screen(canvas);
    screen.current = made;
    const seen = new ResizeObserver(() => made.fit());
    seen.observe(canvas);
    const release = hold(canvas, {
      view: () => made.view ?? { x: 0.5, y: 0.5, zoom: 1 },
      size: () => made.size,
      scale: () => made.scale,
      look: (next) => made.look(next),
      pick: (px, py) => made.scene && made.view && pick.current?.(hit(made.scene, made.view, made.size, px, py)),
      home: go_home,
    });
    return () => {
      seen.disconnect();
      release();
      made.stop();
      screen.current = null;
    };
  }, []);

  useEffect(() => {
    if (home && screen.current) screen.current.view = home;
    screen.current?.draw();
  }, [home]);
  useEffect(() => {
    if (screen.current) screen.current.scene = scene;
    screen.current?.draw();
  }, [scene]);
  useEffect(() => screen.current?.recolour(), [present_theme]);
  useEffect(() => void read_about(), []);
  useEffect(() => screen.current?.reground(), [ground_about, tiles_came, scene.rings]);
  useEffect(() => {
    if (!screen.current || screen.current.scale === scale) return;
    screen.current.scale = scale;
    screen.current.fit();
  }, [scale]);

  return (
    <div className="map">
      <canvas ref={ref} tabIndex={0} role="application" aria-label={title} />
      {ground_about?.attribution && <small className="map-source">{ground_about.attribution}</small>}
      <div className="map-tools">
        <button type="button" onClick={() => zoom(1)} aria-label={t('map.zoom_in')}>
          +
        </button>
        <button type="button" onClick={() => zoom(-1)} aria-label={t('map.zoom_out')}>
          −
        </button>
        <button type="button" onClick={go_home} aria-label={t('map.home')}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </button>
      </div>
    </div>
  );
}
