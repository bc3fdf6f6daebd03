// What is known of what is chosen: asked for when it is chosen, given up when something else is, kept in the store for whoever draws it.
gridgeo.telling = (store, chosen, known, ask) => {
  let running = null;

  async function tell(one) {
    if (running) running.abort();
    store.change({ [known]: null });
    if (!one || one.several) return;
    running = new AbortController();
    const { signal } = running;
    try {
      const told = await ask(one, { signal });
      if (!signal.aborted) store.change({ [known]: told });
    } catch (fault) {
      if (!signal.aborted) store.change({ [known]: { fault } });
    }
  }

  store.watch([chosen, "caller"], (state) => tell(state[chosen]));
};
