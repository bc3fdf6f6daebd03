// The layer of grids: a Leaflet renderer of its own that draws all of it on one canvas, and marks on another.
// Leaflet moves and scales the canvases while the map is dragged or zoomed; they are drawn anew when it rests.
gridgeo.GridLayer = L.Renderer.extend({
  options: { padding: 0.15, fade: 180 },

  initialize(topology, look) {
    L.Renderer.prototype.initialize.call(this, {});
    this._topology = topology;
    this._look = look;
    this._hidden = [];
    this._marked = { hovered: null, selected: null };
    this._sharpness = null;
    this._expects = () => false;
    this.drawn = { count: 0, ms: 0 };
  },

  getEvents() {
    return { ...L.Renderer.prototype.getEvents.call(this), move: this._keepCovered };
  },

  // Draw another painting (see measures.js), another level, other classes hidden; fades over when told so.
  show(painting, shown, hidden, fade) {
    this._fading = this._fading || (fade && !gridgeo.dom.still());
    Object.assign(this, { _painting: painting, _shown: shown, _hidden: hidden });
    // At the end of a zoom the frame is still the old one, and an update follows.
    if (this._map && this._frame.scale === 2 ** this._map.getZoom()) this._draw();
  },

  // What is drawn is drawn anew: names in another language.
  refresh() {
    if (this._map) this._update();
  },

  mark(marked) {
    Object.assign(this._marked, marked);
    if (this._view) this._drawMarks();
  },

  // Pixels on paper are finer than on the screen.
  sharpen(ratio) {
    this._sharpness = ratio;
    if (this._map) this._update();
  },

  _initContainer() {
    this._container = L.DomUtil.create("div", "grid-layer");
    this._base = L.DomUtil.create("canvas", "", this._container);
    this._lettering = L.DomUtil.create("canvas", "", this._container);
    this._ghost = L.DomUtil.create("canvas", "ghost", this._container);
    this._marks = L.DomUtil.create("canvas", "", this._container);
    this._sheets = [this._base, this._lettering, this._marks];
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
    cancelAnimationFrame(this._writing);
    this._container = this._view = this._writing = null;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return; // as Leaflet's own renderers do
    L.Renderer.prototype._update.call(this);
    const { min } = this._bounds, size = this._bounds.getSize();
    const ratio = this._sharpness || Math.min(window.devicePixelRatio || 1, 2);
    L.DomUtil.setPosition(this._container, min);
    for (const canvas of this._sheets) {
      const width = Math.round(size.x * ratio), height = Math.round(size.y * ratio);
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const origin = this._map.getPixelOrigin().add(min);
    this._frame = { scale: 2 ** this._zoom, x: origin.x, y: origin.y, width: size.x, height: size.y, ratio };
    if (this._painting) this._draw();
    this.fire("update");
  },

  _updatePaths() {},

  // Dragging past what is drawn beyond the edge: draw again on the way.
  _keepCovered() {
    if (!this._bounds || this._map._animatingZoom) return;
    const size = this._map.getSize();
    const seen = L.bounds(this._map.containerPointToLayerPoint([0, 0]), this._map.containerPointToLayerPoint(size));
    if (!this._bounds.contains(seen)) this._update();
  },

  _draw() {
    const began = performance.now();
    const { _topology: topology, _frame: frame, _look: look, _drawnFrame: before } = this;
    if (this._fading && before) this._fade(before, frame);
    Object.assign(this, { _fading: false, _drawnFrame: frame });
    const context = this._clear(this._base);
    this._view = gridgeo.drawing.project(topology.arcs, frame);
    gridgeo.drawing.shore(context, topology.arcs, this._view, look.ink);
    gridgeo.drawing.fills(context, frame, this._view, this._painting, this._hidden, look);
    gridgeo.drawing.borders(context, topology, this._view, frame, Math.max(this._shown, this._painting.level.rank), look);
    this._named = gridgeo.labels.place(context, topology, frame, this._shown, (unit) => this._fillOf(unit));
    // Names are written once, beside circles: where those come with the next frame, what is written goes along until then.
    if (before && this._alike(before, frame) && this._expects()) this._carry(this._lettering, before, frame);
    else this._letter();
    this._drawMarks();
    this.drawn = { count: this.drawn.count + 1, ms: performance.now() - began };
    this.fire("named");
  },

  // Whether circles are told (giveWay) with the frame after each in which this is drawn.
  expect(circles) {
    this._expects = circles;
  },

  // Names give way to circles of a frame, which cannot go elsewhere.
  giveWay(circles, frame) {
    this._circles = { circles, frame };
    if (!this._named) return;
    if (this._sharpness) this._letter();
    else this._writing = this._writing || requestAnimationFrame(() => this._letter()); // circles are drawn in this frame: one task each
  },

  _letter() {
    const { circles, frame } = this._circles || { circles: [], frame: this._frame };
    const right = frame.x - this._frame.x, down = frame.y - this._frame.y;
    const here = frame.scale === this._frame.scale ? circles.map(({ x, y, r }) => ({ x: x + right, y: y + down, r })) : [];
    cancelAnimationFrame(this._writing);
    this._writing = null;
    const said = JSON.stringify(here);
    if (this._lettered && this._lettered.named === this._named && this._lettered.said === said) return;
    this._lettered = { named: this._named, said };
    const context = this._clear(this._lettering);
    this._standing = gridgeo.labels.yielding(context, this._topology, this._frame, this._named, here);
    gridgeo.labels.draw(context, this._standing, this._look.ink);
  },

  // Where the names lie in a frame of the same scale: boxes in its pixels.
  names({ scale, x, y }) {
    if (!this._named || this._drawnFrame.scale !== scale) return [];
    const right = this._drawnFrame.x - x, down = this._drawnFrame.y - y;
    return this._named.map(({ box }) => ({ west: box[0] + right, north: box[1] + down, east: box[2] + right, south: box[3] + down }));
  },

  _fillOf(unit) {
    const { level, classes, of } = this._painting;
    if (level.rank !== unit.rank) return null;
    const one = classes[of[unit.order]];
    return this._hidden.includes(one.key) ? this._look.faded : one.colour;
  },

  _drawMarks() {
    const { hovered, selected } = this._marked, context = this._marking(hovered || selected);
    if (!context) return;
    const seen = (unit) => unit && unit.polygons.length && gridgeo.drawing.inView(unit, this._frame);
    if (seen(hovered) && hovered !== selected) gridgeo.drawing.outline(context, this._view, hovered, [["rgba(255,255,255,.9)", 4], [this._look.ink, 1.8]]);
    if (seen(selected)) gridgeo.drawing.outline(context, this._view, selected, [["#fff", 5.5], [this._look.accent, 3]]);
  },

  // The canvas of marks, emptied; none where there is nothing to draw and nothing was, for a canvas that is touched is shown anew.
  _marking(some) {
    if (!some && !this._markedAny) return null;
    this._markedAny = Boolean(some);
    return this._clear(this._marks);
  },

  _clear(canvas) {
    const context = canvas.getContext("2d");
    // Paper gets the strokes themselves, and there a cleared rectangle is a white one: begin with a new canvas.
    if (this._sharpness) canvas.width = canvas.width;
    context.setTransform(this._frame.ratio, 0, 0, this._frame.ratio, 0, 0);
    if (!this._sharpness) context.clearRect(0, 0, this._frame.width, this._frame.height);
    return context;
  },

  // The picture so far, laid over the new one at its place and scale, and faded out.
  _fade(before, now) {
    const { _ghost: ghost, _base: base } = this;
    Object.assign(ghost, { width: base.width, height: base.height });
    ghost.style.width = base.style.width;
    ghost.style.height = base.style.height;
    for (const sheet of this._sheets.filter((one) => one !== this._marks)) ghost.getContext("2d").drawImage(sheet, ...this._moved(before, now));
    ghost.style.transition = "none";
    ghost.style.opacity = 1;
    void ghost.offsetWidth; // the browser must have seen it full before it fades
    ghost.style.transition = `opacity ${this.options.fade}ms ease-out`;
    ghost.style.opacity = 0;
  },

  // Whether a canvas is as large, and as fine, in one frame as in another.
  _alike: (before, now) => ["ratio", "width", "height"].every((one) => before[one] === now[one]),

  // What a canvas shows goes to its place in another frame.
  _carry(canvas, before, now) {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(canvas, ...this._moved(before, now));
    context.globalCompositeOperation = "source-over";
  },

  // Where in one frame lies what was drawn in another: x, y, width and height in pixels of the canvas.
  _moved(before, now) {
    const grown = now.scale / before.scale;
    return [before.x * grown - now.x, before.y * grown - now.y, before.width * grown, before.height * grown].map((pixels) => pixels * now.ratio);
  },
});
