// What all parts of the page share: elements, words, and questions to the server. Data become text nodes, never markup.

export const state = { language: "en", words: {} };

/** An element with properties (`class`, `data-…`, `aria-…` and the like as attributes; `on…` as listeners) and children. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key === "className" ? "class" : key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A sentence of the page; `{name}` stands for a value. */
export function say(name, values = {}) {
  return state.words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Fill in the words of everything below a node that names them. */
export function fill(root) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
}

/** What the server said instead of an answer: its findings. */
export class Refused extends Error {
  constructor(diagnostics) {
    super(diagnostics.map((found) => found.message).join("\n"));
    this.diagnostics = diagnostics;
  }
}

/** The answer to a question; raises `Refused`. */
export async function ask(question, body = {}) {
  let answer;
  try {
    answer = await fetch(`api/${question}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": state.language, ...token() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused([{ severity: "error", message: say("no_server"), code: "" }]);
  }
  const said = await answer.json().catch(() => ({ diagnostics: [{ severity: "error", message: say("no_server"), code: "" }] }));
  if (!answer.ok) throw new Refused(said.diagnostics);
  return said;
}

function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  return given ? { Authorization: `Bearer ${given}` } : {};
}

/** Calls `work` once nothing has come for some milliseconds; what an earlier call finds out is thrown away, and, after
 * `stop`, what the last one does. */
export function latest(pause, work) {
  let timer = 0;
  let number = 0;
  const call = (...given) => {
    call.stop();
    const own = number;
    timer = setTimeout(() => work(() => own === number, ...given), pause);
  };
  call.stop = () => {
    clearTimeout(timer);
    number++;
  };
  return call;
}

/** What went wrong, above everything; without anything, the line goes. */
export function fail(error) {
  const line = document.getElementById("failure");
  line.hidden = !error;
  line.textContent = error ? error.message : "";
  if (error && !(error instanceof Refused)) throw error;
}

/** Findings as a list; fields of the page are called what it calls them. */
export function problems(diagnostics, fields = {}) {
  return element("ul", { className: "problems" }, diagnostics.map((found) => {
    const isOfPage = ["set", "as_of", "student"].includes(found.file);
    const place = [!isOfPage && found.file, found.row && say("row", { row: found.row }), fields[found.field] ?? found.field].filter(Boolean).join(" · ");
    const text = `${place ? place + " — " : ""}${found.message}${found.fix ? " " + found.fix : ""}`;
    return element("li", { className: found.severity }, text);
  }));
}

/** Hand a text over as a file. */
export function download(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A page without scripts in a frame as high as it is. */
export function frame(html, title) {
  const made = element("iframe", { sandbox: "allow-same-origin", title, srcdoc: html });
  made.addEventListener("load", () => {
    const inside = made.contentDocument;
    for (const link of inside.querySelectorAll("a[href^='#']")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        inside.getElementById(link.getAttribute("href").slice(1))?.scrollIntoView();
      });
    }
  });
  return made;
}
