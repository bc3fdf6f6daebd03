// A code with a button that copies it.
gridgeo.code = (() => {
  const { el, both, fill } = gridgeo.dom;

  function row(code) {
    const button = el("button", { type: "button", class: "plain" }, both("复制", "Copy"));
    button.addEventListener("click", async () => {
      const done = await copy(code);
      fill(button, both(...(done ? ["已复制", "Copied"] : ["请手动复制", "Select and copy"])));
      setTimeout(() => fill(button, both("复制", "Copy")), 1600);
    });
    return el("p", { class: "code" }, el("code", {}, code), button);
  }

  // The clipboard is closed to pages without https; there the old way works.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = el("textarea", { class: "visually-hidden" });
      field.value = text;
      (document.querySelector("dialog:modal") || document.body).append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  return { row, copy };
})();
