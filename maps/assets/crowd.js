// Circles of several layers above the names of the grids: those of one layer give way to those of the layers before it, and names to all.
gridgeo.crowd = (grids) => {
  const members = []; // of each layer: its circles, the frame they are drawn in, whether it is there now

  // The circles of some, in a frame of the same scale.
  const shifted = (some, frame) => some.filter((one) => one.frame && one.frame.scale === frame.scale)
    .flatMap(({ circles, frame: { x, y } }) => circles.map((circle) => ({ x: circle.x + x - frame.x, y: circle.y + y - frame.y, r: circle.r })));

  const box = ({ x, y, r }) => ({ west: x - r - 2, north: y - r - 2, east: x + r + 2, south: y + r + 2, firm: true });

  // What a layer sees of the crowd: names and circles it is to stand beside, and who gives way to its own.
  function member(here = () => true) {
    const own = { circles: [], frame: null, here }, at = members.push(own) - 1;
    return {
      on: (...given) => grids.on(...given),
      names: (frame) => [...grids.names(frame), ...shifted(members.slice(0, at), frame).map(box)],
      giveWay(circles, frame) {
        const gone = !here() && !circles.length && !own.circles.length;
        Object.assign(own, { circles, frame });
        // A layer that comes after this one is drawn anew as well, and tells of all.
        if (gone || members.slice(at + 1).some((one) => one.here())) return;
        grids.giveWay([...circles, ...shifted(members.filter((one) => one !== own), frame)], frame);
      },
    };
  }

  grids.expect(() => members.some((one) => one.here()));
  return { member };
};
