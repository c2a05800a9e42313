/* Reads a tile of the Mapbox Vector Tile Specification 2.1, as far as our own server writes it. */

export const EXTENT = 4096;

export interface Feature {
  kind: string;
  name: string;
  shape: number; // 1 point, 2 line, 3 polygon
  parts: Int32Array[]; // x0, y0, x1, y1, … in units of the tile; rings are not closed
}

export type Tile = Record<'area' | 'line' | 'label', Feature[]>;

const text = new TextDecoder();
const CLOSE_PATH = 7;

/** Fields of a protocol buffer from `at` to `end`. */
class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 || !this.more) return value;
      scale *= 128;
    }
  }

  /** The field's number and, for bytes, a reader over them; a whole number is read into `value`. */
  field(): { number: number; value: number; inside: Reader } {
    const key = this.varint();
    if ((key & 7) === 0) return { number: key >> 3, value: this.varint(), inside: this };
    const size = this.varint();
    const inside = new Reader(this.bytes, this.at, Math.min(this.end, this.at + size));
    this.at += size;
    return { number: key >> 3, value: 0, inside };
  }

  string(): string {
    return text.decode(this.bytes.subarray(this.at, this.end));
  }
}

export function tile_of(bytes: Uint8Array): Tile {
  const tile: Tile = { area: [], line: [], label: [] };
  const all = new Reader(bytes);
  while (all.more) {
    const { number, inside } = all.field();
    if (number === 3) read_layer(inside, tile);
  }
  return tile;
}

function read_layer(layer: Reader, tile: Tile): void {
  let name = '';
  const raw: Reader[] = [];
  const values: string[] = [];
  while (layer.more) {
    const { number, inside } = layer.field();
    if (number === 1) name = inside.string();
    else if (number === 2) raw.push(inside);
    else if (number === 4) values.push(inside.field().inside.string());
  }
  if (name !== 'area' && name !== 'line' && name !== 'label') return;
  for (const one of raw) tile[name].push(read_feature(one, values));
}

function read_feature(from: Reader, values: readonly string[]): Feature {
  const made: Feature = { kind: '', name: '', shape: 0, parts: [] };
  while (from.more) {
    const { number, value, inside } = from.field();
    if (number === 3) made.shape = value;
    else if (number === 4) made.parts = read_parts(inside);
    else if (number === 2) {
      while (inside.more) {
        const is_name = inside.varint() === 1; // keys: kind, name
        const said = values[inside.varint()] ?? '';
        if (is_name) made.name = said;
        else made.kind = said;
      }
    }
  }
  return made;
}

const unzigzag = (n: number): number => (n >> 1) ^ -(n & 1);

function read_parts(from: Reader): Int32Array[] {
  const parts: Int32Array[] = [];
  let part: number[] = [];
  let x = 0;
  let y = 0;
  while (from.more) {
    const command = from.varint();
    if ((command & 7) === CLOSE_PATH) continue;
    if ((command & 7) === 1 && part.length) {
      parts.push(Int32Array.from(part));
      part = [];
    }
    for (let left = command >> 3; left > 0 && from.more; left -= 1) {
      x += unzigzag(from.varint());
      y += unzigzag(from.varint());
      part.push(x, y);
    }
  }
  if (part.length) parts.push(Int32Array.from(part));
  return parts;
}
