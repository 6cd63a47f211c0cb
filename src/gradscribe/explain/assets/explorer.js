"use strict";
// Shows the data in #data. What a user wrote is set as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const MODES = ["both", "forward", "reverse"];
const VIEWS = ["table", "rules", "graph", "check"];
const state = { fn: 0, mode: "both", wrt: 0, opt: 1, stage: 9, view: "table", tab: "source", theme: "" };
const byId = (id) => document.getElementById(id);
let pinned = false;

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function coloured(pieces) {
  return pieces.map(([kind, text]) => (kind ? make("span", { class: kind }, text) : document.createTextNode(text)));
}

// ---------------------------------------------------------------- state, kept in the address

function restore() {
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (name in state) state[name] = typeof state[name] === "number" ? Number(value) || 0 : value;
  }
  clamp();
}

function clamp() {
  state.fn = Math.min(Math.max(state.fn, 0), data.functions.length - 1);
  const fn = data.functions[state.fn];
  const choices = fn.choices ? fn.choices.length : 1;
  state.wrt = Math.min(Math.max(state.wrt, 0), choices - 1);
  if (!MODES.includes(state.mode)) state.mode = "both";
  if (!VIEWS.includes(state.view)) state.view = "table";
}

function set(changes) {
  Object.assign(state, changes);
  clamp();
  history.replaceState(null, "", "#" + new URLSearchParams(state));
  render();
}

// ---------------------------------------------------------------- what is shown

function stagesOf(fn, mode) {
  const found = fn.choices[state.wrt].modes[mode];
  return found.refused ? found : { stages: state.opt ? found.optimised : found.plain };
}

function modesShown() {
  return state.mode === "both" ? ["forward", "reverse"] : [state.mode];
}

function shownPanes(fn) {
  const panes = [{ name: "source", label: "source", pane: fn.source }, { name: "ssa", label: "program", pane: fn.ssa }];
  for (const mode of modesShown()) {
    const found = stagesOf(fn, mode);
    const pane = found.refused ? found : found.stages[Math.min(state.stage, found.stages.length - 1)];
    panes.push({ name: mode, label: mode, pane });
  }
  return panes;
}

function lineNode(line) {
  const node = make("div", { role: "option", tabindex: "-1", "data-k": line.k.join(" "), "data-v": line.v });
  if (line.n) node.append(make("span", { class: "no", "aria-hidden": "true" }, String(line.n)));
  node.append(make("span", { class: "text" }, ...(line.t.length ? coloured(line.t) : [" "])));
  return node;
}

function paneNode({ name, label, pane }) {
  const title = make("h2", {}, label, make("small", {}, pane.title || ""));
  const body = pane.refused
    ? make("div", { class: "refused" }, pane.refused)
    : make("div", { class: "code", role: "listbox", "aria-label": label }, ...pane.lines.map(lineNode));
  return make("section", { class: "pane" + (state.tab === name ? " shown" : ""), "data-pane": name }, title, body);
}

function radio(parent, entries, current, choose) {
  parent.replaceChildren(
    ...entries.map(([value, label, title]) => {
      const button = make("button", { type: "button", role: "radio", "aria-checked": String(value === current), title, "data-value": value }, label);
      button.addEventListener("click", () => choose(value));
      return button;
    })
  );
}

function controls(fn) {
  radio(byId("modes"), MODES.map((m) => [m, m, `show ${m}`]), state.mode, (mode) => set({ mode }));
  const choices = fn.choices || [];
  const label = (c, k) => (k === 0 && choices.length > 1 ? "all" : c.wrt.join(", "));
  radio(byId("wrt"), choices.length > 1 ? choices.map((c, k) => [k, label(c, k), "differentiate by " + c.wrt.join(", ")]) : [], state.wrt, (wrt) => set({ wrt }));
  const found = fn.choices ? stagesOf(fn, modesShown().at(-1)) : { stages: [] };
  const stages = found.stages || [];
  const current = Math.min(state.stage, stages.length - 1);
  radio(byId("stages"), stages.map((s, k) => [k, s.name, `stage ${k + 1} of ${stages.length}`]), current, (stage) => set({ stage }));
  byId("optimise").checked = Boolean(state.opt);
  radio(byId("views"), fn.table ? VIEWS.map((v) => [v, v, v]) : [], state.view, (view) => set({ view }));
}

function tabs(panes) {
  if (!panes.some((p) => p.name === state.tab)) state.tab = "source";
  byId("tabs").replaceChildren(
    ...panes.map(({ name, label }) => {
      const tab = make("button", { type: "button", role: "tab", "aria-selected": String(name === state.tab), "data-tab": name }, label, make("span", { class: "count", hidden: true }));
      tab.addEventListener("click", () => showTab(name));
      return tab;
    })
  );
}

function showTab(name) {
  state.tab = name;
  for (const pane of document.querySelectorAll(".pane")) pane.classList.toggle("shown", pane.dataset.pane === name);
  for (const tab of document.querySelectorAll("#tabs button")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
}

// ---------------------------------------------------------------- the run

function tableNode(fn, rules) {
  const titles = rules ? [...fn.table.header.slice(0, 3), "tangent line", "adjoint lines"] : fn.table.header;
  const head = make("tr", {}, ...titles.map((t, k) => make("th", { scope: "col", class: k ? undefined : "line" }, t)));
  const body = make("tbody", {});
  let trip = "";
  for (const row of fn.table.rows) {
    if (row.trip !== trip && row.trip) body.append(make("tr", { class: "trip" }, make("td", {}), make("td", { colspan: titles.length - 1 }, `trip ${row.trip}`)));
    trip = row.trip;
    const cells = rules ? [row.cells[0], ...row.rule] : row.cells;
    const indent = "  ".repeat(row.trip ? row.trip.split(".").length : 0);
    body.append(
      make("tr", { "data-k": row.k.join(" "), "data-v": row.v },
        make("td", { class: "line" }, String(row.line)),
        make("td", {}, indent, ...coloured(row.text)),
        ...cells.map((c, k) => make("td", { class: rules && k ? "rule" : undefined }, c)))
    );
  }
  const parts = [make("table", {}, make("thead", {}, head), body)];
  if (fn.table.more) parts.push(make("p", { class: "note" }, `${fn.table.more} more steps`));
  for (const note of fn.missing) parts.push(make("p", { class: "note" }, note));
  return parts;
}

function graphNode(fn) {
  const parsed = new DOMParser().parseFromString(fn.graph, "image/svg+xml").documentElement;
  return [document.importNode(parsed, true)];
}

function checkNode(fn) {
  const names = fn.choices[0].wrt.map((n) => "d/d" + n);
  const head = make("tr", {}, ...["", ...names, "error", ""].map((t) => make("th", { scope: "col" }, t)));
  const rows = fn.ways.map(([name, slopes, error, note]) => {
    const cells = names.map((_, k) => make("td", {}, slopes[k] || ""));
    return make("tr", {}, make("td", {}, name), ...cells, make("td", {}, error < 0 ? "" : error.toExponential(1)), make("td", { class: "rule" }, note));
  });
  return [make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)), make("p", { class: "note" }, fn.note)];
}

function viewNodes(fn) {
  if (!fn.table) return [];
  if (state.view === "graph") return graphNode(fn);
  if (state.view === "check") return checkNode(fn);
  return tableNode(fn, state.view === "rules");
}

// ---------------------------------------------------------------- lines light up together

function keysOf(node) {
  return (node.dataset.k || "").split(" ").filter(Boolean);
}

function light(node) {
  clear();
  if (!node) return;
  const keys = new Set(keysOf(node));
  const value = node.dataset.v;
  for (const other of document.querySelectorAll("[data-k]")) {
    if (!keysOf(other).some((k) => keys.has(k))) continue;
    if (value && other.dataset.v && other.dataset.v !== value) continue;
    other.classList.add("lit");
  }
  node.classList.add("here");
  for (const pane of document.querySelectorAll(".pane")) {
    const lit = pane.querySelectorAll(".lit");
    const count = document.querySelector(`#tabs [data-tab="${pane.dataset.pane}"] .count`);
    if (count) { count.textContent = String(lit.length); count.hidden = !lit.length; }
    const first = lit[0], code = pane.querySelector(".code");
    if (first && code && !code.contains(node)) reveal(code, first);
  }
  const graph = document.querySelector("svg.graph");
  if (graph) lightEdges(graph);
}

function lightEdges(graph) {
  const lit = new Set([...graph.querySelectorAll(".node.lit")].map((n) => n.dataset.node));
  for (const edge of graph.querySelectorAll(".edge")) {
    const [from, to] = edge.dataset.ends.split(" ");
    edge.classList.toggle("lit", lit.has(from) || lit.has(to));
  }
}

function reveal(code, line) {
  const top = line.offsetTop - code.offsetTop;
  if (top < code.scrollTop || top + line.offsetHeight > code.scrollTop + code.clientHeight) {
    code.scrollTop = Math.max(top - code.clientHeight / 3, 0);
  }
}

function clear() {
  for (const node of document.querySelectorAll(".lit, .here")) node.classList.remove("lit", "here");
  for (const count of document.querySelectorAll("#tabs .count")) count.hidden = true;
}

const target = (event) => (event.target.closest ? event.target.closest("[data-k]") : null);
document.addEventListener("mouseover", (event) => { if (!pinned) { const node = target(event); if (node) light(node); } });
document.addEventListener("mouseout", (event) => { if (!pinned && target(event) && !(event.relatedTarget && event.relatedTarget.closest && event.relatedTarget.closest("[data-k]"))) clear(); });
document.addEventListener("click", (event) => {
  const node = target(event);
  if (node) { pinned = !(pinned && node.classList.contains("here")); light(node); }
  else if (!event.target.closest("button, select, input, label")) { pinned = false; clear(); }
});
document.addEventListener("focusin", (event) => { const node = target(event); if (node) light(node); });

// ---------------------------------------------------------------- keys

const KEYS = [["↑ ↓", "line"], ["← →", "pane"], ["m", "mode"], ["a", "arguments"], ["s", "stage"], ["o", "optimise"], ["v", "table, rules, graph, check"], ["t", "theme"], ["Esc", "clear"], ["?", "keys"]];

function help() {
  const shown = byId("keys");
  shown.hidden = !shown.hidden;
  byId("help").setAttribute("aria-expanded", String(!shown.hidden));
}

function move(step, across) {
  const codes = [...document.querySelectorAll(".code")].filter((c) => c.offsetParent !== null);
  const focused = document.activeElement.closest ? document.activeElement.closest(".code > div") : null;
  const code = focused ? focused.parentElement : codes[0];
  if (!code) return;
  let goal;
  if (across) {
    const other = codes[(codes.indexOf(code) + step + codes.length) % codes.length];
    goal = other.querySelector(".lit") || other.firstElementChild;
  } else {
    const lines = [...code.children];
    const at = focused ? lines.indexOf(focused) + step : 0;
    goal = lines[Math.min(Math.max(at, 0), lines.length - 1)];
  }
  pinned = true;
  goal.focus({ preventScroll: true });
  goal.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const after = (list, value) => list[(list.indexOf(value) + 1) % list.length];
const ACTIONS = {
  ArrowDown: () => move(1), ArrowUp: () => move(-1), ArrowRight: () => move(1, true), ArrowLeft: () => move(-1, true),
  j: () => move(1), k: () => move(-1), l: () => move(1, true), h: () => move(-1, true),
  m: () => set({ mode: after(MODES, state.mode) }),
  v: () => set({ view: after(VIEWS, state.view) }),
  o: () => set({ opt: state.opt ? 0 : 1 }),
  t: () => theme(), "?": () => help(),
  a: () => { const n = data.functions[state.fn].choices.length; set({ wrt: (state.wrt + 1) % n }); },
  s: () => { const n = byId("stages").children.length; const at = [...byId("stages").children].findIndex((b) => b.getAttribute("aria-checked") === "true"); set({ stage: (at + 1) % n }); },
  Escape: () => { pinned = false; clear(); if (document.activeElement) document.activeElement.blur(); },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input[type=text]")) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  const radios = event.target.closest("[role=radiogroup]");
  if (radios && event.key.startsWith("Arrow")) return;
  if (event.target.closest("#view") && event.key.startsWith("Arrow")) return;
  event.preventDefault();
  action();
});

// ---------------------------------------------------------------- theme, functions, start

function theme() {
  const dark = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  set({ theme: dark ? "light" : "dark" });
}

function breadth(pane) {
  const lengths = (pane.lines || []).map((line) => line.t.reduce((sum, [, text]) => sum + text.length, line.n ? 5 : 0));
  return Math.min(Math.max(...lengths, 26), 62);
}

function render() {
  const fn = data.functions[state.fn];
  if (state.theme) document.documentElement.dataset.theme = state.theme;
  byId("name").textContent = fn.name;
  const slopes = (fn.gradient || []).map(([name, value]) => make("span", { class: "slope" }, `d/d${name} = ${value}`));
  byId("headline").replaceChildren(fn.headline || "", ...slopes);
  const panes = fn.refused ? [{ name: "source", label: "refused", pane: { refused: fn.refused } }] : shownPanes(fn);
  controls(fn);
  tabs(panes);
  byId("panes").style.setProperty("--columns", panes.map(({ pane }) => `minmax(0, ${breadth(pane)}fr)`).join(" "));
  byId("panes").replaceChildren(...panes.map(paneNode));
  byId("view").replaceChildren(...viewNodes(fn));
  pinned = false;
}

function start() {
  const choose = byId("function");
  choose.hidden = data.functions.length < 2;
  byId("name").hidden = data.functions.length > 1;
  choose.replaceChildren(...data.functions.map((f, k) => make("option", { value: k }, f.name)));
  choose.addEventListener("change", () => set({ fn: Number(choose.value), wrt: 0 }));
  byId("optimise").addEventListener("change", (event) => set({ opt: event.target.checked ? 1 : 0 }));
  byId("theme").addEventListener("click", theme);
  byId("help").addEventListener("click", help);
  byId("keys").replaceChildren(...KEYS.flatMap(([key, what]) => [make("kbd", {}, key), what]));
  restore();
  choose.value = String(state.fn);
  render();
  if (document.body.dataset.live === "yes") watch();
}

async function watch() {
  let seen = null;
  for (;;) {
    try {
      const version = await (await fetch("version", { cache: "no-store" })).text();
      if (seen !== null && version !== seen) { location.reload(); return; }
      seen = version;
    } catch { /* the server is away; it may come back */ }
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

addEventListener("hashchange", () => { restore(); render(); });
start();
