// What is known of the chosen place: asked for when it is chosen, and kept in the store as `told` for whoever draws it.
gridgeo.places = (store, asked) => {
  const MOST = 50; // buildings of a compound or road that are listed

  const TELLERS = {
    async building({ code }, options) {
      const path = `/buildings/${code}`;
      return living(path, options, async (when) => {
        const building = await asked.get(path + when, options);
        const [feature, { houses }] = await Promise.all([
          asked.get(`${path}${when ? `${when}&` : "?"}f=geojson`, options), asked.get(`${path}/houses${when ? `${when}&` : "?"}limit=10000`, options),
        ]);
        return { building, houses, footprint: feature.geometry.type === "Point" ? null : feature.geometry, lon: building.lon, lat: building.lat };
      });
    },

    async house({ code }, options) {
      return living(`/houses/${code}`, options, async (when) => {
        const house = await asked.get(`/houses/${code}${when}`, options);
        return { house, lon: house.lon, lat: house.lat };
      });
    },

    async within({ ref, lon, lat }, options) {
      if (!ref) return { buildings: [], lon, lat };
      const { places } = await asked.get(`/addresses/autocomplete?within=${encodeURIComponent(ref)}&limit=${MOST}`, options);
      return { buildings: places, lon, lat };
    },
  };

  // As it is; or, of what is no more, as it was on its last day, with who follows.
  async function living(path, options, ask) {
    try {
      return await ask("");
    } catch (error) {
      if (error.status !== 410) throw error;
      const gone = { since: error.since && String(error.since).slice(0, 10), successors: error.successors };
      if (!gone.since) return { gone };
      const was = await ask(`?datetime=${dayBefore(gone.since)}`).catch((other) => {
        if (other.name === "AbortError") throw other;
        return {};
      });
      return { ...was, gone };
    }
  }

  function dayBefore(day) {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() - 1);
    return date.toISOString().slice(0, 10);
  }

  const open = (place) => store.change({ ...gridgeo.view.NOTHING, place });

  gridgeo.telling(store, "place", "told", (place, options) => (TELLERS[place.kind] || TELLERS.within)(place, options));
  return { open, ofCode: (code) => open({ kind: code.length === 25 ? "house" : "building", code }) };
};
