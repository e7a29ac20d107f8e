// One student: the fields, the records, how everything stands and why, and what is different from the beginning.

import { ask, element, fail, latest, problems, say } from "./dom.js";
import { askRecord, called, field, valueText } from "./forms.js";
import { stillNeeded } from "./needed.js";

const MARKS = { met: "✓", unmet: "✗", open: "?" };

export class Student {
  /** `page` has the policy, its sheets, and what was set. */
  constructor(page) {
    this.page = page;
    this.place = document.getElementById("student");
    this.take({ student: {}, records: [] });
    this.work = latest(200, (current) => this.workNow(current).catch(fail));
  }

  /** Begin with another student. */
  take({ student, records, diagnostics = [] }) {
    this.fields = { ...student };
    this.records = records.map((record) => ({ ...record }));
    this.begun = JSON.stringify({ student, records });
    this.unread = diagnostics;
  }

  get changed() {
    return JSON.stringify({ student: this.fields, records: this.records }) !== this.begun;
  }

  /** The question about the student, as it is now or as it was in the beginning. */
  question(begun = false) {
    const { student, records } = begun ? JSON.parse(this.begun) : { student: this.fields, records: this.records };
    const byKind = {};
    for (const { kind, fields } of records) (byKind[kind] ??= []).push(fields);
    return { student, records: byKind, ...this.page.asked(begun) };
  }

  draw() {
    const [people, ...kinds] = this.page.sheets;
    if (!people) return;
    this.answer = element("div", { className: "answer" });
    this.count = element("p", { className: "soft", role: "status" });
    const change = (name) => (text) => {
      if (text) this.fields[name] = text;
      else delete this.fields[name];
      this.work();
    };
    this.place.replaceChildren(
      this.count,
      this.answer,
      element("h3", {}, people.labels.length ? called(people) : say("students")),
      element("div", { className: "fields" },
        people.columns.map((column) => field(column, this.fields[column.name] ?? "", change(column.name)))),
      element("h3", {}, say("records")),
      this.table(),
      element("div", { className: "bar" },
        kinds.map((sheet) => element("button", { onclick: () => this.edit(sheet) }, say("add", { kind: called(sheet) }))),
        element("button", { onclick: () => this.restart(), disabled: !this.changed, className: "restart" }, say("restart"))),
      this.unread.length ? element("details", {}, element("summary", {}, say("left_out", { count: this.unread.length })), problems(this.unread)) : "");
    this.work();
  }

  restart() {
    this.take({ ...JSON.parse(this.begun), diagnostics: this.unread });
    this.draw();
  }

  table() {
    const heads = ["kind", "item", "date", "disposition", "counted", "reason"];
    this.rows = element("tbody");
    return element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": say("records") },
      element("table", { className: "records" },
        element("thead", {}, element("tr", {}, heads.map((name) => element("th", { scope: "col" }, say(`column_${name}`))), element("td", { className: "acts" }))),
        this.rows));
  }

  row(record, place, told) {
    const sheet = this.page.sheets.find(({ name }) => name === record.kind);
    const [item, date] = ["item", "date"].map((type) => sheet?.columns.find((column) => column.type === type && record.fields[column.name]));
    const shown = (column) => (column ? valueText(column, record.fields[column.name]) : "");
    const name = `${sheet ? called(sheet) : record.kind} ${shown(item)} ${shown(date)}`.trim();
    const reason = told?.reason ? `${told.reason}${told.article ? ` [${told.article}]` : ""}` : "";
    return element("tr", {},
      element("td", {}, sheet ? called(sheet) : record.kind), element("td", {}, shown(item)), element("td", { className: "date" }, shown(date)),
      element("td", { className: told?.disposition ?? "" }, told?.word ?? ""), element("td", { className: "n" }, told?.counted ?? ""),
      element("td", {}, reason),
      element("td", { className: "acts" },
        element("button", { onclick: () => this.edit(sheet, place), "aria-label": say("change_record", { name }), disabled: !sheet }, say("change")),
        element("button", { onclick: () => this.drop(place), "aria-label": say("drop_record", { name }) }, say("drop"))));
  }

  async edit(sheet, place = this.records.length) {
    const numbers = [this.page.sheets[0].columns[0].name, "record_id"];
    const fields = await askRecord(sheet, this.records[place]?.fields ?? {}, numbers);
    if (fields === null) return;
    this.records[place] = { kind: sheet.name, fields };
    this.drawRows([]);
    this.work();
  }

  /** Add records that would do; they can be changed and dropped like any. */
  addAll(records) {
    const number = (n) => `need-${n}`;
    let next = 1;
    for (const { kind, fields } of records) {
      while (this.records.some((one) => one.fields.record_id === number(next))) next += 1;
      this.records.push({ kind, fields: { ...fields, record_id: number(next) } });
    }
    this.drawRows([]);
    this.work();
  }

  drop(place) {
    this.records.splice(place, 1);
    this.drawRows([]);
    this.work();
  }

  // ---- the answer
  async workNow(current) {
    if (!this.answer) return;
    this.place.querySelector(".restart").disabled = !this.changed;
    const differs = this.changed || this.page.differs;
    let told;
    try {
      told = await ask("overview", { now: this.question(), before: differs ? this.question(true) : null });
    } catch (error) {
      if (!error.diagnostics || !current()) throw error;
      this.answer.replaceChildren(problems(error.diagnostics, this.page.fields));
      this.drawRows([]);
      return;
    }
    if (!current()) return;
    const { changes } = told;
    this.count.textContent = changes === null ? "" : changes.length ? say("differences", { count: changes.length }) : say("nothing_differs");
    this.drawRows(told.records);
    this.answer.replaceChildren(...this.told(told));
  }

  /** The table of records; what became of each is told in the order of their kinds. Who was on a button stays there. */
  drawRows(told) {
    const buttons = () => [...this.rows.querySelectorAll("button")];
    const focused = buttons().indexOf(document.activeElement);
    const byKind = {};
    for (const one of told) (byKind[one.kind] ??= []).push(one);
    const rows = this.records.map((record, place) => this.row(record, place, byKind[record.kind]?.shift()));
    this.rows.replaceChildren(...rows);
    if (focused >= 0) (buttons()[focused] ?? buttons().at(-1) ?? this.place.querySelector(".bar button")).focus();
  }

  told({ applies, requirements, accounts, facts, changes }) {
    if (!applies) return [element("p", {}, say("outside"))];
    const block = (title, pieces) => (pieces.length ? [element("h3", {}, say(title)), element("div", { className: "tree" }, pieces)] : []);
    return [
      ...(changes ? [element("h3", {}, say("different")), this.changes(changes)] : []),
      ...block("requirements", requirements.map((one) => this.fold(one, one.status, [
        element("span", { className: "mark", "aria-hidden": true }, MARKS[one.status]), element("b", {}, one.label), " ", this.now(one.word, one.before)], 0,
        one.status === "met" ? "" : stillNeeded(one.name, this.question(), (records) => this.addAll(records))))),
      ...block("accounts", accounts.map((one) => this.fold(one, "", [element("span", {}, one.label), " ", this.amounts(one)], one.depth))),
      ...block("facts", facts.map((one) => this.fold(one, "", [element("span", {}, one.label), " ", this.amounts(one)]))),
    ];
  }

  amounts({ amounts, unit = "" }) {
    return amounts.map(({ period, text, before }, place) => [place ? " · " : "",
      element("span", { className: "amount" }, period ? `${period} ` : "", this.now(text, before), unit && place + 1 === amounts.length ? ` ${unit}` : "")]);
  }

  now(text, before) {
    if (before === null) return element("span", { className: "now" }, text);
    return element("span", { className: "now" }, element("del", {}, before), " → ", element("ins", {}, text));
  }

  /** A line that can be folded out to the answer why. */
  fold({ name, article }, status, told, depth = 0, more = "") {
    const answer = element("p", { className: "why" }, say("working"));
    const asked = this.question();
    const made = element("details", { className: `fold ${status}`, ontoggle: () => made.open && this.why(name, asked, answer) },
      element("summary", {}, told, article ? element("small", { className: "soft" }, ` [${article}]`) : ""), answer, more);
    made.style.marginInlineStart = `${depth * 1.2}em`;
    return made;
  }

  async why(topic, asked, answer) {
    const told = await ask("why", { ...asked, topic }).catch((error) => ({ text: error.message }));
    answer.textContent = told.text;
  }

  changes(changes) {
    if (!changes.length) return element("p", {}, say("nothing_differs"));
    return element("ul", { className: "changes" }, changes.map(({ label, period, before, after, way, because }) =>
      element("li", { className: { 1: "better", "-1": "worse" }[way] ?? "" },
        element("b", {}, label), period ? ` ${period}` : "", " ", this.now(after, before),
        because.length ? element("div", { className: "soft" }, say("because", { rules: because.join(say("between")) })) : "")));
  }
}
