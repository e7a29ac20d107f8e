// The text area of the policy: a native one, so that every way of writing Chinese works, with colours painted below it.
//
// Its own text cannot be seen, and below stand the visible lines in colours, moved as it scrolls. While Chinese is being
// composed it is the other way round. The colours of a line stay with the line until the server has said anew; an
// answer about an older text is thrown away. Places are code points to the server and UTF-16 units here.

import { ask, element, latest, say } from "./dom.js";

const MARGIN = 100; // lines above and below the visible ones that are asked for
const MOST_UNDONE = 100; // lines that are put in so that it can be undone
const WIDE = /[\ud800-\udfff]/;
const WORD = /[\p{L}\p{N}_"“[［【]$/u;

export class Editor {
  /** `told.changed` is called for a new text, `told.checked` with the answer about it, `told.moved` with a line. */
  constructor(policy, told) {
    this.policy = policy; // gives the policy as questions have it
    this.told = told;
    this.file = ""; // what findings call the text
    this.area = document.getElementById("text");
    this.box = this.area.parentElement;
    this.paint = this.box.querySelector(".paint");
    this.numbers = this.box.querySelector(".numbers");
    this.list = document.getElementById("completions");
    this.lines = [""];
    this.colours = [[]]; // of each line: [start, end, class]
    this.marks = new Map(); // of a line: [start, end, severity]
    this.known = [0, 0]; // the lines whose colours are known
    this.chosen = -1;
    this.offered = [];
    this.check = latest(120, (current) => this.checkNow(current));
    this.complete = latest(60, (current) => this.completeNow(current));
    this.tell = latest(250, (current) => this.tellNow(current));
    const on = (name, act) => this.area.addEventListener(name, act);
    on("input", (event) => event.isComposing || this.replacing || this.typed(event.inputType));
    on("scroll", () => this.scrolled());
    on("keydown", (event) => this.key(event));
    on("blur", () => this.offer([]));
    on("compositionstart", () => (this.offer([]), this.box.classList.add("composing")));
    on("compositionend", () => (this.box.classList.remove("composing"), this.typed("insertText")));
    document.addEventListener("selectionchange", () => document.activeElement === this.area && this.tell());
    new ResizeObserver(() => this.draw()).observe(this.area);
  }

  get text() {
    return this.area.value;
  }

  /** Another text, to begin with. */
  set text(text) {
    this.area.value = text;
    this.area.scrollTop = this.area.scrollLeft = 0;
    this.area.setSelectionRange(0, 0);
    this.lines = [""];
    this.colours = [[]];
    this.taken();
  }

  typed(how) {
    this.taken();
    const before = this.text.slice(0, this.area.selectionStart);
    if (how?.startsWith("insert") && how !== "insertFromPaste" && WORD.test(before)) this.complete();
    else this.offer([]);
  }

  /** Take the text as it is; lines that are as they were keep their colours. */
  taken() {
    const now = this.text.split("\n");
    const old = this.lines;
    let start = 0;
    while (start < now.length && start < old.length && now[start] === old[start]) start++;
    let end = 0;
    while (end < now.length - start && end < old.length - start && now.at(-1 - end) === old.at(-1 - end)) end++;
    const between = now.slice(start, now.length - end).map((line, at) => {
      const was = this.colours[start + at] ?? [];
      return was.filter(([from, to]) => old[start + at]?.slice(from, to) === line.slice(from, to));
    });
    this.colours.splice(start, old.length - end - start, ...between);
    this.lines = now;
    this.marks = new Map();
    this.draw();
    this.told.changed();
    this.check();
  }

  async checkNow(current) {
    const text = this.text;
    const [first, last] = this.visible();
    const range = { first: Math.max(1, first + 1 - MARGIN), last: last + MARGIN };
    const answer = await ask("edit", { policy: this.policy(), ...range }).catch(() => null);
    if (!current() || text !== this.text || answer === null) return;
    this.known = [range.first - 1, range.last];
    const at = units(text);
    const starts = lineStarts(text);
    for (let line = range.first - 1; line < Math.min(range.last, this.lines.length); line++) this.colours[line] = [];
    let line = 0;
    for (const { start, end, kind } of answer.colours) {
      while (line + 1 < starts.length && starts[line + 1] <= at(start)) line++;
      if (line < range.first - 1 || line >= range.last) continue;
      this.colours[line].push([at(start) - starts[line], at(end) - starts[line], kind]);
    }
    this.marks = new Map();
    for (const found of answer.diagnostics) {
      if (found.line === null || found.file !== this.file) continue;
      const row = this.lines[found.line - 1] ?? "";
      const to = found.end_line === found.line ? found.end_column - 1 : Infinity;
      const here = this.marks.get(found.line - 1) ?? [];
      this.marks.set(found.line - 1, [...here, [unit(row, found.column - 1), unit(row, to), found.severity]]);
    }
    this.draw();
    this.told.checked(answer);
  }

  // ---- painting
  get height() {
    return parseFloat(getComputedStyle(this.area).lineHeight);
  }

  /** The first visible line, and the one after the last. */
  visible() {
    const { scrollTop, clientHeight } = this.area;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - 2);
    return [first, Math.min(this.lines.length, first + Math.ceil(clientHeight / this.height) + 5)];
  }

  scrolled() {
    this.draw();
    this.offer([]);
    const [first, last] = this.visible();
    if (first < this.known[0] || Math.min(last, this.lines.length) > this.known[1]) this.check();
  }

  draw() {
    const [first, last] = this.visible();
    const shown = [...this.lines.keys()].slice(first, last);
    this.paint.replaceChildren(...shown.map((line) => element("div", {}, this.pieces(line))));
    this.numbers.replaceChildren(...shown.map((line) => element("div", { className: this.worst(line) }, `${line + 1}`)));
    const down = first * this.height - this.area.scrollTop;
    this.paint.style.transform = `translate(${-this.area.scrollLeft}px, ${down}px)`;
    this.numbers.style.transform = `translateY(${down}px)`;
  }

  worst(line) {
    const found = (this.marks.get(line) ?? []).map(([, , severity]) => severity);
    return ["error", "warning", "note"].find((severity) => found.includes(severity)) ?? "";
  }

  /** A line as pieces, cut where a colour or a mark begins or ends. */
  pieces(line) {
    const text = this.lines[line];
    const spans = [...this.colours[line], ...(this.marks.get(line) ?? [])];
    const cuts = [...new Set([0, text.length, ...spans.flatMap(([start, end]) => [start, Math.min(end, text.length)])])];
    cuts.sort((one, other) => one - other);
    const made = cuts.slice(0, -1).map((start, place) => {
      const names = spans.filter(([from, to]) => from <= start && start < to).map(([, , name]) => name);
      return element("span", { className: names.join(" ") }, text.slice(start, cuts[place + 1]));
    });
    return made.length ? made : ["\u200b"];
  }

  // ---- completion
  async completeNow(current) {
    const cursor = this.area.selectionStart;
    const text = this.text;
    const at = [...text.slice(0, cursor)].length;
    const answer = await ask("complete", { policy: this.policy(), at }).catch(() => null);
    if (!current() || answer === null || text !== this.text || cursor !== this.area.selectionStart) return;
    const place = units(text);
    this.offer(answer.completions.map((one) => ({ ...one, start: place(one.start) })));
  }

  offer(offered) {
    this.offered = offered;
    this.list.hidden = !offered.length;
    this.list.replaceChildren(...offered.map((one, place) =>
      element("li", { role: "option", id: `completion-${place}`, onmousedown: (event) => (event.preventDefault(), this.accept(place)) },
        element("span", { className: one.sort }, one.text), element("span", { className: "soft" }, one.about))));
    this.choose(-1);
    if (!offered.length) return;
    const { x, y } = this.placeOf(offered[0].start);
    const box = this.box.getBoundingClientRect();
    const left = Math.max(0, Math.min(x - box.x, box.width - this.list.offsetWidth - 2));
    const below = y - box.y + this.height;
    const above = below + this.list.offsetHeight > box.height && y - box.y > this.list.offsetHeight;
    this.list.style.left = `${left}px`;
    this.list.style.top = `${above ? y - box.y - this.list.offsetHeight : below}px`;
  }

  /** Where a place of the text is on the screen. */
  placeOf(offset) {
    const before = this.text.slice(0, offset).split("\n");
    const row = this.paint.children[before.length - 1 - this.visible()[0]];
    const range = document.createRange();
    let left = before.at(-1).length;
    for (const piece of row?.childNodes ?? []) {
      if (left <= piece.textContent.length && piece.firstChild) {
        range.setStart(piece.firstChild, left);
        return range.getBoundingClientRect();
      }
      left -= piece.textContent.length;
    }
    return (row ?? this.paint).getBoundingClientRect();
  }

  choose(place) {
    this.chosen = place;
    for (const [at, option] of [...this.list.children].entries()) option.setAttribute("aria-selected", String(at === place));
    if (place >= 0) this.list.children[place].scrollIntoView({ block: "nearest" });
    if (place >= 0) this.area.setAttribute("aria-activedescendant", `completion-${place}`);
    else this.area.removeAttribute("aria-activedescendant");
  }

  accept(place) {
    const { start, text } = this.offered[place];
    this.replace(start, this.area.selectionStart, text);
  }

  /** Put a text in the place of another, so that it can be undone: only what differs, for browsers need a second for
   * every hundred lines that are put in so; many more are put in without.
   */
  replace(start, end, text) {
    const old = this.text.slice(start, end);
    const least = Math.min(old.length, text.length);
    let same = 0;
    while (same < least && old[same] === text[same]) same++;
    let after = 0;
    while (after < least - same && old.at(-1 - after) === text.at(-1 - after)) after++;
    const middle = text.slice(same, text.length - after);
    this.area.focus();
    this.area.setSelectionRange(start + same, end - after);
    this.replacing = true; // a browser tells of each line
    if (middle.split("\n").length > MOST_UNDONE) this.area.setRangeText(middle);
    else if (middle) document.execCommand("insertText", false, middle);
    else if (end - after > start + same) document.execCommand("delete");
    this.replacing = false;
    this.taken();
    this.offer([]);
    this.area.setSelectionRange(start + text.length, start + text.length);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const open = this.offered.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === " " && event.ctrlKey) this.complete();
    else if (open && step) this.choose((this.chosen + step + this.offered.length + (this.chosen < 0 && step < 0)) % this.offered.length);
    else if (open && event.key === "Escape") this.offer([]);
    else if (open && (event.key === "Tab" || (event.key === "Enter" && this.chosen >= 0))) this.accept(Math.max(0, this.chosen));
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey) this.newLine();
    else return;
    event.preventDefault();
  }

  /** A new line as far in as this one, or a step farther after a colon. */
  newLine() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    const line = this.text.slice(0, start).split("\n").at(-1);
    const step = /[:：]\s*$/.test(line) || /^[^\s#]/.test(line) ? "    " : "";
    this.replace(start, end, `\n${/^\s*/.exec(line)[0] || step}`);
  }

  // ---- places
  /** Go to a line and a column, both from 1, the column in code points. */
  go(line, column = 1, end = column) {
    const start = lineStarts(this.text)[line - 1] ?? 0;
    const row = this.lines[line - 1] ?? "";
    this.area.focus();
    this.area.setSelectionRange(start + unit(row, column - 1), start + unit(row, end - 1));
    this.area.scrollTop = Math.max(0, (line - 1) * this.height - this.area.clientHeight / 3);
    this.area.scrollLeft = 0;
  }

  /** Put in what a finding says, where it is certain. */
  mend(edits) {
    const starts = lineStarts(this.text);
    const place = (line, column) => starts[line - 1] + unit(this.lines[line - 1], column - 1);
    for (const edit of [...edits].reverse()) {
      this.replace(place(edit.line, edit.column), place(edit.end_line, edit.end_column), edit.text);
    }
  }

  /** Tell of the line, and of the word at the cursor. */
  async tellNow(current) {
    const cursor = this.area.selectionStart;
    const before = this.text.slice(0, cursor);
    this.told.moved(this.lines[before.split("\n").length - 1]);
    const at = [...before].length;
    const answer = await ask("hover", { policy: this.policy(), at }).catch(() => null);
    if (current()) document.getElementById("about").textContent = answer?.text.split("\n")[0] || say("keys");
  }
}

/** Turns code points of a text into UTF-16 units. */
function units(text) {
  if (!WIDE.test(text)) return (at) => at;
  const places = [];
  let place = 0;
  for (const character of text) {
    places.push(place);
    place += character.length;
  }
  return (at) => places[at] ?? text.length;
}

function unit(line, at) {
  return Math.min(line.length, units(line)(at));
}

function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
