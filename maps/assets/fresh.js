// What others change is seen by those who look: now and then the page asks again for what it shows. Nobody looks at a hidden page.
gridgeo.fresh = (store) => {
  const EVERY = 60_000; // ms
  let looked = Date.now();

  function look() {
    if (document.hidden || Date.now() - looked < EVERY) return;
    looked = Date.now();
    store.change({ looked });
  }

  setInterval(look, EVERY / 4);
  document.addEventListener("visibilitychange", look);
};
