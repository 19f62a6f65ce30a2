(() => {
  "use strict";

  // ---------------------------------------------------------------------------------------------------- small things

  const $ = (selector, from = document) => from.querySelector(selector);
  const number = (n) => n.toLocaleString("en-GB");
  const many = (n, one, several = one + "s") => `${number(n)} ${n === 1 ? one : several}`;

  // Everything shown goes in as text or attribute, never as markup.
  function make(tag, attributes = {}, ...content) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...content.flat().filter((part) => part !== null && part !== undefined));
    return made;
  }

  function fill(node, ...content) {
    node.replaceChildren(...content.flat().filter((part) => part !== null && part !== undefined));
    return node;
  }

  const tag = (severity, text) => make("span", { class: `tag ${severity}` }, text ?? (severity === "error" ? "Error" : "Query"));

  // -------------------------------------------------------------------------------------------------------- the data

  async function unpack(text) {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const whole = new Uint8Array(await new Response(stream).arrayBuffer());
    const length = new DataView(whole.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)));
    const column = ([start, count, wide]) => {
      const from = 4 + length + start;
      if (wide === 1) return whole.subarray(from, from + count);
      const values = wide === 2 ? new Uint16Array(count) : new Uint32Array(count);
      for (let plane = 0; plane < wide; plane++) {
        const at = from + plane * count;
        for (let i = 0; i < count; i++) values[i] |= whole[at + i] << (8 * plane);
      }
      return values;
    };
    return arranged(head, column);
  }

  function arranged(head, column) {
    const { rules, parts } = head;
    const subjects = { id: head.subjects.id, table: column(head.subjects.table), child: column(head.subjects.child) };
    const count = subjects.id.length;
    const tables = head.tables.map((table) => {
      const start = new Uint32Array(count + 1);
      column(table.rows).forEach((rows, subject) => (start[subject + 1] = start[subject] + rows));
      const fields = table.fields.map((field) => (field.child ? field : { ...field, codes: column(field.codes) }));
      let labels = table.labels;
      if (!labels) {
        const steps = column(table.steps);
        labels = new Array(steps.length);
        for (let i = 0, last = 0; i < steps.length; i++) labels[i] = last += steps[i] & 1 ? -((steps[i] + 1) / 2) : steps[i] / 2;
      }
      return { name: table.name, label: table.label, ofChildren: table.of_children, start, fields, labels };
    });

    const part = column(head.part), step = column(head.step), row = column(head.row), begins = column(head.begins);
    const size = part.length;
    const subject = new Uint32Array(size), startOfRule = new Uint32Array(rules.length + 1), perSubject = new Uint32Array(count + 1);
    for (let i = 0, rule = -1, last = 0; i < size; i++) {
      const here = parts[part[i]].rule;
      last = here === rule ? last + step[i] : step[i];
      rule = here;
      subject[i] = last;
      startOfRule[rule + 1]++;
      perSubject[last + 1]++;
    }
    for (let rule = 0; rule < rules.length; rule++) startOfRule[rule + 1] += startOfRule[rule];
    for (let one = 0; one < count; one++) perSubject[one + 1] += perSubject[one];
    const next = perSubject.slice(), bySubject = new Uint32Array(size);
    for (let i = 0; i < size; i++) bySubject[next[subject[i]]++] = i;

    const ruleAt = new Map(rules.map((rule, at) => [rule.code, at]));
    const idAt = new Map(), nth = new Uint32Array(count);
    subjects.id.forEach((id, one) => {
      const key = id ?? "";
      const same = idAt.get(key) ?? [];
      nth[one] = same.push(one);
      if (same.length === 1) idAt.set(key, same);
    });
    return { rules, parts, subjects, tables, part, row, begins, subject, startOfRule, startOfSubject: perSubject, bySubject, ruleAt, idAt, nth };
  }

  let data;
  let hidden = false;

  const labelOf = (table, at) => String(table.labels[at]);

  function nameOf(subject) {
    const { id, table } = data.subjects;
    if (id[subject] !== null) {
      const same = data.idAt.get(id[subject]).length;
      return same > 1 ? `${id[subject]} (${data.nth[subject]} of ${same} with this id)` : id[subject];
    }
    if (!table[subject]) return "The return as a whole";
    const home = data.tables[table[subject] - 1];
    const row = home.start[subject] < home.start[subject + 1] ? `Row ${labelOf(home, home.start[subject])} of ${home.name}` : home.name;
    return home.ofChildren ? `${row}, no child id` : home.label;
  }

  // The text of a cell, null where it is empty, and whether it could not be read.
  function cell(field, at, subject) {
    if (field.child) return { text: data.subjects.id[subject], raw: false };
    const code = field.codes[at];
    return code ? { text: field.texts[code - 1], raw: code > field.unreadable } : { text: null, raw: false };
  }

  const shown = (text) => (hidden ? "•••" : text);
  const ofSubject = (subject) => data.bySubject.subarray(data.startOfSubject[subject], data.startOfSubject[subject + 1]);

  // The flagged fields of a finding with what was read in them, or (briefly) only what was read.
  function told(finding, brief = false) {
    const part = data.parts[data.part[finding]], row = data.row[finding];
    if (part.table < 0 || !row || !part.fields.length) return part.where;
    const table = data.tables[part.table], subject = data.subject[finding];
    const named = part.fields.map((number) => table.fields[number]).filter((field) => !(brief && field.child));
    const read = named.map((field) => {
      const { text } = cell(field, table.start[subject] + row - 1, subject);
      return `${brief ? "" : `${field.name} `}${text === null ? "empty" : shown(text)}`;
    });
    return read.join(", ");
  }

  // ------------------------------------------------------------------------------------------------- state in the hash

  const state = () => new URLSearchParams(location.hash.slice(1));
  const hash = (params) => "#" + params.toString().replace(/=(?=&|$)/g, "");

  // The first name in the hash says which view; empty values are left out.
  function address(view, value = "", more = {}) {
    const params = new URLSearchParams({ [view]: value });
    for (const [name, one] of Object.entries({ ...more, values: hidden ? "hidden" : "" })) if (one) params.set(name, one);
    return hash(params);
  }
  const ruleLink = (code) => address("rule", code);
  const nthOf = (subject) => (data.nth[subject] > 1 ? data.nth[subject] : "");
  const childLink = (subject, more = {}) => address("child", data.subjects.id[subject] ?? "", { n: nthOf(subject), ...more });

  const replace = (to) => history.replaceState(null, "", to);
  function note(changes) {
    const params = state();
    for (const [name, value] of Object.entries(changes)) {
      if (value) params.set(name, value);
      else params.delete(name);
    }
    replace(hash(params));
  }
  function subjectIn(params) {
    if (!params.has("child")) return -1;
    return data.idAt.get(params.get("child"))?.[Number(params.get("n") || 1) - 1] ?? -1;
  }

  // ---------------------------------------------------------------------------------------------------- long lists

  const LINE = 38;
  const MOST_PRINTED = 1000;

  // A listbox that keeps only the lines in sight in the document. `draw(item)` gives a line's content, `pick(item)` is told the choice.
  class List {
    constructor(name, draw, pick) {
      this.draw = draw;
      this.pick = pick;
      this.items = [];
      this.current = -1;
      this.lines = new Map();
      this.space = make("div", { class: "space", role: "presentation" });
      this.node = make("div", { class: "list", role: "listbox", tabindex: "0", "aria-label": name }, this.space);
      this.node.addEventListener("scroll", () => this.show(), { passive: true });
      this.node.addEventListener("keydown", (event) => this.key(event));
      this.node.addEventListener("click", (event) => {
        const line = event.target.closest(".line");
        if (line) this.choose(Number(line.dataset.place));
      });
    }

    set(items, chosen) {
      this.items = items;
      this.current = items.indexOf(chosen);
      this.space.style.height = `${items.length * LINE}px`;
      this.redraw();
      if (this.current >= 0) this.reveal();
    }

    redraw() {
      this.lines.clear();
      this.space.replaceChildren();
      this.show();
    }

    show() {
      const first = Math.max(0, Math.floor(this.node.scrollTop / LINE) - 8);
      const last = Math.min(this.items.length, Math.ceil((this.node.scrollTop + (this.node.clientHeight || 800)) / LINE) + 8);
      for (const [place, line] of this.lines) {
        if (place < first || place >= last) {
          line.remove();
          this.lines.delete(place);
        }
      }
      for (let place = first; place < last; place++) if (!this.lines.has(place)) this.add(place);
      this.mark();
    }

    add(place) {
      const line = make(
        "div",
        { class: "line", role: "option", id: `line-${place}`, "data-place": place, "aria-setsize": this.items.length, "aria-posinset": place + 1 },
        this.draw(this.items[place]),
      );
      line.style.height = `${LINE}px`;
      line.style.transform = `translateY(${place * LINE}px)`;
      this.lines.set(place, line);
      this.space.append(line);
    }

    mark() {
      for (const [place, line] of this.lines) line.setAttribute("aria-selected", String(place === this.current));
      if (this.lines.has(this.current)) this.node.setAttribute("aria-activedescendant", `line-${this.current}`);
      else this.node.removeAttribute("aria-activedescendant");
    }

    reveal() {
      const top = this.current * LINE, { scrollTop, clientHeight } = this.node;
      if (top < scrollTop) this.node.scrollTop = top;
      else if (top + LINE > scrollTop + clientHeight) this.node.scrollTop = top + LINE - clientHeight;
      this.show();
    }

    choose(place) {
      if (place < 0 || place >= this.items.length) return;
      this.current = place;
      this.reveal();
      this.pick(this.items[place]);
    }

    key(event) {
      const page = Math.max(1, Math.floor(this.node.clientHeight / LINE) - 1);
      const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.items.length, End: this.items.length };
      if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.choose(Math.min(this.items.length - 1, Math.max(0, this.current + moves[event.key])));
    }

    print(on) {
      this.node.classList.toggle("printing", on);
      if (!on) return this.redraw();
      this.lines.clear();
      this.space.replaceChildren();
      for (let place = 0; place < Math.min(this.items.length, MOST_PRINTED); place++) this.add(place);
      for (const line of this.lines.values()) line.style.transform = "";
      this.space.style.height = "auto";
      if (this.items.length > MOST_PRINTED) this.space.append(make("p", { class: "empties" }, `The first ${number(MOST_PRINTED)} of ${number(this.items.length)}; the CSV file has all.`));
    }
  }

  // ------------------------------------------------------------------------------------------------------- one child

  // All that is known of one child: its findings, and its records by table with the failing rows and cells marked.
  function childPane(subject, focus, byRule) {
    const findings = [...ofSubject(subject)];
    const marks = marked(findings, focus);
    const records = data.tables.map((table) => record(table, subject, marks.get(table) ?? new Map(), focus)).filter(Boolean);
    const isChild = data.subjects.child[subject];
    const errors = findings.filter((finding) => data.parts[data.part[finding]].severity === "error").length;
    const counts = [errors ? many(errors, "error") : null, findings.length > errors ? many(findings.length - errors, "query", "queries") : null].filter(Boolean).join(", ");
    const head = make(
      "div",
      { class: "child-head" },
      make("h3", { id: "child-heading", tabindex: "-1" }, isChild && data.subjects.id[subject] !== null ? `Child ${nameOf(subject)}` : nameOf(subject)),
      byRule ? make("a", { href: childLink(subject) }, `All findings ${isChild ? "of this child" : "here"}: ${counts}`) : make("span", { class: "said" }, counts),
    );
    if (!byRule) return [head, faults(findings, focus, subject), records.length ? make("h4", {}, "Records") : null, ...records.map((one) => one.node)];
    const first = records.filter((one) => one.focused), others = records.filter((one) => !one.focused);
    return [
      head,
      ...first.map((one) => one.node),
      others.length
        ? make("details", { class: "others" }, make("summary", {}, `The other records: ${others.map((one) => one.name).join(", ")}`), others.map((one) => one.node))
        : null,
    ];
  }

  // table -> row within the subject -> what is wrong there: the rules, the flagged fields and how badly
  function marked(findings, focus) {
    const marks = new Map();
    for (const finding of findings) {
      const part = data.parts[data.part[finding]], row = data.row[finding];
      if (part.table < 0 || !row) continue;
      const table = data.tables[part.table];
      if (!marks.has(table)) marks.set(table, new Map());
      const rows = marks.get(table);
      if (!rows.has(row - 1)) rows.set(row - 1, { rules: new Set(), fields: new Map(), focus: false, error: false });
      const mark = rows.get(row - 1), now = part.rule === focus;
      mark.rules.add(part.rule);
      mark.focus ||= now;
      mark.error ||= part.severity === "error";
      for (const field of part.fields) {
        const cellMark = mark.fields.get(field) ?? { error: false, now: false, rules: [] };
        cellMark.error ||= part.severity === "error";
        cellMark.now ||= now;
        cellMark.rules.push(data.rules[part.rule].code);
        mark.fields.set(field, cellMark);
      }
    }
    return marks;
  }

  function faults(findings, focus, subject) {
    const byRule = new Map();
    for (const finding of findings) {
      const rule = data.parts[data.part[finding]].rule;
      byRule.set(rule, [...(byRule.get(rule) ?? []), finding]);
    }
    const entries = [...byRule].sort(([one], [other]) => one - other).map(([rule, own]) => {
      const { code, title, advice } = data.rules[rule];
      const severity = data.parts[data.part[own[0]]].severity;
      const places = own.slice(0, 12).map((finding) => [place(finding), told(finding)].filter(Boolean).join(": "));
      if (own.length > 12) places.push(`and ${number(own.length - 12)} more, marked below`);
      return make(
        "li",
        { class: rule === focus ? "focus" : null, "aria-current": rule === focus ? "true" : null },
        make("div", { class: "what" }, tag(severity), make("a", { href: childLink(subject, rule === focus ? {} : { rule: code }), title: rule === focus ? "Show all alike" : "Show where" }, code), make("span", {}, title)),
        places.map((text) => make("p", { class: "where" }, text)),
        make("p", { class: "todo" }, `What to do: ${advice}`, " ", make("a", { href: ruleLink(code) }, "All children with this finding")),
      );
    });
    return make("ul", { class: "faults", "aria-label": "Findings" }, entries);
  }

  function place(finding) {
    const part = data.parts[data.part[finding]];
    if (part.table < 0) return "The return";
    const table = data.tables[part.table];
    return data.row[finding] ? `${table.name} row ${labelOf(table, table.start[data.subject[finding]] + data.row[finding] - 1)}` : table.name;
  }

  // The rows of one table for one child, as a table; columns that are empty and not flagged are only named below it.
  function record(table, subject, marks, focus) {
    const from = table.start[subject], to = table.start[subject + 1];
    if (from === to) return null;
    const flagged = new Set([...marks.values()].flatMap((mark) => [...mark.fields.keys()]));
    const filled = (field) => {
      for (let at = from; at < to; at++) if (cell(field, at, subject).text !== null) return true;
      return false;
    };
    const columns = [], empties = [];
    table.fields.forEach((field, number) => {
      if (flagged.has(number) || (!field.child && filled(field))) columns.push(number);
      else if (!field.child) empties.push(field.name);
    });
    const rows = [];
    for (let at = from; at < to; at++) rows.push(recordRow(table, subject, at, columns, marks.get(at - from), marks.size > 0, focus));
    const caption = make("caption", {}, make("div", {}, table.name, " ", make("span", {}, `${table.label}, ${many(to - from, "row")}`)));
    const head = ["Row", ...columns.map((number) => table.fields[number])].map((field) =>
      typeof field === "string" ? make("th", { scope: "col" }, field) : make("th", { scope: "col", title: field.label }, broken(field.name)),
    );
    if (marks.size) head.push(make("th", { scope: "col" }, "Rules"));
    const node = make(
      "div",
      { class: focus >= 0 ? "scroll record focused" : "scroll record", role: "region", tabindex: "0", "aria-label": `${table.name} of this child`, "data-table": table.name },
      make("table", {}, caption, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)),
      empties.length ? make("p", { class: "empties" }, `Empty: ${empties.join(", ")}`) : null,
    );
    return { node, name: table.name, focused: [...marks.values()].some((mark) => mark.focus) };
  }

  // An item name that may break between its words: Reason For Closure.
  const broken = (name) => name.split(/(?<=[a-z])(?=[A-Z])/).flatMap((word, number) => (number ? [make("wbr"), word] : [word]));

  function recordRow(table, subject, at, columns, mark, anyMarks, focus) {
    const label = labelOf(table, at);
    const classes = mark ? ["failing", mark.error ? "has-error" : "", mark.focus ? "focus" : ""].filter(Boolean).join(" ") : null;
    const row = make("tr", { class: classes, "data-row": label }, make("th", { scope: "row" }, label));
    for (const number of columns) {
      const { text, raw } = cell(table.fields[number], at, subject);
      const flag = mark?.fields.get(number);
      row.append(
        make(
          "td",
          { class: [text !== null && text.length > 24 ? "long" : "", flag ? "flagged" : "", flag?.error ? "error" : "", flag?.now ? "now" : "", raw ? "raw" : ""].filter(Boolean).join(" ") || null },
          text === null ? (flag ? make("span", { class: "absent" }, "empty") : "") : shown(text),
          flag ? make("span", { class: "away" }, ` flagged by ${[...new Set(flag.rules)].join(", ")}`) : null,
        ),
      );
    }
    if (mark) {
      const codes = [...mark.rules].sort((one, other) => (other === focus) - (one === focus) || one - other);
      row.append(make("td", { class: "codes" }, codes.map((rule) => make("a", { href: ruleLink(data.rules[rule].code), title: data.rules[rule].title }, data.rules[rule].code))));
    } else if (anyMarks) row.append(make("td"));
    return row;
  }

  // ---------------------------------------------------------------------------------------------------------- views

  let list = null;
  let redrawChild = () => {};

  function showChild(pane, subject, focus, byRule) {
    redrawChild = () => {
      if (subject < 0) fill(pane, make("p", { class: "empty" }, data.subjects.id.length ? "Choose one from the list." : "Nothing was found."));
      else fill(pane, childPane(subject, focus, byRule));
      for (const node of pane.querySelectorAll(".record")) bringIntoView(node);
    };
    redrawChild();
  }

  // Scroll a record sideways, no further than needed, to the flagged cells of its first row that has some.
  function bringIntoView(node) {
    const wanted = $("td.now", node) ? "td.now" : "td.flagged";
    const cells = $(wanted, node)?.parentNode.querySelectorAll(wanted);
    if (!cells) return;
    const { left, width } = node.getBoundingClientRect(), room = 12;
    const from = cells[0].getBoundingClientRect().left - left - $("tbody th", node).offsetWidth - room;
    const to = cells[cells.length - 1].getBoundingClientRect().right - left - width + room;
    if (to > 0) node.scrollLeft = Math.min(from, to);
  }

  function ruleView(params) {
    const section = $("#rule"), rule = data.ruleAt.get(params.get("rule"));
    if (rule === undefined) {
      fill(section, back(), make("h2", { id: "rule-heading", tabindex: "-1" }, "Nothing found by this rule"), make("p", { class: "said" }, "The rule in the address found nothing in this run, or there is no such rule."));
      return;
    }
    const { code, severity, title, advice, confidence, severity_confirmed } = data.rules[rule];
    const start = data.startOfRule[rule], stop = data.startOfRule[rule + 1];
    const subjects = [], firsts = new Map(), failures = { count: 0 };
    for (let finding = start; finding < stop; finding++) {
      const subject = data.subject[finding];
      failures.count += data.begins[finding];
      if (!firsts.has(subject)) {
        firsts.set(subject, [finding, 0]);
        subjects.push(subject);
      }
      firsts.get(subject)[1]++;
    }
    const children = subjects.filter((subject) => data.subjects.child[subject]).length;
    const where = new Set();
    for (const part of data.parts) if (part.rule === rule && part.table >= 0) where.add(`${data.tables[part.table].name} (${part.where || "row"})`);
    const pane = make("div", { class: "child", id: "pane" });
    list = new List(`Children with ${code}`, line, pick);
    const search = make("input", { type: "search", name: "q", autocomplete: "off", spellcheck: "false", value: params.get("q") ?? "" });
    const output = make("output", { "aria-live": "polite" });
    fill(
      section,
      back(),
      make("div", { class: "rule-head" }, make("h2", { id: "rule-heading", tabindex: "-1" }, make("span", { class: "code" }, code), " ", title), tag(severity)),
      make("p", { class: "advice" }, make("strong", {}, "What to do: "), advice),
      make(
        "p",
        { class: "said" },
        failures.count < stop - start ? `${many(stop - start, "row")} in ${many(failures.count, "failure")}` : many(stop - start, "finding"),
        `, ${many(children, "child", "children")}. `,
        where.size ? `Flags ${[...where].join(" and ")}. ` : "",
        confidence === "inferred" ? "The meaning of this rule is inferred, not confirmed by a published text. " : "",
        severity_confirmed ? "" : "Its severity is not confirmed. ",
      ),
      make("div", { class: "split" }, make("div", { class: "side" }, make("form", { class: "filters scripted", role: "search", "aria-label": "Find a child" }, make("label", {}, "Child id", search), output), list.node), pane),
    );
    function line(subject) {
      const [first, count] = firsts.get(subject);
      return [make("span", { class: "who" }, nameOf(subject)), make("span", { class: "what" }, told(first, true)), count > 1 ? make("span", { class: "much" }, `${number(count)} rows`) : null];
    }
    function pick(subject) {
      replace(address("rule", code, { child: data.subjects.id[subject] ?? "", n: nthOf(subject), q: search.value }));
      showChild(pane, subject, rule, true);
    }
    function filter() {
      const found = named(subjects, search.value);
      const wanted = subjectIn(state());
      const chosen = found.includes(wanted) ? wanted : found[0] ?? -1;
      list.set(found, chosen);
      output.textContent = `${number(found.length)} of ${number(subjects.length)}`;
      showChild(pane, chosen, rule, true);
    }
    $("form", section).addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", () => {
      note({ q: search.value });
      filter();
    });
    filter();
  }

  const back = () => make("p", {}, make("a", { href: "#rules" }, "All rules"));

  function named(subjects, query) {
    const wanted = query.trim().toLowerCase();
    return wanted ? subjects.filter((subject) => nameOf(subject).toLowerCase().includes(wanted)) : subjects;
  }

  // Each subject's place by name, numbers in a name by their size; worked out when first asked for.
  function placeById() {
    if (data.places) return data.places;
    const key = data.subjects.id.map((_, subject) => nameOf(subject).toLowerCase().replace(/[0-9]+/g, (digits) => digits.padStart(12, "0")));
    const order = key.map((_, subject) => subject).sort((one, other) => (key[one] < key[other] ? -1 : key[one] > key[other] ? 1 : one - other));
    data.places = new Uint32Array(order.length);
    order.forEach((subject, place) => (data.places[subject] = place));
    return data.places;
  }

  function option(value, text, chosen) {
    return make("option", { value, selected: value === chosen }, text ?? value);
  }

  function childrenView(params) {
    const section = $("#children");
    const value = (name) => params.get(name) ?? "";
    const pane = make("div", { class: "child", id: "pane" });
    const output = make("output", { "aria-live": "polite" });
    const search = make("input", { type: "search", name: "q", autocomplete: "off", spellcheck: "false", value: value("q") });
    const selects = {
      severity: make("select", { name: "severity" }, option("", "All"), option("error", "Errors", value("severity")), option("query", "Queries", value("severity"))),
      table: make("select", { name: "table" }, option("", "All"), data.tables.map((table) => option(table.name, table.name, value("table")))),
      having: make("select", { name: "having" }, option("", "Any"), data.rules.map((rule) => option(rule.code, `${rule.code} ${rule.title}`, value("having")))),
      sort: make("select", { name: "sort" }, option("", "Reading order"), option("errors", "Most errors", value("sort")), option("id", "Child id", value("sort"))),
    };
    const errors = new Uint32Array(data.subjects.id.length), queries = new Uint32Array(data.subjects.id.length);
    list = new List("Children with findings", line, pick);
    const words = { severity: "Severity", table: "Table", having: "Rule", sort: "Order" };
    const form = make("form", { class: "filters scripted", role: "search", "aria-label": "Filter the children" }, make("label", {}, "Child id", search), Object.entries(selects).map(([name, select]) => make("label", {}, words[name], select)), output);
    fill(section, make("h2", { id: "children-heading", tabindex: "-1" }, "Children with findings"), make("div", { class: "split" }, make("div", { class: "side" }, form, list.node), pane));

    function line(subject) {
      return [
        make("span", { class: "who" }, nameOf(subject)),
        make("span", { class: "what" }),
        make(
          "span",
          { class: "much" },
          errors[subject] ? tag("error", many(errors[subject], "error")) : null,
          queries[subject] ? tag("query", many(queries[subject], "query", "queries")) : null,
        ),
      ];
    }
    function pick(subject) {
      replace(childLink(subject, kept()));
      showChild(pane, subject, -1, false);
    }
    const kept = () => ({ q: search.value, ...Object.fromEntries(Object.entries(selects).map(([name, select]) => [name, select.value])) });
    function filter() {
      const { severity, table, having, sort } = selects;
      const counted = Uint8Array.from(data.parts, (part) => {
        const wanted =
          (!severity.value || part.severity === severity.value) &&
          (!table.value || (part.table >= 0 && data.tables[part.table].name === table.value)) &&
          (!having.value || data.rules[part.rule].code === having.value);
        return !wanted ? 0 : part.severity === "error" ? 1 : 2;
      });
      errors.fill(0);
      queries.fill(0);
      for (let i = 0; i < data.part.length; i++) {
        const kind = counted[data.part[i]];
        if (kind === 1) errors[data.subject[i]]++;
        else if (kind === 2) queries[data.subject[i]]++;
      }
      const every = [];
      for (let subject = 0; subject < errors.length; subject++) if (errors[subject] || queries[subject]) every.push(subject);
      const found = named(every, search.value);
      if (sort.value === "errors") found.sort((one, other) => errors[other] - errors[one] || queries[other] - queries[one] || one - other);
      else if (sort.value === "id") {
        const place = placeById();
        found.sort((one, other) => place[one] - place[other]);
      }
      const now = state(), asked = subjectIn(now);
      const chosen = asked >= 0 ? asked : found[0] ?? -1;
      list.set(found, chosen);
      output.textContent = `${number(found.length)} shown`;
      if (now.has("child") && asked < 0) fill(pane, make("p", { class: "empty" }, "This child has no findings in this run, or is not in the return."));
      else showChild(pane, chosen, data.ruleAt.get(now.get("rule")) ?? -1, false);
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      replace(address("children", "", kept()));
      filter();
    });
    filter();
  }

  // The table of rules is there already; filters hide its rows, headings sort them.
  function rulesView(params) {
    const form = $("#rule-filters"), body = $("#rule-table tbody");
    for (const name of ["q", "severity", "table", "show"]) form.elements[name].value = params.get(name) ?? "";
    const { q, severity, table, show } = Object.fromEntries(new FormData(form));
    const words = q.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0, reading = 0;
    for (const row of body.rows) {
      const found = row.dataset.findings !== "0", advice = data.rules[data.ruleAt.get(row.dataset.code)]?.advice ?? "";
      const text = `${row.textContent} ${advice}`.toLowerCase();
      const kept =
        (show === "all" || found === (show !== "none")) &&
        (!severity || row.dataset.severity === severity) &&
        (!table || ` ${row.dataset.flags}`.includes(` ${table}.`)) &&
        words.every((word) => text.includes(word));
      row.hidden = !kept;
      if (row.dataset.reading) reading += kept;
      else count += kept;
    }
    $("#rule-count").textContent = many(count, "rule") + (reading ? " and what reading the source showed" : "");
    sorted(body, params.get("sort") ?? "", params.get("way") ?? "");
  }

  function sorted(body, by, way) {
    for (const heading of $("#rule-table thead").querySelectorAll("th")) {
      if (heading.dataset.sort === by) heading.setAttribute("aria-sort", way === "down" ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    const order = new Intl.Collator("en-GB", { numeric: true });
    const key = {
      findings: (row) => Number(row.dataset.findings),
      children: (row) => Number(row.dataset.children),
      title: (row) => $(".title", row).textContent,
      code: (row) => row.dataset.code,
      severity: (row) => row.dataset.severity,
    }[by];
    const compare = (one, other) => {
      if (!key) return one.place - other.place;
      const [a, b] = [key(one), key(other)];
      return (typeof a === "number" ? a - b : order.compare(a, b)) * (way === "down" ? -1 : 1) || one.place - other.place;
    };
    body.append(...[...body.rows].sort(compare));
  }

  function prepareRules() {
    const form = $("#rule-filters"), body = $("#rule-table tbody");
    [...body.rows].forEach((row, number) => (row.place = number));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      note({ [event.target.name]: event.target.value });
      rulesView(state());
    });
    for (const heading of $("#rule-table thead").querySelectorAll("th")) {
      const button = make("button", { type: "button" }, heading.textContent);
      button.addEventListener("click", () => {
        const by = heading.dataset.sort, numeric = heading.classList.contains("number"), now = state();
        const first = numeric ? "down" : "up";
        const way = now.get("sort") === by ? (now.get("way") === "down" ? "up" : "down") : first;
        note({ sort: by, way });
        rulesView(state());
      });
      fill(heading, button);
    }
    body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (!event.target.closest("a") && row.dataset.findings !== "0" && !getSelection().toString()) location.hash = ruleLink(row.dataset.code);
    });
  }

  // -------------------------------------------------------------------------------------------------------- routing

  const viewOf = (params) => {
    const first = params.keys().next().value;
    if (first === "rule" || first === "run") return first;
    return first === "child" || first === "children" ? "children" : "rules";
  };
  let view = null;

  // The button says what pressing it does, so it has no pressed state besides.
  function nameButton() {
    const button = $("#values");
    button.textContent = hidden ? "Show values" : "Hide values";
    button.classList.toggle("on", hidden);
  }

  function route() {
    const params = state();
    if (params.get("values") === "hidden") hidden = true;
    else if (hidden) note({ values: "hidden" });
    nameButton();
    const before = view;
    view = viewOf(params);
    for (const section of document.querySelectorAll(".view")) section.hidden = section.id !== view;
    for (const link of document.querySelectorAll("nav a[data-view]")) {
      const here = link.dataset.view === view || (view === "rule" && link.dataset.view === "rules");
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    list = null;
    redrawChild = () => {};
    ({ rules: rulesView, rule: ruleView, children: childrenView, run: () => {} })[view](params);
    if (before !== view || view === "rule") window.scrollTo(0, 0);
    if (view === "children") $("#pane tr.focus")?.scrollIntoView({ block: "center" });
    if (before === null) return;
    const heading = (before === view && $("#child-heading")) || $(`#${view} h2`);
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  }

  function start() {
    document.documentElement.classList.add("ready");
    if (location.protocol !== "file:" && location.pathname.startsWith("/reports/")) {
      $("#all-reports").href = "/reports/";
      $("#all-reports").hidden = false;
    }
    prepareRules();
    $("#skip").addEventListener("click", (event) => {
      event.preventDefault();
      $("#main").focus();
    });
    $("#values").addEventListener("click", () => {
      hidden = !hidden;
      note({ values: hidden ? "hidden" : "" });
      nameButton();
      if (list) list.redraw();
      redrawChild();
    });
    window.addEventListener("hashchange", route);
    window.addEventListener("beforeprint", () => list?.print(true));
    window.addEventListener("afterprint", () => {
      if (!list) return;
      list.print(false);
      list.set(list.items, list.items[list.current]);
    });
    window.addEventListener("resize", () => list?.show());
    route();
  }

  unpack($("#packed").textContent)
    .then((unpacked) => {
      data = unpacked;
      start();
      document.documentElement.dataset.loaded = "yes";
    })
    .catch(() => {
      const trouble = $("#trouble");
      trouble.textContent = "The details could not be opened: this browser is too old for them, or the file is damaged. The summary below is complete; the CSV file and the workbook beside this page hold every finding.";
      trouble.hidden = false;
    });
})();
