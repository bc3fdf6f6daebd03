// Reads vector tiles: layers of features with whole-number coordinates and named values.
// Source: Mapbox Vector Tile Specification 2.1; Protocol Buffers encoding.
gridgeo.mvt = (() => {
  const POINT = 1, LINE = 2, POLYGON = 3;
  const MOVE = 1, CLOSE = 7;
  const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;
  const texts = new TextDecoder();

  // A cursor over some bytes. Messages lie in one another: what is read ends with the innermost, and nothing is copied.
  function reader(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0, end = bytes.length;

    // Numbers of more than 32 bits are multiplied, not shifted: exact up to 2^53.
    function varint() {
      if (at < end && bytes[at] < 128) return bytes[at++];
      let value = 0, scale = 1, byte;
      do {
        if (at >= end) throw new RangeError("a tile ends within a number");
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte & 128);
      return value;
    }

    // Move past some bytes; return where they begin.
    function past(length) {
      const from = at;
      at += length;
      if (at > end) throw new RangeError("a tile ends within a field");
      return from;
    }

    function skip(wire) {
      if (wire === VARINT) varint();
      else if (wire === FIXED64) past(8);
      else if (wire === BYTES) past(varint());
      else if (wire === FIXED32) past(4);
      else throw new RangeError("a tile has a field of no known kind");
    }

    // The message's fields are visited in the order they stand in; what the visitor returns undefined for is passed over.
    function fields(visit) {
      while (at < end) {
        const tag = varint();
        if (visit(Math.floor(tag / 8)) === undefined) skip(tag % 8);
      }
    }

    function within(read) {
      const outer = end, length = varint(), to = past(length) + length;
      at = to - length;
      end = to;
      const found = read();
      [at, end] = [to, outer];
      return found;
    }

    function rest() {
      const numbers = [];
      while (at < end) numbers.push(varint());
      return numbers;
    }

    const packed = () => within(rest);
    const message = (visit) => within(() => fields(visit));
    const text = () => within(() => texts.decode(bytes.subarray(at, end)));
    const float = () => view.getFloat32(past(4), true);
    const double = () => view.getFloat64(past(8), true);
    return { varint, fields, packed, message, text, float, double };
  }

  const zigzag = (n) => (n % 2 ? -(n + 1) / 2 : n / 2);

  // The wraparound of a negative 64-bit number, as protobuf writes one, is told from a large one by its size.
  const signed = (n) => (n >= 2 ** 63 ? n - 2 ** 64 : n);

  function value(tile) {
    let found = null;
    tile.message((field) => {
      if (field === 1) found = tile.text();
      else if (field === 2) found = tile.float();
      else if (field === 3) found = tile.double();
      else if (field === 4) found = signed(tile.varint());
      else if (field === 5) found = tile.varint();
      else if (field === 6) found = zigzag(tile.varint());
      else if (field === 7) found = tile.varint() === 1;
      else return undefined;
      return true;
    });
    return found;
  }

  // Commands to parts: x, y, x, y … A ring is closed by who draws it.
  function geometry(commands) {
    const parts = [];
    let x = 0, y = 0, part = null;
    for (let at = 0; at < commands.length; ) {
      const command = commands[at] & 7, times = commands[at++] >>> 3;
      if (command === CLOSE) continue;
      for (let i = 0; i < times; i++) {
        if (command === MOVE) parts.push((part = []));
        part.push((x += zigzag(commands[at++])), (y += zigzag(commands[at++])));
      }
    }
    return parts;
  }

  function feature(tile) {
    const one = { id: null, kind: 0, tags: [], parts: [] };
    tile.message((field) => {
      if (field === 1) one.id = tile.varint();
      else if (field === 2) one.tags = tile.packed();
      else if (field === 3) one.kind = tile.varint();
      else if (field === 4) one.parts = geometry(tile.packed());
      else return undefined;
      return true;
    });
    return one;
  }

  function layer(tile) {
    const keys = [], values = [], features = [];
    let name = "", extent = 4096;
    tile.message((field) => {
      if (field === 1) name = tile.text();
      else if (field === 2) features.push(feature(tile));
      else if (field === 3) keys.push(tile.text());
      else if (field === 4) values.push(value(tile));
      else if (field === 5) extent = tile.varint();
      else return undefined;
      return true;
    });
    const named = ({ id, kind, tags, parts }) => {
      const props = {};
      for (let i = 0; i < tags.length; i += 2) props[keys[tags[i]]] = values[tags[i + 1]];
      return { id, kind, props, parts };
    };
    return { name, extent, features: features.map(named) };
  }

  // The layers of a tile by name.
  function decode(buffer) {
    const tile = reader(new Uint8Array(buffer)), layers = {};
    tile.fields((field) => {
      if (field !== 3) return undefined;
      const one = layer(tile);
      return (layers[one.name] = one);
    });
    return layers;
  }

  return { decode, POINT, LINE, POLYGON };
})();
