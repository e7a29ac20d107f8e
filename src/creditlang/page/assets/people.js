// Many students: workbooks dropped on the page or the sample, the table of all, and both versions of the policy compared.

import { ask, download, element, fail, frame, problems, say } from "./dom.js";

const MOST = 100; // rows that are shown

export class People {
  /** `page` has the policy and what was set; `chosen` is told a student to look at. */
  constructor(page, chosen) {
    this.page = page;
    this.chosen = chosen;
    this.place = document.getElementById("people");
    this.files = []; // as questions have them
    this.sample = false;
    this.number = 0; // of the last question
    this.mappings = new Set(); // by which other headings are read
    const stop = (event) => event.preventDefault();
    for (const name of ["dragover", "drop"]) document.addEventListener(name, stop);
    document.addEventListener("dragover", () => document.body.classList.add("dropping"));
    document.addEventListener("dragleave", (event) => event.relatedTarget ?? document.body.classList.remove("dropping"));
    document.addEventListener("drop", (event) => {
      document.body.classList.remove("dropping");
      const files = [...event.dataTransfer.files];
      const isPolicy = (file) => /\.credit$|\.clauses\.txt$/.test(file.name);
      if (files.some(isPolicy)) this.page.openFiles(files.filter(isPolicy)).catch(fail);
      else if (files.length) this.take(files).catch(fail);
    });
  }

  /** Other files, for as long as the page is open. */
  async take(files) {
    this.files = await Promise.all(files.map(async (file) => ({ name: file.name, content: await encoded(file) })));
    this.sample = false;
    this.draw();
    this.page.show("people");
  }

  /** No files any more: another policy is open. */
  forget() {
    Object.assign(this, { files: [], sample: false, mappings: new Set(), number: this.number + 1 });
  }

  get data() {
    return { ...(this.sample ? { sample: this.page.name } : { files: this.files }), mappings: [...this.mappings] };
  }

  draw() {
    const input = element("input", { type: "file", multiple: true, hidden: true, accept: ".xlsx,.xls,.xlsm,.ods,.csv,.json,.parquet",
      onchange: () => input.files.length && this.take([...input.files]).catch(fail) });
    this.answer = element("div", { className: "answer" });
    this.comparison = element("div");
    const named = this.sample ? say("sample") : this.files.map((file) => file.name).join(say("between"));
    this.place.replaceChildren(
      element("div", { className: "dropzone" },
        element("span", {}, say("drop_here")), element("button", { onclick: () => input.click() }, say("choose_files")), input,
        this.page.hasSample ? element("button", { onclick: () => this.takeSample() }, say("try_sample")) : "",
        this.page.mappings.length ? element("fieldset", {}, element("legend", {}, say("headings")), this.page.mappings.map((one) => this.choice(one))) : "",
        element("small", { className: "soft" }, say("stays_here"))),
      named ? element("div", { className: "bar" }, element("button", { onclick: () => this.compare(), className: "compare" }, say("compare")),
        element("span", { className: "soft" }, named)) : "",
      this.comparison, this.answer);
    this.known = "";
  }

  choice({ name, title }) {
    const box = element("input", { type: "checkbox", checked: this.mappings.has(name), onchange: () => {
      this.mappings[box.checked ? "add" : "delete"](name);
      this.known = "";
      this.work().catch(fail);
    } });
    return element("label", {}, box, " ", title);
  }

  takeSample() {
    this.files = [];
    this.sample = true;
    this.draw();
    this.work();
  }

  /** Work out all students, if there are any and somebody looks, and say what came out. */
  async work() {
    const asked = JSON.stringify(this.page.asked());
    if (this.place.hidden || this.known === asked || (!this.files.length && !this.sample)) return;
    this.known = asked;
    this.answer.replaceChildren(element("p", {}, say("working")));
    this.comparison.replaceChildren();
    const own = ++this.number;
    try {
      const told = await ask("people", { ...this.page.asked(), data: this.data });
      if (own === this.number) this.answer.replaceChildren(...this.told(told));
    } catch (error) {
      if (!error.diagnostics) throw error;
      if (own === this.number) this.answer.replaceChildren(problems(error.diagnostics, this.page.fields));
    }
  }

  told({ columns, rows, standings, equation, problems: count, diagnostics }) {
    const body = element("tbody");
    const left = element("p", { className: "soft" });
    const show = (wanted) => {
      const found = rows.filter((row) => row.some((cell) => cell.includes(wanted)));
      body.replaceChildren(...found.slice(0, MOST).map((row) => element("tr", {}, row.map((cell, place) => place
        ? element("td", { className: columns[place].numeric ? "n" : "" }, cell)
        : element("th", { scope: "row" }, element("button", { className: "link", onclick: () => this.open(cell) }, cell))))));
      left.textContent = found.length > MOST ? say("more_rows", { shown: MOST, rows: found.length }) : "";
    };
    show("");
    const search = element("input", { type: "search", oninput: () => show(search.value.trim()) });
    return [
      element("div", { className: "bar" },
        element("label", {}, say("search"), " ", search)),
      element("ul", { className: "standings" }, standings.map((text) => element("li", {}, text))),
      element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": say("people") },
        element("table", {},
          element("thead", {}, element("tr", {}, columns.map(({ label, numeric }, place) => element("th", { scope: "col", className: numeric ? "n" : "" }, place ? label : say("number"))))), body)),
      left,
      element("p", { className: "soft" }, equation),
      count ? element("details", { open: !rows.length }, element("summary", {}, say("problems", { count })), problems(diagnostics)) : "",
    ];
  }

  /** Look at one student. */
  async open(identifier) {
    try {
      const told = await ask("person", { policy: this.page.policy(), data: this.data, student: identifier });
      this.chosen(told);
    } catch (error) {
      fail(error);
    }
  }

  /** The policy as it is now, and what was set, against the policy as it was opened. */
  async compare() {
    this.comparison.replaceChildren(element("p", {}, say("working")));
    try {
      const { policy: old, as_of } = this.page.asked(true);
      const { policy, set } = this.page.asked();
      const changed = typeof policy === "string" ? policy : { ...policy, name: say("edited", { name: policy.name }) };
      const told = await ask("diff", { old, new: changed, set_new: set, as_of, data: this.data, page: true });
      const shown = told.html ? frame(told.html, say("comparison")) : element("pre", { className: "scroll", tabIndex: 0 }, told.text);
      this.comparison.replaceChildren(
        element("h3", {}, say("comparison")),
        told.html ? element("div", { className: "bar" }, element("button", { onclick: () => download(say("comparison_file"), told.html, "text/html") }, say("save_page"))) : "",
        shown);
      this.comparison.scrollIntoView({ block: "start" });
    } catch (error) {
      if (!error.diagnostics) throw error;
      this.comparison.replaceChildren(problems(error.diagnostics, this.page.fields));
    }
  }
}

/** The content of a file in base 64. */
function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
