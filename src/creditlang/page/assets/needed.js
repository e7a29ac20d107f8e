// What a student still needs for a requirement: asked for when it is folded out; records that would do can be tried.

import { ask, element, say } from "./dom.js";

/** A line that can be folded out; `take` is given the records that are to be tried. */
export function stillNeeded(requirement, asked, take) {
  const answer = element("div", {}, element("p", { className: "why" }, say("working")));
  const made = element("details", { className: "needed", ontoggle: () => made.open && tell() }, element("summary", {}, say("still_needed")), answer);
  const tell = async () => {
    const { needs } = await ask("need", { ...asked, requirement }).catch((error) => ({ needs: [{ text: error.message, plans: [] }] }));
    answer.replaceChildren(...needs.flatMap(({ text, plans }) => [
      element("p", { className: "why" }, text),
      ...plans.map(({ records }, place) =>
        element("button", { onclick: () => take(records) }, say("try_records", { number: place + 1, count: records.length }))),
    ]));
  };
  return made;
}
