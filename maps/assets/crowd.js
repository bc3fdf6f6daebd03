// Circles of several layers above the names of the grids: those of one layer give way to those of the layers before it, and names to all.
gridgeo.crowd = (grids) => {
  const standing = new Map(); // of each layer: its circles, and the frame they are drawn in

  // The circles of the other layers, in a frame of the same scale.
  function others(key, frame, before = false) {
    const names = [...standing.keys()], some = names.slice(0, before ? names.indexOf(key) : undefined).filter((one) => one !== key);
    return some.map((one) => standing.get(one)).filter((one) => one.frame && one.frame.scale === frame.scale)
      .flatMap(({ circles, frame: { x, y } }) => circles.map((circle) => ({ x: circle.x + x - frame.x, y: circle.y + y - frame.y, r: circle.r })));
  }

  const box = ({ x, y, r }) => ({ west: x - r - 2, north: y - r - 2, east: x + r + 2, south: y + r + 2, firm: true });

  // What a layer sees of the crowd: names and circles it is to stand beside, and who gives way to its own.
  function member(key) {
    standing.set(key, { circles: [], frame: null });
    return {
      on: (...given) => grids.on(...given),
      names: (frame) => [...grids.names(frame), ...others(key, frame, true).map(box)],
      giveWay(circles, frame) {
        standing.set(key, { circles, frame });
        grids.giveWay([...circles, ...others(key, frame)], frame);
      },
    };
  }

  return { member };
};
