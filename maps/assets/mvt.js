// Reads vector tiles: layers of features with whole-number coordinates and named values.
// Source: Mapbox Vector Tile Specification 2.1; Protocol Buffers encoding.
gridgeo.mvt = (() => {
  const POINT = 1, LINE = 2, POLYGON = 3;
  const MOVE = 1, CLOSE = 7;
  const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;
  const texts = new TextDecoder();

  // A cursor over some bytes; a message's fields are visited in the order they stand in.
  function reader(bytes, at = 0, end = bytes.length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

    // Numbers of more than 32 bits are multiplied, not shifted: exact up to 2^53.
    function varint() {
      let value = 0, scale = 1, byte;
      do {
        if (at >= end) throw new RangeError("a tile ends within a number");
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte & 128);
      return value;
    }

    function chunk() {
      const length = varint(), from = at;
      at += length;
      if (at > end) throw new RangeError("a tile ends within a field");
      return [from, at];
    }

    function skip(wire) {
      if (wire === VARINT) varint();
      else if (wire === FIXED64) at += 8;
      else if (wire === BYTES) chunk();
      else if (wire === FIXED32) at += 4;
      else throw new RangeError("a tile has a field of no known kind");
    }

    function fields(visit) {
      while (at < end) {
        const tag = varint(), wire = tag % 8;
        if (visit(Math.floor(tag / 8), wire) === undefined) skip(wire);
      }
    }

    const packed = () => {
      const [from, to] = chunk(), part = reader(bytes, from, to), numbers = [];
      while (part.at() < to) numbers.push(part.varint());
      return numbers;
    };
    const message = () => reader(bytes, ...chunk());
    const text = () => texts.decode(bytes.subarray(...chunk()));
    const float = () => view.getFloat32((at += 4) - 4, true);
    const double = () => view.getFloat64((at += 8) - 8, true);
    return { varint, fields, packed, message, text, float, double, at: () => at };
  }

  const zigzag = (n) => (n % 2 ? -(n + 1) / 2 : n / 2);

  // The wraparound of a negative 64-bit number, as protobuf writes one, is told from a large one by its size.
  const signed = (n) => (n >= 2 ** 63 ? n - 2 ** 64 : n);

  function value(message) {
    let found = null;
    message.fields((field) => {
      if (field === 1) found = message.text();
      else if (field === 2) found = message.float();
      else if (field === 3) found = message.double();
      else if (field === 4) found = signed(message.varint());
      else if (field === 5) found = message.varint();
      else if (field === 6) found = zigzag(message.varint());
      else if (field === 7) found = message.varint() === 1;
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

  function feature(message) {
    const one = { id: null, kind: 0, tags: [], parts: [] };
    message.fields((field) => {
      if (field === 1) one.id = message.varint();
      else if (field === 2) one.tags = message.packed();
      else if (field === 3) one.kind = message.varint();
      else if (field === 4) one.parts = geometry(message.packed());
      else return undefined;
      return true;
    });
    return one;
  }

  function layer(message) {
    const keys = [], values = [], features = [];
    let name = "", extent = 4096;
    message.fields((field) => {
      if (field === 1) name = message.text();
      else if (field === 2) features.push(feature(message.message()));
      else if (field === 3) keys.push(message.text());
      else if (field === 4) values.push(value(message.message()));
      else if (field === 5) extent = message.varint();
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
      const one = layer(tile.message());
      return (layers[one.name] = one);
    });
    return layers;
  }

  return { decode, POINT, LINE, POLYGON };
})();
