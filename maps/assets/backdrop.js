// The base map's tiles in view as a picture may hold them: those of our own host, and of hosts that let pages read theirs (CORS).
// Asked for anew, since a tile that came only to be shown may not be read. Null where a host does not allow it, or takes too long.
gridgeo.backdrop = (map, patience) => {
  const tiles = [...map.getPane("tilePane").querySelectorAll("img.leaflet-tile-loaded")];

  function readable(tile) {
    if (new URL(tile.src).origin === location.origin) return Promise.resolve({ tile, image: tile });
    const image = Object.assign(new Image(), { crossOrigin: "anonymous", referrerPolicy: "origin", src: tile.src });
    return image.decode().then(() => ({ tile, image }));
  }

  async function all() {
    const [first, ...rest] = tiles;
    return [await readable(first), ...(await Promise.all(rest.map(readable)))]; // one refusal is enough
  }

  const late = new Promise((resolve) => setTimeout(resolve, patience, null));
  return tiles.length ? Promise.race([all().catch(() => null), late]) : Promise.resolve([]);
};
