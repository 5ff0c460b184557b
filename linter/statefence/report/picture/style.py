"""The style sheet and the script of the page, as constants: the page brings everything it needs."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --quiet: #60646c; --line: #d0d5dd; --box: #f7f8fa;
  --store: #e8f0fe; --write: #c2410c; --read: #2563eb; --sql: #8b8d98; --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --paper: #111418; --ink: #e6e8eb; --quiet: #9aa2ad; --line: #353b44;
  --box: #1b2026; --store: #1a2740; --write: #fb923c; --read: #6ea8fe; --sql: #7d8590; --good: #4ac26b;
  --bad: #ff7b72; } }
body { margin: 1.5rem; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h2 small, p { color: var(--quiet); } code { font: 12px ui-monospace, monospace; }
.scroll { overflow-x: auto; }
svg text { fill: var(--ink); font: 600 13px system-ui, sans-serif; }
svg text.heading { fill: var(--quiet); }
svg text.detail { fill: var(--quiet); font: 10.5px ui-monospace, monospace; }
.box rect { fill: var(--box); stroke: var(--line); stroke-width: 1.2; }
.box.store rect { fill: var(--store); stroke: var(--read); }
.box.forbidden rect { stroke: var(--bad); stroke-width: 2; }
.box.part rect { stroke: var(--write); } .box.whole rect { stroke: var(--good); }
.box.outside rect, .box.vague rect, .box.open rect { stroke-dasharray: 4 3; }
.box:focus { outline: none; } .box:focus rect, .box:hover rect { stroke-width: 2.5; }
.edge path { fill: none; stroke: var(--sql); stroke-width: 1.4; }
.edge text { fill: var(--ink); font: 11px system-ui, sans-serif; paint-order: stroke; stroke: var(--paper);
  stroke-width: 3px; }
.edge.write path { stroke: var(--write); stroke-width: 2; } .edge.read path { stroke: var(--read); }
.edge.sql path { stroke-dasharray: 2 4; } .edge.whole path { stroke: var(--good); }
.edge.part path { stroke: var(--write); stroke-width: 2; }
.edge:hover path { stroke-width: 3.5; } svg.chosen .edge:not(.on) { opacity: .12; }
.legend span { margin-right: 1.2rem; white-space: nowrap; }
.legend i { display: inline-block; width: 1.6rem; margin-right: .4rem; vertical-align: middle; border-top: 2px solid; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th { position: sticky; top: 0; background: var(--paper); } td.place { min-width: 16rem; overflow-wrap: anywhere; }
td.long { min-width: 14rem; overflow-wrap: anywhere; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--read); }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
details[open] { min-width: 24rem; }
ol { margin: .2rem 0; padding-left: 1.4rem; }
"""

SCRIPT = """
for (const button of document.querySelectorAll("th button")) button.addEventListener("click", () => {
  const heading = button.parentElement, table = heading.closest("table"), body = table.tBodies[0];
  const up = heading.getAttribute("aria-sort") !== "ascending", column = heading.cellIndex;
  for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const order = new Intl.Collator("en", {numeric: true}).compare;
  const rows = [...body.rows].map(row => [row.cells[column].textContent, row]);
  rows.sort((one, other) => up ? order(one[0], other[0]) : order(other[0], one[0]));
  body.append(...rows.map(pair => pair[1]));
});
const drawing = document.querySelector("svg");
const choose = event => {
  const box = event.type === "mouseout" || event.type === "focusout" ? null : event.target.closest("[data-node]");
  drawing.classList.toggle("chosen", box !== null);
  for (const edge of drawing.querySelectorAll(".edge"))
    edge.classList.toggle("on", box !== null && edge.dataset.ends.split(" ").includes(box.dataset.node));
};
for (const name of ["mouseover", "mouseout", "focusin", "focusout"]) drawing.addEventListener(name, choose);
"""
