// The regulation beside its rules, in a frame that follows the line at the cursor, and leads back to the lines.

import { ask, download, element, frame, problems, say } from "./dom.js";

const CITED = /[[［【]([^\]］】]+)[\]］】]/g;

export class Rulebook {
  /** `page` has the policy; `go` is told a line. */
  constructor(page, go) {
    this.page = page;
    this.go = go;
    this.place = document.getElementById("book");
    this.drawn = ""; // of which text
  }

  /** Draw it anew if the text has become another one. */
  async draw() {
    const text = `${this.page.text} ${document.documentElement.lang}`;
    if (this.drawn === text || this.place.hidden) return;
    this.drawn = text;
    this.place.replaceChildren(element("p", {}, say("working")));
    try {
      const { html } = await ask("rulebook", { policy: this.page.policy(false, this.page.examples), clauses: this.page.clauses });
      if (this.drawn !== text) return;
      this.frame = frame(html, say("regulation"));
      this.frame.addEventListener("load", () => this.connect());
      this.place.replaceChildren(
        element("div", { className: "bar" },
          element("button", { onclick: () => { this.drawn = ""; this.draw(); } }, say("draw_again")),
          element("button", { onclick: () => download(say("rulebook_file"), html, "text/html") }, say("save_page"))),
        this.frame);
    } catch (error) {
      if (!error.diagnostics) throw error;
      this.drawn = "";
      this.place.replaceChildren(problems(error.diagnostics));
    }
  }

  /** The heading of each rule leads to the line that declares it. */
  connect() {
    const lines = new Map(this.page.outline.map(({ label, line }) => [label, line]));
    for (const heading of this.frame.contentDocument.querySelectorAll(".rule h4")) {
      const line = lines.get(heading.lastChild.textContent.trim());
      if (line === undefined) continue;
      Object.assign(heading, { tabIndex: 0, title: say("to_line", { line }) });
      heading.setAttribute("role", "link");
      heading.style.cursor = "pointer";
      const go = () => this.go(line);
      heading.addEventListener("click", go);
      heading.addEventListener("keydown", (event) => event.key === "Enter" && go());
    }
    this.follow(this.page.line);
  }

  /** Show the clause that a line cites. */
  follow(line) {
    const inside = this.frame?.contentDocument;
    if (this.place.hidden || !inside) return;
    const key = (text) => text.replaceAll("（", "(").replaceAll("）", ")").replaceAll(" ", "");
    const clauses = [...inside.querySelectorAll(".clause")].map((clause) => [key(clause.querySelector(".cite")?.textContent ?? ""), clause]);
    for (const [, cites] of line.matchAll(CITED)) {
      for (const cite of cites.split("；").map(key)) {
        const fit = clauses.filter(([own]) => own && cite.startsWith(own)).sort(([one], [other]) => other.length - one.length)[0];
        if (!fit) continue;
        for (const [, clause] of clauses) clause.style.outline = "";
        fit[1].style.outline = "2px solid";
        inside.documentElement.scrollTop = fit[1].offsetTop - 20;
        return;
      }
    }
  }
}
