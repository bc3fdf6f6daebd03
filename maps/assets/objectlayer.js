// The layer of managed objects: drawn as the layer of grids is, on a canvas of its own above it, from vector tiles.
gridgeo.ObjectLayer = gridgeo.GridLayer.extend({
  options: { padding: 0.15, fade: 160, pane: "objects" },

  // Circles give way to the names of the grids where they can, and names to the others.
  initialize(tiles, scene, look, grids, pointsFrom = Infinity) {
    gridgeo.GridLayer.prototype.initialize.call(this, null, look);
    Object.assign(this, { _pointsFrom: pointsFrom, _grids: grids, _tiles: tiles, _scene: scene, _painting: true, _active: true, _made: null, _held: false, _waiting: false, _asking: 0, _marked: { hovered: null, chosen: null } });
  },

  _initContainer() {
    gridgeo.GridLayer.prototype._initContainer.call(this);
    this._container.classList.add("object-layer");
    L.DomUtil.remove(this._lettering);
    this._sheets = [this._base, this._marks];
  },

  // Others are chosen, or none at all: what is drawn stays until the new ones are there.
  choose(on) {
    this._held = on && this._active;
    this._active = on;
    this.renew();
  },

  // Something changed or arrived: drawn once, with the next frame.
  renew() {
    if (this._due || !this._map) return;
    this._due = requestAnimationFrame(() => {
      this._due = null;
      if (this._map && this._frame && this._frame.scale === 2 ** this._map.getZoom()) this._redraw();
    });
  },

  // Until everything in view is there, or has failed, or that takes too long.
  settled(most) {
    const done = () => !this._due && !this._asking;
    if (done()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(late);
        this.off("told", check);
        resolve();
      };
      const check = () => done() && end(), late = setTimeout(end, most);
      this.on("told", check);
    });
  },

  mark(marked) {
    Object.assign(this._marked, marked);
    if (this._made) this._drawMarks();
  },

  // The map rests elsewhere: what is drawn goes to its new place and is drawn anew with the next frame, for the grids are in this one.
  _draw() {
    const { _drawnFrame: before, _frame: now } = this;
    if (!before || !this._alike(before, now)) return this._redraw();
    this._carry(this._base, before, now);
    this._drawnFrame = now;
    this._marked.hovered = null;
    this._drawMarks();
    this.renew();
  },

  _redraw() {
    const began = performance.now();
    const { _frame: frame, _tiles: tiles } = this, zoom = this._map.getZoom();
    const { scale, x, y, width, height } = frame;
    const wanted = this._active ? tiles.want(this.zoomOf(zoom), [x / scale, y / scale, (x + width) / scale, (y + height) / scale]) : [];
    const waiting = wanted.filter((one) => one.state === "asking").length;
    this._asking = waiting;
    const held = this._held && waiting && this._drawnFrame === frame;
    if (!held) {
      if (this._drawnFrame && this._waiting && !waiting && !gridgeo.dom.still()) this._fade(this._drawnFrame, frame);
      Object.assign(this, { _held: false, _waiting: waiting > 0, _drawnFrame: frame });
      const context = this._clear(this._base);
      this._made = { ...this._scene.arrange(context, this._pieces(wanted), frame, zoom, this._grids.names(frame)), frame };
      this._scene.draw(context, this._made, frame, this._look);
      this._drawMarks();
    }
    this._grids.giveWay(this._made.clusters.filter(({ n }) => n > 1), this._made.frame);
    this.drawn = { count: this.drawn.count + 1, ms: performance.now() - began };
    const faults = wanted.filter((one) => one.state === "failed").map((one) => one.fault);
    const { clusters, dots, shapes } = this._made;
    this.fire("told", { waiting, fault: faults[0] || null, found: clusters.length + dots.length + shapes.length, wanted: wanted.length });
  },

  // A tile is drawn 512 px wide at whole zooms: a quarter of the requests of 256 px. Where tiles of the map's own zoom have
  // single things and those above have circles, it is the own, if only some categories are shown: all would be too many.
  zoomOf(zoom) {
    const own = Math.round(zoom);
    return own === this._pointsFrom && this._tiles.some() ? own : own - 1;
  },

  _pieces(wanted) {
    return wanted.flatMap((one) => {
      const box = this._tiles.box(one);
      if (one.state === "there") return [{ content: one.content, box, whole: true }];
      // What leaves the screen holds no numbers that are still to change.
      return one.state === "asking" && !this._sharpness ? this._tiles.standIns(one).map(({ content }) => ({ content, box, whole: false })) : [];
    });
  },

  _drawMarks() {
    const { hovered, chosen } = this._marked, context = this._marking(hovered || chosen);
    if (!context) return;
    if (hovered) this._ring(context, hovered, "rgba(255,255,255,.95)", this._look.ink);
    if (!chosen) return;
    const { x, y, scale } = this._frame, { lon, lat } = chosen;
    const at = { x: gridgeo.topology.worldX(lon) * scale - x, y: gridgeo.topology.worldY(lat) * scale - y, r: 9 };
    this._ring(context, at, "#fff", this._look.accent);
  },

  _ring(context, { x, y, r, path, area }, halo, colour) {
    for (const [style, width] of [[halo, 5], [colour, 2.4]]) {
      Object.assign(context, { strokeStyle: style, lineWidth: width });
      if (path) context.stroke(path);
      else {
        context.beginPath();
        context.arc(x, y, r + 3, 0, 2 * Math.PI);
        context.stroke();
      }
    }
  },

  // What is under a point of the map's element; a finger is less exact than a pointer.
  under(point, slack = 3) {
    if (!this._made || this._made.frame !== this._frame || !this._active) return [];
    const { x, y } = this._map.containerPointToLayerPoint(point).subtract(this._bounds.min);
    return this._scene.find(this._base.getContext("2d"), this._made, x, y, slack);
  },
});
