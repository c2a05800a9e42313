/*
 * Draws into plain memory; the picture reaches the canvas by one putImageData a frame.
 *
 * Why not WebGL: on software rendering (SwiftShader, two cores, 1440 × 900) a map library without any
 * layer moved at 13 frames a second and one WebGL draw of 52,000 points at 21, because every pixel
 * passes a shader on the processor. Writing the same points into memory takes 2 to 4 ms.
 */

export interface Sprite {
  w: number;
  h: number;
  rgba: Uint8ClampedArray;
}

/** A colour as one little-endian RGBA word. */
export const rgba = (r: number, g: number, b: number): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

export class Raster {
  readonly image: ImageData;
  readonly px: Uint32Array;

  constructor(
    readonly w: number,
    readonly h: number,
  ) {
    this.image = new ImageData(w, h);
    this.px = new Uint32Array(this.image.data.buffer);
  }

  clear(colour: number): void {
    this.px.fill(colour);
  }

  /** Fill rings of screen coordinates [x0, y0, x1, y1, …] by the even-odd rule. */
  fill(rings: Float64Array[], colour: number): void {
    const cuts: number[] = [];
    for (let row = 0; row < this.h; row += 1) {
      const y = row + 0.5;
      cuts.length = 0;
      for (const ring of rings) cross(ring, y, cuts);
      if (cuts.length < 2) continue;
      cuts.sort((a, b) => a - b);
      const start = row * this.w;
      for (let i = 0; i + 1 < cuts.length; i += 2) {
        const from = Math.max(0, Math.round(cuts[i] as number));
        const to = Math.min(this.w, Math.round(cuts[i + 1] as number));
        if (to > from) this.px.fill(colour, start + from, start + to);
      }
    }
  }

  /** A hairline of `width` pixels with soft edges along a ring or path. */
  stroke(path: Float64Array, colour: number, width = 1): void {
    for (let i = 0; i + 3 < path.length; i += 2) {
      this.line(path[i] as number, path[i + 1] as number, path[i + 2] as number, path[i + 3] as number, colour, width);
    }
  }

  line(x0: number, y0: number, x1: number, y1: number, colour: number, width: number): void {
    const low_x = Math.min(x0, x1);
    const low_y = Math.min(y0, y1);
    if (Math.max(x0, x1) < 0 || Math.max(y0, y1) < 0 || low_x > this.w || low_y > this.h) return;
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    let [a0, b0, a1, b1] = steep ? [y0, x0, y1, x1] : [x0, y0, x1, y1];
    if (a0 > a1) [a0, b0, a1, b1] = [a1, b1, a0, b0];
    const slope = a1 === a0 ? 0 : (b1 - b0) / (a1 - a0);
    const end = Math.min(Math.floor(a1), (steep ? this.h : this.w) - 1);
    for (let a = Math.max(0, Math.ceil(a0)); a <= end; a += 1) {
      const b = b0 + slope * (a - a0) - (width - 1) / 2;
      const first = Math.floor(b);
      const part = b - first;
      for (let k = 0; k <= width; k += 1) {
        const cover = k === 0 ? 1 - part : k === width ? part : 1;
        if (steep) this.blend(first + k, a, colour, cover);
        else this.blend(a, first + k, colour, cover);
      }
    }
  }

  circle(cx: number, cy: number, radius: number, colour: number, width = 1): void {
    const steps = Math.max(24, Math.min(180, Math.round(radius)));
    let x = cx + radius;
    let y = cy;
    for (let i = 1; i <= steps; i += 1) {
      const turn = (i / steps) * 2 * Math.PI;
      const nx = cx + radius * Math.cos(turn);
      const ny = cy + radius * Math.sin(turn);
      this.line(x, y, nx, ny, colour, width);
      x = nx;
      y = ny;
    }
  }

  /** Mix a colour into one pixel. */
  blend(x: number, y: number, colour: number, alpha: number): void {
    if (x < 0 || y < 0 || x >= this.w || y >= this.h || alpha <= 0) return;
    const at = y * this.w + x;
    const under = this.px[at] as number;
    const a = Math.round(Math.min(1, alpha) * 256);
    const b = 256 - a;
    const rb = ((((under & 0xff00ff) * b + (colour & 0xff00ff) * a) >>> 8) & 0xff00ff) >>> 0;
    const g = ((((under & 0x00ff00) * b + (colour & 0x00ff00) * a) >>> 8) & 0x00ff00) >>> 0;
    this.px[at] = (0xff000000 | rb | g) >>> 0;
  }

  /** Lay a small picture on top, its middle at (cx, cy). */
  blit(sprite: Sprite, cx: number, cy: number): void {
    const left = Math.round(cx - sprite.w / 2);
    const top = Math.round(cy - sprite.h / 2);
    const { data } = this.image;
    for (let y = Math.max(0, -top); y < sprite.h && top + y < this.h; y += 1) {
      for (let x = Math.max(0, -left); x < sprite.w && left + x < this.w; x += 1) {
        const from = (y * sprite.w + x) * 4;
        const a = sprite.rgba[from + 3] as number;
        if (a === 0) continue;
        const to = ((top + y) * this.w + left + x) * 4;
        for (let c = 0; c < 3; c += 1) {
          const under = data[to + c] as number;
          data[to + c] = under + (((sprite.rgba[from + c] as number) - under) * a) / 255;
        }
      }
    }
  }
}

function cross(ring: Float64Array, y: number, cuts: number[]): void {
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const y0 = ring[i + 1] as number;
    const y1 = ring[i + 3] as number;
    if (y0 <= y === y1 <= y) continue;
    const x0 = ring[i] as number;
    cuts.push(x0 + ((y - y0) / (y1 - y0)) * ((ring[i + 2] as number) - x0));
  }
}
