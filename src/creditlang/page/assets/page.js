// The page: which policy is open, in which language, what is set; and what has to be worked out when one of them changes.

import { ask, download, element, fail, fill, latest, say, state } from "./dom.js";
import { Editor } from "./editor.js";
import { Student } from "./student.js";
import { People } from "./people.js";
import { Rulebook } from "./rulebook.js";

const LANGUAGES = { en: "中文", zh: "English" };
const at = (name) => document.getElementById(name);

class Page {
  name = ""; // under which the server has the policy; empty for a file
  title = "";
  saved = "";
  files = {}; // the texts beside it that it uses
  examples = {};
  clauses = null;
  samples = new Set();
  sheets = [];
  mappings = [];
  settings = [];
  outline = [];
  set = {};
  line = "";

  async begin() {
    const wanted = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language");
    state.language = wanted in LANGUAGES ? wanted : navigator.language.startsWith("zh") ? "zh" : "en";
    this.editor = new Editor(() => this.policy(), {
      changed: () => this.textChanged(), checked: (told) => this.checked(told), moved: (line) => this.moved(line),
    });
    this.student = new Student(this);
    this.people = new People(this, (told) => this.openStudent(told));
    this.book = new Rulebook(this, (line) => this.editor.go(line));
    this.again = latest(400, (current) => this.sheetsAgain(current).catch(fail));
    this.connect();
    const [{ policies }] = await Promise.all([ask("policies"), this.speak()]);
    at("policies").append(...policies.map(({ name, title }) => element("option", { value: name }, name === title ? name : `${title} · ${name}`)));
    this.samples = new Set(policies.filter(({ sample }) => sample).map(({ name }) => name));
    await this.openNamed(new URLSearchParams(location.search).get("policy") ?? policies[0].name);
  }

  /** What the fields of the page are called. */
  get fields() {
    return Object.fromEntries(this.settings.map(({ name, label }) => [name, label]));
  }

  get hasSample() {
    return this.samples.has(this.name);
  }

  connect() {
    at("policies").addEventListener("change", () => {
      if (this.mayGo()) this.openNamed(at("policies").value).catch(fail);
      else at("policies").value = this.name;
    });
    at("open").addEventListener("click", () => at("policy-file").click());
    at("policy-file").addEventListener("change", () => {
      this.openFiles([...at("policy-file").files]).catch(fail);
      at("policy-file").value = ""; // the same file may be opened again
    });
    at("save").addEventListener("click", () => (download(this.editor.file, this.text), this.take(this.text)));
    at("revert").addEventListener("click", () => this.editor.replace(0, this.text.length, this.saved));
    at("print").addEventListener("click", () => window.print());
    at("language").addEventListener("click", () => {
      state.language = state.language === "zh" ? "en" : "zh";
      localStorage.setItem("language", state.language);
      this.speak().then(() => this.all()).catch(fail);
    });
    at("as-of").addEventListener("change", () => this.workOut());
    window.addEventListener("beforeunload", (event) => this.text !== this.saved && event.preventDefault());
    const tabs = [...document.querySelectorAll("[role=tab]")];
    for (const [place, tab] of tabs.entries()) {
      tab.addEventListener("click", () => this.show(tab.getAttribute("aria-controls")));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) tabs.at((place + step) % tabs.length).click();
        if (step) tabs.at((place + step) % tabs.length).focus();
      });
    }
  }

  /** Show one of the three views. */
  show(name) {
    for (const tab of document.querySelectorAll("[role=tab]")) {
      const chosen = tab.getAttribute("aria-controls") === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      at(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.book.draw();
    this.people.work().catch(fail);
  }

  /** Fetch the words of a language and say everything in it. */
  async speak() {
    state.words = await ask("words", { policy: this.editor.file ? this.policy() : null });
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    at("language").textContent = LANGUAGES[state.language];
    at("language").lang = state.language === "zh" ? "en" : "zh-CN";
    at("about").textContent = say("keys");
    fill(document);
  }

  // ---- the policy
  get text() {
    return this.editor.text;
  }

  /** The policy as questions have it: by name, or the text with the files beside it. */
  policy(begun = false, examples = {}) {
    const text = begun ? this.saved : this.text;
    return this.name && text === this.saved && !this.own ? this.name : { text, name: this.editor.file, files: this.files, examples };
  }

  /** Whether anything but the student differs from the beginning. */
  get differs() {
    return this.text !== this.saved || Object.keys(this.set).length > 0;
  }

  /** What every question about students says: as it is now, or as it was in the beginning. */
  asked(begun = false) {
    return { policy: this.policy(begun), as_of: at("as-of").value || null, set: begun ? {} : this.set };
  }

  /** Whether the text may go: it is saved, or nobody minds. */
  mayGo() {
    return this.text === this.saved || window.confirm(say("not_saved"));
  }

  async openNamed(name) {
    fail(null);
    const { text, name: file, files, examples, clauses } = await ask("text", { policy: name });
    at("policies").value = name;
    await this.opened(name, file, text, { files, examples, clauses });
  }

  /** Open a policy with what is chosen beside it: files that it uses, its examples, the text of the regulation. */
  async openFiles(chosen) {
    if (!this.mayGo()) return;
    fail(null);
    const texts = Object.fromEntries(await Promise.all(chosen.map(async (file) => [file.name, await file.text()])));
    const named = (...ends) => Object.keys(texts).filter((name) => ends.some((end) => name.includes(end)));
    const examples = named(".examples");
    const clauses = named(".clauses.");
    const policies = Object.keys(texts).filter((name) => ![...examples, ...clauses].includes(name));
    const stem = (name) => name.replace(/\.(credit|txt)$/, "");
    const isUsed = (name) => policies.some((other) => texts[other].includes(`./${stem(name)}`));
    const [file] = [...policies.filter((name) => !isUsed(name)), ...policies];
    if (!file) return;
    at("policies").value = "";
    const beside = policies.filter((name) => name !== file);
    await this.opened("", file, texts[file], {
      files: Object.fromEntries(beside.map((name) => [stem(name), texts[name]])),
      examples: Object.fromEntries(examples.map((name) => [name, texts[name]])),
      clauses: clauses.length ? texts[clauses[0]] : null,
    });
  }

  async opened(name, file, text, { files, examples, clauses }) {
    this.again.stop(); // what is still being asked is of the policy before
    this.student.work.stop();
    Object.assign(this, { name, files, clauses, set: {}, examples, own: false, fresh: true, known: "" });
    this.editor.file = file;
    this.people.forget();
    this.student.take({ student: {}, records: [] });
    this.saved = text.replaceAll("\r\n", "\n");
    this.editor.text = this.saved;
    this.people.draw();
    await this.speak();
    this.people.draw();
  }

  /** The text as it is now is the one to begin with. */
  take(text) {
    this.saved = text;
    this.own = true;
    this.textChanged();
    this.workOut();
  }

  textChanged() {
    at("revert").disabled = this.text === this.saved;
  }

  /** What the server says of the text. */
  checked({ diagnostics, outline }) {
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    at("sound").textContent = diagnostics.length ? say("found", { count: diagnostics.length }) : say("nothing_found");
    at("findings").replaceChildren(...diagnostics.map((found) => this.finding(found)));
    if (outline.length) this.outline = outline;
    this.title = outline.find(({ sort }) => sort === "policy")?.label || this.title;
    at("title").textContent = this.title || "creditlang";
    at("stale").textContent = errors ? say("stale") : "";
    at("results").classList.toggle("stale", errors > 0);
    if (errors) this.again.stop();
    else if (this.known !== this.text) this.again();
  }

  finding(found) {
    const own = found.file === this.editor.file && found.line !== null;
    const where = own ? say("line", { line: found.line }) : [found.file, found.line].filter(Boolean).join(":");
    const end = found.end_line === found.line ? found.end_column : found.column + 1;
    return element("li", { className: found.severity },
      element("button", { className: "link", disabled: !own, onclick: () => this.editor.go(found.line, found.column, end) }, `${where} ${found.code}`),
      ` ${found.message}`, found.fix ? element("span", { className: "soft" }, ` ${found.fix}`) : "",
      found.edits.length && found.edits.every((edit) => edit.file === this.editor.file)
        ? element("button", { onclick: () => this.editor.mend(found.edits) }, say("mend")) : "");
  }

  moved(line) {
    this.line = line;
    this.book.follow(line);
  }

  /** What a sound text asks for; then everything is worked out by it. */
  async sheetsAgain(current) {
    const policy = this.policy();
    const text = this.text;
    const [{ sheets, mappings }, { settings, needs_day: needsDay }] = await Promise.all([ask("schema", { policy }), ask("readings", { policy })]);
    if (!current()) return;
    this.known = text;
    const before = JSON.stringify([this.sheets, this.settings]);
    if (JSON.stringify(mappings) !== JSON.stringify(this.mappings)) {
      this.mappings = mappings;
      this.people.draw();
    }
    Object.assign(this, { sheets, settings });
    if (this.fresh) at("as-of").value = needsDay ? today() : "";
    if (this.fresh || before !== JSON.stringify([sheets, settings])) this.drawValues();
    if (this.fresh) this.student.take({ student: { [sheets[0].columns[0].name]: "1" }, records: [] });
    if (this.fresh || before !== JSON.stringify([sheets, settings])) this.student.draw();
    this.fresh = false;
    this.workOut();
  }

  drawValues() {
    const gone = Object.keys(this.set).filter((name) => !this.settings.some((one) => one.name === name));
    for (const name of gone) delete this.set[name];
    at("values").hidden = !this.settings.length;
    at("values").querySelector(".fields").replaceChildren(...this.settings.map((one) => {
      const input = element("input", { type: "text", placeholder: one.value, value: this.set[one.name] ?? "", name: one.name,
        onchange: () => {
          if (input.value.trim()) this.set[one.name] = input.value.trim();
          else delete this.set[one.name];
          this.workOut();
        } });
      return element("label", { className: "entry" }, element("span", {}, one.label), input,
        element("small", { className: "soft" }, say("as_written", { value: one.value }), one.articles.length ? ` [${one.articles.join("；")}]` : ""));
    }));
  }

  openStudent(told) {
    this.student.take(told);
    this.show("student");
    this.student.draw();
  }

  workOut() {
    at("asked").classList.toggle("untouched", !at("as-of").value && !Object.keys(this.set).length);
    this.student.work();
    this.people.work().catch(fail);
    this.book.draw();
  }

  /** Say everything anew, in another language. */
  all() {
    this.editor.check();
    this.drawValues();
    this.known = "";
    this.people.draw();
    this.student.draw();
  }
}

function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

const page = new Page();
page.begin().catch(fail);
window.creditlang = page; // for whoever looks into the page with the browser's own tools
