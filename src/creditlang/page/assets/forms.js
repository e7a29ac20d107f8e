// Forms made of the sheets that a policy asks for: a field for each column, a choice where there is one.

import { element, say, state } from "./dom.js";

const CHINESE = /[\u3400-\u9fff]/;
const DAY = /^(\d{4}-\d{2}-\d{2})?$/;

/** What people call something that has a name and labels. */
export function called(thing) {
  const fit = thing.labels.find((label) => label !== thing.name && (state.language === "zh" || !CHINESE.test(label)));
  return fit ?? thing.name;
}

/** What people call a choice. */
export function choiceText({ word, others }) {
  if (state.language === "zh") return word;
  return [word, ...others].find((text) => !CHINESE.test(text)) ?? word;
}

/** What people read for a value of a column. */
export function valueText(column, value) {
  const choice = column.choices.find(({ word, others }) => word === value || others.includes(value));
  return choice ? choiceText(choice) : value;
}

/** The field of a column, with what it is called and what is asked. */
export function field(column, value, changed) {
  const needed = column.needed ? say("needed") : column.need_word && say("needed_if", { when: column.need_word });
  const told = [column.type === "number" && column.type_word, needed, column.default && say("if_empty", { value: column.default })];
  const input = column.choices.length ? choice(column, value) : plain(column, value);
  input.name = column.name;
  input.addEventListener("change", () => changed?.(input.value.trim()));
  return element("label", { className: "entry" }, element("span", {}, called(column), column.needed ? " *" : ""), input,
    element("small", { className: "soft" }, told.filter(Boolean).join(say("between"))));
}

function choice(column, value) {
  const own = column.choices.find(({ word, others }) => word === value || others.includes(value));
  const foreign = value && !own ? [element("option", { value, selected: true }, value)] : [];
  return element("select", { required: column.needed }, element("option", { value: "" }, "—"), foreign,
    column.choices.map((one) => element("option", { value: one.word, selected: one === own }, choiceText(one))));
}

function plain(column, value) {
  const type = column.type === "date" && DAY.test(value) ? "date" : "text";
  return element("input", { type, value, required: column.needed, inputmode: column.type === "number" ? "decimal" : null });
}

/** Asks for the fields of a record in a dialogue; gives them, or null. Numbers are not asked for: they stay. */
export function askRecord(sheet, fields, numbers) {
  const dialog = document.getElementById("record");
  const columns = sheet.columns.filter(({ name }) => !numbers.includes(name));
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => numbers.includes(name)));
  const form = element("form", { method: "dialog" },
    element("h2", { id: "record-title" }, called(sheet)),
    element("div", { className: "fields" }, columns.map((column) => field(column, fields[column.name] ?? ""))),
    element("div", { className: "bar" },
      element("button", { value: "take" }, say("take")),
      element("button", { value: "", formNoValidate: true }, say("cancel"))));
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "take" ? { ...kept, ...filled(form) } : null), { once: true });
  });
}

function filled(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));
}
