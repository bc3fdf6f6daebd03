// What is shown now, in one place. Views watch the parts they draw; nobody tells another view what to do.
gridgeo.store = (initial) => {
  let state = Object.freeze({ ...initial });
  const watchers = [];
  return {
    get: () => state,
    change(patch) {
      const before = state;
      const changed = Object.keys(patch).filter((key) => !Object.is(before[key], patch[key]));
      if (!changed.length) return;
      state = Object.freeze({ ...before, ...patch });
      for (const { keys, run } of watchers) if (keys.some((key) => changed.includes(key))) run(state, before);
    },
    watch(keys, run) {
      watchers.push({ keys, run });
      run(state, state);
    },
  };
};
