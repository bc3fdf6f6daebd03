// Texts to be washed from what was pasted or dropped, and the answers as a table for a spreadsheet.
gridgeo.lines = (() => {
  const NAMES = /^(地址|详细地址|住址|经营地址|注册地址|address)$/i;
  const DELIMITERS = [",", "\t", ";"];
  const FORMULA = /^[=+\-@\t\r＝＋－＠]/; // what a spreadsheet takes for a formula

  const plain = (text) => text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter(Boolean);

  // The column named 地址 or address, else the first one.
  function column(text) {
    const first = text.split(/\r?\n/, 1)[0];
    const delimiter = DELIMITERS.map((one) => [first.split(one).length, one]).sort((a, b) => b[0] - a[0])[0][1];
    const rows = table(text, delimiter);
    const named = rows.length ? rows[0].findIndex((cell) => NAMES.test(cell.trim())) : -1;
    return rows.slice(named < 0 ? 0 : 1).map((row) => (row[Math.max(named, 0)] || "").trim()).filter(Boolean);
  }

  // Source: RFC 4180.
  function table(text, delimiter) {
    const rows = [];
    let row = [], cell = "", quoted = false;
    const end = () => {
      row.push(cell);
      cell = "";
    };
    for (let i = 0; i < text.length; i++) {
      const one = text[i];
      if (quoted) {
        if (one !== '"') cell += one;
        else if (text[i + 1] === '"') cell += text[i++];
        else quoted = false;
      } else if (one === '"' && cell === "") quoted = true;
      else if (one === delimiter) end();
      else if (one === "\n" || one === "\r") {
        if (one === "\r" && text[i + 1] === "\n") i++;
        end();
        rows.push(row);
        row = [];
      } else cell += one;
    }
    if (cell || row.length) {
      end();
      rows.push(row);
    }
    return rows;
  }

  // A file's text: UTF-8, else what offices in China write.
  async function read(file) {
    const bytes = await file.arrayBuffer();
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      text = new TextDecoder("gb18030").decode(bytes);
    }
    return /\.(csv|tsv)$/i.test(file.name) ? column(text) : plain(text);
  }

  const neutral = (cell) => (FORMULA.test(cell) ? `'${cell}` : cell);

  // A tab before a code keeps all its digits in a spreadsheet.
  function csv(head, rows, codes) {
    const cell = (value, at) => {
      const text = value === null || value === undefined ? "" : String(value);
      return `"${(codes.includes(at) && text ? `\t${text}` : typeof value === "number" ? text : neutral(text)).replace(/"/g, '""')}"`;
    };
    const lines = [head.map((name) => `"${name}"`), ...rows.map((row) => row.map(cell))];
    return `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
  }

  const tabbed = (head, rows) => [head, ...rows].map((row) => row.map((value) => neutral(String(value ?? "")).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");

  return { plain, column, read, csv, tabbed };
})();
