/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report page: findings and packages as lists that sort, filter and unfold, the map of the
 * layers, and sections for whatever else the report holds.
 *
 * Everything of the image is hostile. The document is built of nodes and texts alone (no markup is
 * ever made of a string; the page's policy would refuse it), texts pass through clean(), and only
 * http and https become links. Only the rows in sight exist, so the number of findings does not
 * matter.
 */
(() => {
"use strict";

const report = JSON.parse(document.getElementById("report").textContent);
const SEVERITIES = ["critical", "high", "medium", "low", "negligible", "unknown"];
const RANK = Object.fromEntries(SEVERITIES.map((name, i) => [name, SEVERITIES.length - i]));
const LONG = 2000;      /* characters of one text that are shown */
const ROW_LONG = 240;   /* of one text in a row */
const PRINTED = 1000;   /* rows of a list on paper */
const TILES = 200;      /* layers in the map */
const SPARE = 8;        /* rows kept above and below the window */

/* ---- texts and nodes ---- */

/* Control characters, direction marks and other invisible ones are shown by their number. */
const ODD = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

function clean(value, max = LONG) {
  const text = String(value ?? "");
  const cut = text.length > max ? text.slice(0, max) : text;
  const shown = cut.replace(ODD, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");
  return text.length > max ? shown + "… " + (text.length - max).toLocaleString("en") + " more characters" : shown;
}

function short(value) {
  const text = clean(value, ROW_LONG);
  return text.length > ROW_LONG ? text.slice(0, ROW_LONG) + "…" : text;
}

/* h("td", {class: "num", onclick: f}, child, ...): strings become texts. */
function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity))
    if (child !== undefined && child !== null && child !== "") node.append(child);
  return node;
}

const bdi = (text, max) => h("bdi", null, clean(text, max));
const count = (n, one, many) => n.toLocaleString("en") + " " + (n === 1 ? one : many);

function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  for (; n >= 999.5 && i < units.length - 1; i++) n /= 1000;
  return (i === 0 ? n : n.toPrecision(3)) + " " + units[i];
}

function severity(name) {
  const known = RANK[name] ? name : "unknown";
  return h("span", { class: "sev s-" + known }, known);
}

function link(url) {
  let safe = false;
  try { safe = ["http:", "https:"].includes(new URL(url).protocol); } catch { /* no address */ }
  return safe ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, clean(url)) : bdi(url);
}

/* ---- what the report says, made ready ---- */

const layers = report.layers || [];
const layerOf = new Map(layers.map((layer, i) => [layer.diff_id, i]));

/* The habits of the builders: instruction.c does the same for the table of layers. */
function instruction(layer) {
  const row = document.querySelector(`.layers tr[data-layer="${layer}"] code`);
  return row ? row.textContent : "";
}

function layersOf(finding) {
  const found = new Set();
  for (const at of [...(finding.locations || []), finding.subject || {}])
    if (layerOf.has(at.layer)) found.add(layerOf.get(at.layer));
  return [...found].sort((a, b) => a - b);
}

/* Of a file in an archive the path inside it too. */
function innerPath(finding, path) {
  const at = (finding.locations || [])[0];
  return at && (at.path || "").startsWith(path + "!/") ? at.path : path;
}

/* "deleted or replaced in layer 2, ..."; nothing for what just stands there. */
function hiddenState(finding) {
  const state = ((finding.evidence || []).find((e) => e.key === "state") || {}).value || "";
  return /still readable|in the history/.test(state) ? state : "";
}

const findings = (report.findings || []).map((f, i) => {
  const subject = f.subject || {};
  const name = subject.kind === "package" || !subject.path ? subject.name || subject.kind || "" : innerPath(f, subject.path);
  return {
    i, f, name,
    version: subject.version || "",
    layers: layersOf(f),
    rank: RANK[f.severity] || 0,
    risk: f.risk ?? -1,
    fix: f.fix ? f.fix.version || "yes" : "",
    fixed: Boolean(f.fix && f.fix.version),
    suppressed: Boolean(f.suppressed_by),
    text: [f.rule, f.title, name, subject.version, subject.path, f.kind, f.severity, f.fix && f.fix.action,
      ...(f.aliases || []), ...(f.codes || []), ...(f.locations || []).map((at) => at.path)].join("\n").toLowerCase(),
  };
});

const live = findings.filter((row) => !row.suppressed);
const byPackage = new Map();
for (const row of live) {
  const purl = row.f.subject && row.f.subject.purl;
  if (!purl) continue;
  const at = byPackage.get(purl) || { n: 0, worst: "unknown" };
  at.n++;
  if ((RANK[row.f.severity] || 0) > RANK[at.worst]) at.worst = row.f.severity;
  byPackage.set(purl, at);
}

/* ---- a list of very many rows ---- */

/*
 * columns: {id, title, sort(a, b), first: -1 to begin descending, cell(row) -> node}
 * The rows in sight are placed where they belong in a box of the whole height. A row that is
 * unfolded is measured, and what is below it moves.
 */
class List {
  constructor(box, name, rows, columns, detail) {
    Object.assign(this, { name, rows, columns, detail, view: rows, shown: new Map(), opened: new Map(), flat: false });
    this.order = null;
    this.keep = () => true;
    this.head = h("div", { class: "head", role: "row" }, columns.map((c) => h("div", { role: "columnheader", "aria-sort": "none", class: "c-" + c.id },
      h("button", { type: "button", onclick: () => this.sortBy(c) }, c.title))));
    this.body = h("div", { class: "rows", role: "rowgroup" });
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.box = h("div", { class: "list " + name, role: "table", "aria-label": name }, h("div", { role: "rowgroup" }, this.head), this.body);
    box.append(this.box);
    this.sizes = new ResizeObserver((entries) => this.measured(entries));
    addEventListener("scroll", () => this.later(), { passive: true });
    addEventListener("resize", () => this.later());
    new ResizeObserver(() => this.resized()).observe(this.box);
    this.update();
  }

  /* Rows of another width may be of another height. */
  resized() {
    if (this.width === this.box.clientWidth) return;
    this.width = this.box.clientWidth;
    this.height = 0;
    this.later();
  }

  later() {
    if (!this.waits) this.waits = requestAnimationFrame(() => { this.waits = 0; this.draw(); });
  }

  sortBy(column) {
    const same = this.order && this.order.column === column;
    const sign = same ? -this.order.sign : column.first || 1;
    this.order = { column, sign };
    this.columns.forEach((c, i) => this.head.children[i].setAttribute("aria-sort",
      c !== column ? "none" : sign > 0 ? "ascending" : "descending"));
    this.update();
  }

  filter(keep) {
    this.keep = keep;
    this.update();
  }

  update() {
    this.view = this.rows.filter(this.keep);
    if (this.order) {
      const { column, sign } = this.order;
      this.view.sort((a, b) => sign * column.sort(a, b) || a.i - b.i);
    }
    this.box.setAttribute("aria-rowcount", this.view.length + 1);
    this.place();
    this.draw();
  }

  /* Where the unfolded rows stand in the view now. */
  place() {
    this.unfolded = [];
    if (this.opened.size)
      this.view.forEach((row, at) => { if (this.opened.has(row.i)) this.unfolded.push([at, row.i]); });
  }

  top(at) {
    let y = at * this.height;
    for (const [open, i] of this.unfolded) {
      if (open >= at) break;
      y += this.opened.get(i);
    }
    return y;
  }

  /* The last row that begins at or above y. */
  rowAt(y) {
    let low = 0, high = this.view.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.top(middle) <= y) low = middle + 1; else high = middle;
    }
    return Math.max(0, low - 1);
  }

  measure() {
    if (this.height || !this.view.length) return;
    const probe = this.item(this.view[0], 0);
    this.body.append(probe);
    this.height = probe.firstChild.offsetHeight + 1;
    probe.remove();
  }

  draw() {
    if (this.flat) return;
    this.measure();
    this.body.style.height = Math.max(this.top(this.view.length), 0) + "px";
    const y = -this.body.getBoundingClientRect().top;
    const from = Math.max(0, this.rowAt(y) - SPARE);
    const to = Math.min(this.view.length, this.rowAt(y + innerHeight) + 1 + SPARE);
    const wanted = new Map();
    for (let at = from; at < to; at++) wanted.set(this.view[at].i, at);
    for (const [i, node] of this.shown) {
      if (wanted.has(i)) continue;
      this.sizes.unobserve(node);
      node.remove();
      this.shown.delete(i);
    }
    for (let at = from; at < to; at++) this.put(this.view[at], at);
    if (!this.view.length && !this.nothing) this.body.after(this.nothing = h("p", { class: "empty" }, "Nothing here matches."));
    if (this.view.length && this.nothing) { this.nothing.remove(); this.nothing = null; }
  }

  put(row, at) {
    let node = this.shown.get(row.i);
    if (!node) {
      node = this.item(row, at);
      this.shown.set(row.i, node);
      this.body.append(node);
      if (this.opened.has(row.i)) this.sizes.observe(node);
    }
    node.firstChild.setAttribute("aria-rowindex", at + 2);
    node.style.transform = "translateY(" + this.top(at) + "px)";
    node.dataset.at = at;
  }

  item(row, at) {
    const open = this.opened.has(row.i);
    const cells = this.columns.map((c) => h("div", { role: "cell", class: "c-" + c.id }, c.cell(row, open)));
    const node = h("div", { class: "item" + (row.suppressed ? " muted" : "") },
      h("div", { class: "row", role: "row", "aria-rowindex": at + 2, onclick: (event) => {
        if (!event.target.closest("a, .link") && !String(getSelection())) this.toggle(row);
      } }, cells));
    if (open) node.append(this.unfold(row));
    return node;
  }

  unfold(row) {
    return h("div", { role: "row", class: "detail" }, h("div", { role: "cell" }, this.detail(row)));
  }

  toggle(row) {
    const node = this.shown.get(row.i);
    const open = !this.opened.has(row.i);
    if (open) this.opened.set(row.i, 0); else this.opened.delete(row.i);
    if (!node) return;
    node.querySelector(".opener").setAttribute("aria-expanded", open);
    if (open) {
      node.append(this.unfold(row));
      this.opened.set(row.i, node.lastChild.offsetHeight);
      this.sizes.observe(node);
    } else {
      this.sizes.unobserve(node);
      node.lastChild.remove();
    }
    this.place();
    this.draw();
  }

  measured(entries) {
    let moved = false;
    for (const { target } of entries) {
      const row = this.view[target.dataset.at];
      if (!row || !this.opened.has(row.i) || !target.querySelector(".detail")) continue;
      const height = target.lastChild.offsetHeight;
      moved = moved || height !== this.opened.get(row.i);
      this.opened.set(row.i, height);
    }
    if (moved) this.later();
  }

  /* Arrows walk through the rows, also those that are not there yet. */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    const item = event.target.closest(".item");
    if (!step || !item || !event.target.classList.contains("opener")) return;
    event.preventDefault();
    this.focus(Math.min(this.view.length - 1, Math.max(0, Number(item.dataset.at) + step)));
  }

  focus(at) {
    const y = this.top(at) + this.body.getBoundingClientRect().top;
    if (y < 120 || y > innerHeight - 120) scrollBy({ top: y - innerHeight / 2, behavior: "instant" });
    this.draw();
    const node = this.shown.get(this.view[at].i);
    if (node) node.querySelector(".opener").focus({ preventScroll: true });
  }

  /* On paper there is no window: all rows, one below the other. */
  print(on) {
    if (this.flat === on) return;
    for (const node of this.shown.values()) node.remove();
    this.shown.clear();
    this.flat = on;
    if (this.rest) this.rest.remove();
    this.body.replaceChildren();
    if (!on) { this.draw(); return; }
    this.body.style.height = "auto";
    this.body.append(...this.view.slice(0, PRINTED).map((row, at) => this.item(row, at)));
    if (this.view.length > PRINTED)
      this.body.after(this.rest = h("p", null, count(this.view.length - PRINTED, "more row is", "more rows are") + " not printed; --format json lists all."));
  }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const lists = [];

/* ---- findings ---- */

const KINDS = { vulnerability: "Vulnerabilities", secret: "Secrets", malware: "Malware", misconfiguration: "Configuration",
  waste: "Waste", trust: "Trust", compliance: "Compliance", runtime: "Runtime" };

function opener(text, open) {
  return h("button", { class: "opener", type: "button", "aria-expanded": open ? "true" : "false" }, bdi(short(text)));
}

const findingColumns = [
  { id: "severity", title: "Severity", first: -1, sort: (a, b) => a.rank - b.rank, cell: (row) => severity(row.f.severity) },
  { id: "title", title: "Finding", sort: (a, b) => compare(a.f.rule, b.f.rule), cell: (row, open) => [
    opener(row.f.rule, open),
    h("span", { class: "cut small" }, row.f.known_exploited ? h("span", { class: "flag" }, "exploited · ") : "",
      row.suppressed ? "suppressed · " : "", bdi(short(row.f.title)))] },
  { id: "subject", title: "Where", sort: (a, b) => compare(a.name, b.name) || compare(a.version, b.version), cell: (row) => [
    h("span", { class: "cut" }, bdi(short(row.name))), row.version || hiddenState(row.f) ? h("span", { class: "cut small" }, bdi(short(row.version || hiddenState(row.f)))) : ""] },
  { id: "layer", title: "Layer", sort: (a, b) => (a.layers[0] ?? -1) - (b.layers[0] ?? -1),
    cell: (row) => row.layers.slice(0, 2).map((i) => i + 1).join(", ") + (row.layers.length > 2 ? "…" : "") },
  { id: "risk", title: "Risk", first: -1, sort: (a, b) => a.risk - b.risk, cell: (row) => (row.risk >= 0 ? String(Math.round(row.risk)) : "") },
  { id: "fix", title: "Fix", first: -1, sort: (a, b) => compare(a.fix !== "", b.fix !== "") || compare(a.fix, b.fix), cell: (row) =>
    h("span", { class: "cut small" }, row.fix === "yes" ? bdi(short(row.f.fix.action)) : row.fix ? ["fixed in ", bdi(short(row.fix))] : "no fix known") },
];

function terms(rows) {
  return h("dl", null, rows.filter(([, value]) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length))
    .map(([name, value]) => [h("dt", null, clean(name)), h("dd", null, value)]));
}

function placeText(at) {
  const layer = layerOf.get(at.layer);
  return h("div", null, bdi(at.path || ""), at.line ? " line " + at.line + (at.column ? ", column " + at.column : "") : "",
    layer === undefined ? "" : [(at.path ? " in layer " : "layer ") + (layer + 1) + " ", h("code", { class: "soft" }, short(instruction(layer)))]);
}

function findingDetail({ f }) {
  const s = f.subject || {};
  return [
    h("p", { class: "title" }, bdi(f.title)),
    f.fix ? h("p", { class: "fix" }, h("b", null, "Fix: "), bdi(f.fix.action)) : "",
    terms([
      ["kind", KINDS[f.kind] ? f.kind : clean(f.kind)],
      ["status", clean(f.status).replace(/_/g, " ")],
      ["severity by", f.severity_source && bdi(f.severity_source)],
      ["subject", bdi([s.name, s.version].filter(Boolean).join(" "))],
      ["built from", s.source && bdi(s.source.name + " " + s.source.version)],
      ["package URL", s.purl && h("code", null, bdi(s.purl))],
      ["found at", (f.locations || []).slice(0, 50).map(placeText)],
      ["comes from", f.origin && clean(f.origin)],
      ["exploited since", f.exploited_since && clean(f.exploited_since)],
      ["CVSS", (f.cvss || []).map((c) => h("div", null, c.score === undefined ? "" : h("b", null, c.score + " "), h("code", null, bdi(c.vector)), c.source ? " " : "", c.source ? bdi(c.source) : ""))],
      ["EPSS", f.epss && (f.epss.probability * 100).toFixed(2) + " % in 30 days, above " + (f.epss.percentile * 100).toFixed(0) + " % of all (" + clean(f.epss.date) + ")"],
      ["also known as", (f.aliases || []).length ? bdi(f.aliases.join(", ")) : ""],
      ["other tools say", (f.codes || []).length ? bdi(f.codes.join(", ")) : ""],
      ["confidence", f.confidence !== undefined && f.confidence < 1 ? String(f.confidence) : ""],
      ["suppressed by", f.suppressed_by && bdi([f.suppressed_by.by, f.suppressed_by.reason, f.suppressed_by.until && "until " + f.suppressed_by.until].filter(Boolean).join(": "))],
      ["id", h("code", null, clean(f.id))],
    ]),
    ...others(f),
    (f.evidence || []).length ? [h("h4", null, "What shows it"), terms(f.evidence.map((e) => [e.key, bdi(e.value)]))] : "",
    (f.references || []).length ? [h("h4", null, "References"), h("div", null, f.references.map((url) => h("div", null, link(url))))] : "",
  ].flat();
}

/* Members of a finding that a newer program may have added. */
const FINDING_KEYS = new Set(["id", "kind", "rule", "title", "severity", "severity_source", "status", "subject", "locations", "origin", "evidence",
  "fix", "references", "aliases", "codes", "cvss", "epss", "known_exploited", "exploited_since", "risk", "confidence", "suppressed_by"]);
function others(f) {
  const rows = Object.entries(f).filter(([key]) => !FINDING_KEYS.has(key)).map(([key, value]) => [words(key), anything(key, value)]);
  return rows.length ? [terms(rows)] : [];
}

/* A group of buttons of which any number may be on; none is all. */
function chips(label, options, change) {
  const on = new Set();
  const group = h("div", { class: "chips", role: "group", "aria-label": label }, options.map(([value, text, n]) =>
    h("button", { class: "chip", type: "button", "aria-pressed": "false", "data-value": value, onclick: (event) => {
      if (on.has(value)) on.delete(value); else on.add(value);
      event.currentTarget.setAttribute("aria-pressed", on.has(value));
      change();
    } }, text, n === undefined ? "" : h("small", null, n.toLocaleString("en")))));
  const set = (values) => {
    on.clear();
    for (const value of values) on.add(value);
    for (const chip of group.children) chip.setAttribute("aria-pressed", on.has(chip.dataset.value));
  };
  return { group, on, set };
}

function tally(rows, key) {
  const n = new Map();
  for (const row of rows) n.set(key(row), (n.get(key(row)) || 0) + 1);
  return n;
}

function showFindings() {
  const section = document.getElementById("findings");
  section.querySelector(".plain").remove();
  if (!findings.length) {
    section.append(h("p", null, "None of what was looked for was found."));
    return { only() {} };
  }
  const apply = () => filter();
  const search = h("input", { type: "search", "aria-label": "Show findings with this text", placeholder: "Filter by CVE, package, path, text", oninput: apply });
  const severities = tally(live, (row) => row.f.severity);
  const kinds = tally(live, (row) => row.f.kind);
  const bySeverity = chips("Severity", SEVERITIES.filter((s) => severities.get(s)).map((s) => [s, [h("i", { class: "dot s-" + s }), s], severities.get(s)]), apply);
  const byKind = chips("Kind", [...kinds.keys()].map((k) => [k, KINDS[k] || clean(k), kinds.get(k)]), apply);
  const fixable = live.filter((row) => row.fixed).length, exploited = live.filter((row) => row.f.known_exploited).length;
  const more = chips("More", [["fix", "has a fixed version", fixable], ["exploited", "exploited", exploited],
    ["suppressed", "show suppressed", findings.length - live.length]].filter(([, , n]) => n), apply);
  const layer = h("select", { "aria-label": "Layer", onchange: apply }, h("option", { value: "" }, "all layers"),
    layers.map((l, i) => h("option", { value: i }, "layer " + (i + 1) + ": " + clean(instruction(i), 60))));
  const status = h("output", { "aria-live": "polite" });
  const clear = h("button", { class: "link", type: "button", hidden: true, onclick: () => {
    search.value = ""; layer.value = "";
    [bySeverity, byKind, more].forEach((group) => group.set([]));
    filter();
  } }, "show all");
  section.append(h("div", { class: "controls", role: "search", "aria-label": "Filter the findings" }, search, bySeverity.group,
    kinds.size > 1 ? byKind.group : "", more.group, layers.length > 1 ? layer : ""),
    h("div", { class: "status" }, status, clear));
  const list = new List(section, "findings", findings, findingColumns, findingDetail);
  lists.push(list);

  function filter() {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const at = layer.value === "" ? -1 : Number(layer.value);
    list.filter((row) => (!row.suppressed || more.on.has("suppressed"))
      && (!bySeverity.on.size || bySeverity.on.has(row.f.severity))
      && (!byKind.on.size || byKind.on.has(row.f.kind))
      && (!more.on.has("fix") || row.fixed)
      && (!more.on.has("exploited") || row.f.known_exploited)
      && (at < 0 || row.layers.includes(at))
      && wanted.every((word) => row.text.includes(word)));
    const n = list.view.length;
    status.textContent = (n === live.length && !more.on.has("suppressed") ? "" : n.toLocaleString("en") + " of ")
      + count(findings.length, "entry", "entries") + ", one for each package or place";
    clear.hidden = !(wanted.length || at >= 0 || bySeverity.on.size || byKind.on.size || more.on.size);
    document.dispatchEvent(new CustomEvent("filtered", { detail: { layer: at } }));
  }
  filter();
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search && search.value) { search.value = ""; filter(); }
  });
  for (const bar of document.querySelectorAll(".bars [data-kind] .name")) {
    const kind = bar.parentNode.dataset.kind;
    bar.replaceChildren(h("button", { class: "link", type: "button", onclick: () => { byKind.set([kind]); filter(); section.scrollIntoView(); } }, bar.textContent));
  }
  return { only(what) {
    if (what.text !== undefined) search.value = what.text;
    if (what.layer !== undefined) layer.value = what.layer;
    filter();
    if (what.go) section.scrollIntoView();
  } };
}

/* ---- packages ---- */

function showPackages(only) {
  const section = document.getElementById("packages");
  if (!section) return;
  section.querySelector(".plain").remove();
  const rows = report.packages.map((p, i) => ({
    i, p, found: byPackage.get(p.purl) || { n: 0 }, layer: layerOf.get(p.layer) ?? -1,
    licence: (p.licenses || []).join(", "),
    text: [p.name, p.version, p.type, p.purl, p.source && p.source.name, ...(p.licenses || [])].join("\n").toLowerCase(),
  }));
  const columns = [
    { id: "name", title: "Package", sort: (a, b) => compare(a.p.name, b.p.name), cell: (row, open) => opener(row.p.name, open) },
    { id: "version", title: "Version", sort: (a, b) => compare(a.p.version, b.p.version), cell: (row) => h("span", { class: "cut" }, bdi(short(row.p.version))) },
    { id: "type", title: "Type", sort: (a, b) => compare(a.p.type, b.p.type), cell: (row) => clean(row.p.type, 20) },
    { id: "layer", title: "Layer", sort: (a, b) => a.layer - b.layer, cell: (row) => (row.layer < 0 ? "" : String(row.layer + 1)) },
    { id: "count", title: "Findings", first: -1, sort: (a, b) => a.found.n - b.found.n, cell: (row) => (row.found.n
      ? h("button", { class: "link", type: "button", onclick: () => only({ text: row.p.name, go: true }) }, h("span", { class: "sev s-" + (RANK[row.found.worst] ? row.found.worst : "unknown") }, String(row.found.n)))
      : "") },
    { id: "licence", title: "Licence", sort: (a, b) => compare(a.licence, b.licence), cell: (row) => h("span", { class: "cut small" }, bdi(short(row.licence))) },
  ];
  const detail = ({ p, licence, layer }) => [terms([
    ["package URL", h("code", null, bdi(p.purl))],
    ["built from", p.source && bdi(p.source.name + " " + p.source.version)],
    ["architecture", p.arch && bdi(p.arch)],
    ["licence", licence && bdi(licence)],
    ["vendor", p.vendor && bdi(p.vendor)],
    ["told by", p.evidence && bdi([p.evidence.db, p.evidence.db_path].filter(Boolean).join(": "))],
    ["files", p.evidence && p.evidence.n_files ? p.evidence.n_files.toLocaleString("en") : ""],
    ["layer", layer < 0 ? "" : [String(layer + 1) + " ", h("code", { class: "soft" }, short(instruction(layer)))]],
  ])];
  const status = h("output", { "aria-live": "polite" });
  const search = h("input", { type: "search", "aria-label": "Show packages with this text", placeholder: "Filter by name, version, licence", oninput: () => filter() });
  section.append(h("div", { class: "controls", role: "search", "aria-label": "Filter the packages" }, search), h("div", { class: "status" }, status));
  const list = new List(section, "packages", rows, columns, detail);
  lists.push(list);
  function filter() {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    list.filter((row) => wanted.every((word) => row.text.includes(word)));
    status.textContent = list.view.length === rows.length ? count(rows.length, "package", "packages")
      : list.view.length.toLocaleString("en") + " of " + count(rows.length, "package", "packages");
  }
  filter();
}

/* ---- the map of the layers ---- */

/* Squarified treemap (Bruls, Huizing, van Wijk 2000): rows of tiles that are as square as can be. */
function squarify(areas, width, height) {
  const tiles = [];
  let x = 0, y = 0, from = 0;
  const worst = (row, side) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return Math.max(...row.map((a) => Math.max(side * side * a / (sum * sum), sum * sum / (side * side * a))));
  };
  while (from < areas.length) {
    const side = Math.min(width - x, height - y);
    let n = 1;
    while (from + n < areas.length && worst(areas.slice(from, from + n + 1), side) <= worst(areas.slice(from, from + n), side)) n++;
    const row = areas.slice(from, from + n), sum = row.reduce((a, b) => a + b, 0), thick = sum / side;
    const upright = width - x >= height - y; /* a column at the left, or a row at the top */
    let at = upright ? y : x;
    for (const area of row) {
      const long = area / thick;
      tiles.push(upright ? { x, y: at, w: thick, h: long } : { x: at, y, w: long, h: thick });
      at += long;
    }
    if (upright) x += thick; else y += thick;
    from += n;
  }
  return tiles;
}

function layerFindings() {
  const n = layers.map(() => ({ n: 0, by: {} }));
  for (const row of live)
    for (const i of row.layers) {
      n[i].n++;
      n[i].by[row.f.severity] = (n[i].by[row.f.severity] || 0) + 1;
    }
  return n;
}

const WASTED = ["wasted_bytes", "waste_bytes", "hidden_bytes"];
const wasteOf = (layer) => WASTED.map((key) => layer[key]).find((n) => typeof n === "number");

function partsText(by) {
  return SEVERITIES.filter((s) => by[s]).map((s) => by[s].toLocaleString("en") + " " + s).join(", ");
}

/* Parts of a layer that no longer show, as a class of the same scale. */
function wasteClass(layer) {
  const part = (wasteOf(layer) || 0) / Math.max(1, layer.file_bytes);
  return part > 0.5 ? " s-critical" : part > 0.2 ? " s-high" : part > 0.05 ? " s-medium" : part > 0.005 ? " s-low" : "";
}

/* A line that would be cut through is left out; what it says is told when the box is chosen. */
function showWholeLines(tile) {
  for (const line of tile.children) line.hidden = false;
  const end = tile.clientTop + tile.clientHeight;
  for (const line of [...tile.children].slice(1)) line.hidden = line.offsetTop + line.offsetHeight > end;
}

function showLayers(only) {
  const section = document.getElementById("layers");
  if (!section) return;
  const found = layerFindings();
  addFindingColumn(section, found, only);
  /* One measure for all: a layer without files is no box, not one of its packed size. */
  const measure = layers.some((layer) => layer.file_bytes > 0) ? "file_bytes" : "blob_bytes";
  const sized = layers.map((layer, i) => ({ layer, i, size: layer[measure] || 0 }))
    .filter((at) => at.size > 0).sort((a, b) => b.size - a.size || a.i - b.i).slice(0, TILES);
  if (layers.length < 2 || !sized.length) return;
  const box = h("div", { class: "map", role: "group", "aria-label": "Layers by size" });
  const told = h("p", { class: "told", "aria-live": "polite" });
  let waste = false;
  const tell = ({ layer, i, size }) => {
    const wasted = wasteOf(layer);
    told.replaceChildren("Layer " + (i + 1) + ", " + bytes(size) + (found[i].n ? ", " + partsText(found[i].by) : ", no findings")
      + (wasted === undefined ? "" : ", " + bytes(wasted) + " of it not visible any more"), h("br"), h("code", null, instruction(i) || "no instruction is known"));
  };
  const tiles = sized.map((at) => h("button", { class: "tile", type: "button", "aria-pressed": "false", "data-layer": at.i,
    onmouseenter: () => tell(at), onfocus: () => tell(at),
    onclick: (event) => only({ layer: event.currentTarget.getAttribute("aria-pressed") === "true" ? "" : at.i, go: true }) },
    h("b", null, h("span", { class: "long" }, "Layer "), String(at.i + 1)), h("span", null, bytes(at.size)),
    h("span", null, found[at.i].n ? partsText(found[at.i].by) : "no findings"), h("span", null, instruction(at.i))));
  const paint = () => {
    told.textContent = waste ? "Area is size, colour is the part that later layers hide: above 0.5, 5, 20 and 50 percent."
      : "Area is size, colour is the gravest finding. Choose a layer to see its findings.";
    tiles.forEach((tile, k) => {
      const { layer, i } = sized[k];
      const worst = SEVERITIES.find((s) => found[i].by[s]);
      tile.className = "tile" + (tile.classList.contains("small") ? " small" : "") + (waste ? wasteClass(layer) : worst ? " s-" + worst : "");
    });
  };
  const lay = () => {
    const width = box.clientWidth || 1000, height = box.clientHeight || 300, total = sized.reduce((n, at) => n + at.size, 0);
    /* A tile that could not be seen could not be chosen either. */
    const least = width * height / Math.max(60, 3 * sized.length);
    const areas = sized.map((at) => Math.max(least, at.size / total * width * height));
    const scale = width * height / areas.reduce((a, b) => a + b, 0);
    squarify(areas.map((a) => a * scale), width, height).forEach((at, k) => {
      const style = tiles[k].style;
      style.left = at.x / width * 100 + "%"; style.width = at.w / width * 100 + "%";
      style.top = at.y / height * 100 + "%"; style.height = at.h / height * 100 + "%";
      tiles[k].classList.toggle("small", at.w < 70 || at.h < 30);
      showWholeLines(tiles[k]);
    });
  };
  const colour = layers.some((layer) => wasteOf(layer) > 0) ? h("div", { class: "controls" }, h("button", { class: "chip", type: "button", "aria-pressed": "false",
    onclick: (event) => { waste = !waste; event.currentTarget.setAttribute("aria-pressed", waste); paint(); } }, "colour by waste")) : "";
  box.append(...tiles);
  section.querySelector("h2").after(box, told, colour);
  paint();
  lay();
  new ResizeObserver(lay).observe(box);
  document.addEventListener("filtered", (event) => tiles.forEach((tile, k) => tile.setAttribute("aria-pressed", sized[k].i === event.detail.layer)));
}

function addFindingColumn(section, found, only) {
  const table = section.querySelector("table");
  table.tHead.rows[0].lastElementChild.before(h("th", { class: "num" }, "findings"));
  for (const row of table.tBodies[0].rows) {
    const i = Number(row.dataset.layer), n = found[i].n;
    row.lastElementChild.before(h("td", { class: "num" }, n ? h("button", { class: "link", type: "button", title: partsText(found[i].by),
      onclick: () => only({ layer: i, go: true }) }, n.toLocaleString("en")) : ""));
  }
}

/* ---- whatever else the report holds ---- */

const KNOWN = new Set(["schema", "tool", "time", "target", "image", "distro", "layers", "coverage", "packages", "actions", "findings",
  "ignore_rules", "problems", "sandbox", "summary", "verdict"]);
const TITLES = { size: "Size", waste: "Waste", surface: "Attack surface", attack_surface: "Attack surface", needs: "What the entrypoint needs", closure: "What the entrypoint needs" };
const LAYER_KEYS = new Set(["layer", "hidden_by"]); /* an index into the layers */
const MANY = 100; /* rows of a table before it is asked for more */

const words = (key) => clean(key, 80).replace(/_/g, " ");

function anything(key, value, depth = 0) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number" && LAYER_KEYS.has(key) && value < layers.length) return "layer " + (value + 1);
  if (typeof value === "number" && /efficiency|percent|ratio|^user_wasted$/.test(key) && value <= 1) return (value * 100).toFixed(1) + " %";
  if (typeof value === "number") return /(^|_)(bytes|size)$/.test(key) ? bytes(value) : value.toLocaleString("en", { maximumFractionDigits: 3 });
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return layerOf.has(value) ? "layer " + (layerOf.get(value) + 1) : key === "severity" ? severity(value) : bdi(value);
  if (depth > 6) return "…";
  if (!Array.isArray(value)) return terms(Object.entries(value).map(([k, v]) => [words(k), anything(k, v, depth + 1)]));
  if (!value.length) return "none";
  if (value.every((v) => v && typeof v === "object" && !Array.isArray(v)))
    return depth < 1 ? tableOf(value, depth) : h("details", { class: "more" }, h("summary", null, count(value.length, "entry", "entries")), tableOf(value, depth));
  if (value.length < 40 && value.every((v) => typeof v === "string" && v.length < 40)) return bdi(value.join(", "));
  return h("div", null, value.slice(0, MANY * 5).map((v) => h("div", null, anything(key, v, depth + 1))),
    value.length > MANY * 5 ? "and " + (value.length - MANY * 5).toLocaleString("en") + " more" : "");
}

function tableOf(rows, depth) {
  const keys = [];
  for (const row of rows.slice(0, MANY)) for (const key of Object.keys(row)) if (!keys.includes(key)) keys.push(key);
  const number = (key) => rows.every((row) => row[key] === undefined || typeof row[key] === "number") && !LAYER_KEYS.has(key);
  const line = (row) => h("tr", null, keys.map((key) => h("td", { class: number(key) ? "num" : undefined }, row[key] === undefined ? "" : anything(key, row[key], depth + 1))));
  const body = h("tbody", null, rows.slice(0, MANY).map(line));
  const table = h("div", { class: "scroll" }, h("table", null, h("thead", null, h("tr", null, keys.map((key) => h("th", { class: number(key) ? "num" : undefined }, words(key))))), body));
  if (rows.length > MANY) {
    const rest = h("button", { class: "link", type: "button", onclick: () => { body.append(...rows.slice(MANY, 5000).map(line)); rest.remove(); } },
      count(rows.length - MANY, "more row", "more rows"));
    table.append(rest);
  }
  return table;
}

function showOthers() {
  const before = document.getElementById("packages") || document.getElementById("gaps");
  const nav = document.querySelector("nav ul");
  for (const [key, value] of Object.entries(report)) {
    if (KNOWN.has(key) || value === null || (typeof value === "object" && !Object.keys(value).length)) continue;
    const id = "more-" + key.replace(/\W/g, "-"), title = TITLES[key] || words(key)[0].toUpperCase() + words(key).slice(1);
    before.before(h("section", { id, class: "other", "aria-labelledby": id + "-title" }, h("h2", { id: id + "-title" }, title), anything(key, value)));
    nav.querySelector(`a[href="#${before.id}"]`).parentNode.before(h("li", null, h("a", { href: "#" + id }, title)));
  }
}

/* ---- light, dark, paper ---- */

const THEMES = ["", "light", "dark"];
function showTheme() {
  const root = document.documentElement;
  const button = h("button", { class: "theme", type: "button", onclick: () => set(THEMES[(THEMES.indexOf(root.dataset.theme || "") + 1) % 3]) });
  function set(theme) {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    button.textContent = "Theme: " + (theme || "system");
    try { localStorage.setItem("plimsoll-theme", theme); } catch { /* a page of a file may have no store */ }
  }
  let kept = "";
  try { kept = localStorage.getItem("plimsoll-theme") || ""; } catch { /* the same */ }
  document.querySelector("header").append(button);
  set(THEMES.includes(kept) ? kept : "");
}

function onPaper(on) {
  for (const list of lists) list.print(on);
  for (const details of document.querySelectorAll("details.more")) details.open = on;
}

showTheme();
const shown = showFindings();
showLayers(shown.only);
showOthers();
showPackages(shown.only);
addEventListener("beforeprint", () => onPaper(true));
addEventListener("afterprint", () => onPaper(false));
matchMedia("print").addEventListener("change", (event) => onPaper(event.matches));
})();
