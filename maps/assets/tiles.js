// Vector tiles of one collection: asked for as the map needs them, given up when it no longer does, kept for a while. Of those
// that may have changed meanwhile is shown what is known, until the answer is there.
gridgeo.tiles = (asked, path, arrived, shares = gridgeo.tiles.MAJORS) => {
  const KEPT = 240; // tiles in memory, the longest unused are forgotten first
  const DEEPEST = 22; // zoom: there are no tiles below
  const UP = 5, DOWN = 2; // how many zooms away a stand-in may come from
  const tiles = new Map();
  let filter = "", some = false;

  const name = (z, x, y) => `${z}/${y}/${x}?${filter}`;

  // Tiles over a part of the world (pixels of zoom 0), the middle first. What was on its way and is not among them is given up.
  function want(z, [west, north, east, south]) {
    const zoom = Math.max(0, Math.min(DEEPEST, z)), count = 2 ** zoom;
    const index = (world) => Math.max(0, Math.min(count - 1, Math.floor((world / 256) * count)));
    const wanted = [];
    for (let y = index(north); y <= index(south); y++) for (let x = index(west); x <= index(east); x++) wanted.push(tile(zoom, x, y));
    const middle = [((west + east) / 512) * count - 0.5, ((north + south) / 512) * count - 0.5];
    wanted.sort((a, b) => away(a, middle) - away(b, middle));
    const now = new Set(wanted);
    for (const one of tiles.values()) if (one.state === "asking" && !now.has(one)) drop(one);
    for (const one of wanted) if (one.state === "new" || (one.old && !one.running)) ask(one);
    forget(now);
    return wanted;
  }

  const away = ({ x, y }, [mx, my]) => (x - mx) ** 2 + (y - my) ** 2;

  function tile(z, x, y) {
    const key = name(z, x, y), known = tiles.get(key);
    const one = known || { key, z, x, y, state: "new", content: null, fault: null, running: null, old: false };
    tiles.delete(key);
    tiles.set(key, one); // the last asked for is the last forgotten
    return one;
  }

  async function ask(one) {
    if (one.state === "new") one.state = "asking";
    one.old = false;
    one.running = new AbortController();
    const { signal } = one.running;
    try {
      const bytes = await asked.get(`${path}/${one.z}/${one.y}/${one.x}${filter ? `?${filter}` : ""}`, { signal, as: "arrayBuffer" });
      if (signal.aborted) return;
      Object.assign(one, { state: "there", content: placed(one, gridgeo.mvt.decode(bytes)) });
    } catch (fault) {
      if (signal.aborted) return;
      if (one.state === "asking") Object.assign(one, { state: "failed", fault });
    }
    one.running = null;
    arrived(one);
  }

  function drop(one) {
    one.running.abort();
    tiles.delete(one.key);
  }

  function forget(now) {
    for (const one of tiles.values()) {
      if (tiles.size <= KEPT) return;
      if (!now.has(one) && one.state !== "asking") tiles.delete(one.key);
    }
  }

  // A tile's features in the world's coordinates. Beyond its edge lie its neighbours' points, which they tell themselves.
  function placed({ z, x, y }, layers) {
    const side = 256 / 2 ** z, content = { clusters: [], points: [], shapes: [] };
    for (const [of, { extent, features }] of Object.entries(layers)) {
      const east = (px) => (x + px / extent) * side, south = (py) => (y + py / extent) * side;
      for (const { id, kind, props, parts } of features) {
        if (kind === gridgeo.mvt.POINT) {
          const [px, py] = parts[0];
          if (px < 0 || py < 0 || px >= extent || py >= extent) continue;
          if (of === "clusters") content.clusters.push({ n: props.n, parts: shares.map((share) => props[share] || 0), x: east(px), y: south(py) });
          else content.points.push({ id, props, x: east(px), y: south(py) });
        } else {
          const lines = parts.map((part) => Float64Array.from(part, (pixel, i) => (i % 2 ? south(pixel) : east(pixel))));
          content.shapes.push({ id, props, kind, lines });
        }
      }
    }
    return content;
  }

  // Until a tile is there: what is known of the same place from nearer or farther, and where that counts.
  function standIns(one) {
    for (let up = 1; up <= UP && up <= one.z; up++) {
      const above = tiles.get(name(one.z - up, one.x >> up, one.y >> up));
      if (above && above.state === "there") return [above];
    }
    const found = [];
    for (let down = 1; down <= DOWN && !found.length; down++) {
      for (let dy = 0; dy < 1 << down; dy++) {
        for (let dx = 0; dx < 1 << down; dx++) {
          const below = tiles.get(name(one.z + down, (one.x << down) + dx, (one.y << down) + dy));
          if (below && below.state === "there") found.push(below);
        }
      }
    }
    return found;
  }

  const box = ({ z, x, y }) => [x, y, x + 1, y + 1].map((at) => (at * 256) / 2 ** z);

  function clear() {
    for (const one of tiles.values()) if (one.running) one.running.abort();
    tiles.clear();
  }

  function retry() {
    for (const one of [...tiles.values()]) if (one.state === "failed") tiles.delete(one.key);
  }

  // What is there may have changed: it is asked for again when it is next wanted.
  function age() {
    for (const one of tiles.values()) if (one.state === "there") one.old = true;
  }

  return {
    want, standIns, box, clear, retry, age,
    some: () => some, // not all there is is asked for
    choose(now, few) {
      [filter, some] = [now, few];
    },
  };
};

// What a circle tells the shares of: its major classes.
gridgeo.tiles.MAJORS = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((order) => `m${order}`);
