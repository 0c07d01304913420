// The papers: search, choice, order, and the table that shows fifty at a time.

const AT_ONCE = 50;
const { about, words, columns } = readData("core");
const count = columns.title.length;

const FACETS = [
  { name: "list", label: "List" },
  { name: "section", label: "Section" },
  { name: "venue", label: "Venue" },
  { name: "year", label: "Year", word: (value) => String(value || "") },
  { name: "category", label: "Category" },
  { name: "code", label: "Code", word: (value) => (value ? "with code" : "without code") },
  { name: "language", label: "Language" },
  { name: "licence", label: "Licence" },
  { name: "health", label: "Links" },
  { name: "found", label: "Identified" },
];
const CHOICES_LIMIT = 400;
const SORTS = {
  "": ["Best match", null],
  added: ["Added to the list", (i) => columns.added?.[i] || ""],
  published: ["Published", (i) => columns.published[i] || String(columns.year[i] || "")],
  stars: ["Stars", (i) => columns.stars[i]],
  push: ["Last push", (i) => columns.pushed[i]],
};

const word = (facet, value) => (facet.word ? facet.word(value) : words[facet.name][value]);

// --- one paper, as it is cited and opened ----------------------------------------------------

const lines = later(() => document.getElementById("details").textContent.split("\n"));
const abstracts = later(() => readData("abstracts"));

function paperAt(i) {
  const line = JSON.parse(lines()[i]);
  const many = (name) => columns[name][i].map((value) => words[name][value]);
  const authors = columns.authors[i] ? columns.authors[i].split("\n") : [];
  return {
    key: "", cite: "", url: "", href: "", doi: "", arxiv: "", primary: "", bib: "", page: "",
    links: [], places: [], findings: [], code: [],
    ...line,
    kinds: words.kinds[line.kinds].split(" "),
    title: columns.title[i],
    authors: authors.map((whole_, n) => {
      if (line.names?.[n]) return line.names[n];
      const cut = whole_.lastIndexOf(" ");
      return cut < 0 ? [whole_, "", ""] : [whole_.slice(cut + 1), whole_.slice(0, cut), ""];
    }),
    year: columns.year[i],
    venue: words.venue[columns.venue[i]],
    published: columns.published[i],
    isPublished: Boolean(line.published),
    categories: many("category"),
    lists: many("list"),
    sections: many("section"),
    stars: columns.stars[i],
    pushed: columns.pushed[i],
    health: words.health[columns.health[i]],
    abstract: abstracts()[i],
  };
}

// --- search ----------------------------------------------------------------------------------

const FUZZY_WORDS = 3;
const fuzzy = new uFuzzy({ intraMode: 1 });
const plainText = (text) => (/[^\x00-\x7f]/.test(text) ? uFuzzy.latinize(text) : text);
const haystack = columns.title.map((title, i) =>
  plainText(`${title} ${columns.authors[i].replaceAll("\n", ", ")} ${words.venue[columns.venue[i]]}`));

// Everything in lower case, abstracts too: they join it when nothing else is to do.
const texts = later(() => haystack.map((text) => text.toLowerCase()));

async function addAbstracts() {
  await whole;
  const parts = abstracts();
  for (let i = 0; i < count; i += 2000) {
    await new Promise((resolve) => setTimeout(resolve));
    for (let n = i; n < Math.min(i + 2000, count); n++) {
      if (parts[n]) texts()[n] += ` ${plainText(parts[n]).toLowerCase()}`;
    }
  }
  document.documentElement.dataset.searches = "abstracts";
}

function having(parts) {
  const all = [];
  for (const [i, text] of texts().entries()) if (parts.every((part) => text.includes(part))) all.push(i);
  return all;
}

// The papers that have all the words, the best first; null where nothing is searched for. Slips of
// the finger are forgiven in titles, authors and venues; in abstracts they would find too much.
function found(query) {
  const needle = plainText(query.trim());
  if (!needle) return null;
  const parts = needle.toLowerCase().split(/\s+/);
  const exact = having(parts);
  // uFuzzy knows the letters of Latin alone, and tries each order of the words.
  if (/[^\x00-\x7f]/.test(needle) || parts.length > FUZZY_WORDS) return exact;
  const [indexes, info, order] = fuzzy.search(haystack, needle, FUZZY_WORDS, 1000);
  const near = order ? order.map((n) => info.idx[n]) : indexes || [];
  const known = new Set(near);
  return [...near, ...exact.filter((i) => !known.has(i))];
}

// --- choice ----------------------------------------------------------------------------------

// Which papers pass all facets, and how many papers each choice would leave.
function chosen(candidates, state) {
  const wanted = FACETS.map((facet) => {
    if (!state[facet.name]) return null;
    if (facet.word) return (value) => facet.word(value) === state[facet.name];
    const number = words[facet.name].indexOf(state[facet.name]);
    return (value) => value === number;
  });
  const active = FACETS.map((facet, n) => n).filter((n) => wanted[n]);
  const passes = (n, i) => {
    const value = columns[FACETS[n].name][i];
    return Array.isArray(value) ? value.some(wanted[n]) : wanted[n](value);
  };
  const shown = [];
  const nearly = FACETS.map(() => []);
  for (const i of candidates) {
    let failed = -1;
    let failures = 0;
    for (const n of active) {
      if (!passes(n, i)) {
        failed = n;
        if (++failures > 1) break;
      }
    }
    if (!failures) shown.push(i);
    else if (failures === 1) nearly[failed].push(i);
  }
  return { shown, nearly };
}

function choicesOf(facet, indexes) {
  const numbers = new Map();
  const column = columns[facet.name];
  for (const i of indexes) {
    const value = column[i];
    for (const one of Array.isArray(value) ? value : [value]) numbers.set(one, (numbers.get(one) || 0) + 1);
  }
  const choices = [...numbers].map(([value, number]) => [word(facet, value), number]).filter(([text]) => text);
  if (facet.name === "year") choices.sort((a, b) => (a[0] < b[0] ? 1 : -1));
  else choices.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return choices.slice(0, CHOICES_LIMIT).map(([text, number]) => [text, text, number]);
}

function ordered(indexes, sort) {
  const value = SORTS[sort]?.[1];
  if (!value) return indexes;
  const keys = new Map(indexes.map((i) => [i, value(i)]));
  return [...indexes].sort((a, b) => (keys.get(a) < keys.get(b) ? 1 : keys.get(a) > keys.get(b) ? -1 : a - b));
}

// --- the view --------------------------------------------------------------------------------

const catalogView = {
  name: "papers",
  shown: [],
  drawn: 0,

  build() {
    this.search = make("input", {
      type: "search", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
      placeholder: "Title, author, abstract, venue",
      input: () => change({ q: this.search.value, paper: "" }, true),
    });
    this.sort = make("select", { change: () => change({ sort: this.sort.value }) },
      Object.entries(SORTS)
        .filter(([name]) => name !== "added" || columns.added?.some(Boolean))
        .map(([name, [text]]) => make("option", { value: name }, text)));
    this.facets = FACETS.map((facet) => {
      const select = make("select", { change: () => change({ [facet.name]: select.value }) });
      return { facet, select, field: labelled(facet.label, select, `choose-${facet.name}`) };
    });
    this.number = make("p", { role: "status", class: "number" });
    this.body = make("tbody");
    this.more = button("", () => this.drawMore(true), { class: "more" });
    this.clear = button("Clear all", () => {
      change({ q: "", sort: "", paper: "", ...Object.fromEntries(FACETS.map(({ name }) => [name, ""])) });
      this.search.focus();
    });
    const filters = make("details", { class: "filters" }, make("summary", {}, "Filters"),
      make("div", { class: "fields" }, this.facets.map(({ field }) => field)));
    filters.open = matchMedia("(min-width: 60rem)").matches;
    this.exports = make("p", { class: "exports" }, make("span", {}, "Export what is shown: "),
      EXPORTS.map(([label, name, type, render]) => button(label, async () => {
        await whole;
        save(name, type, render(this.shown.map(paperAt)));
      })));
    const heads = ["Paper", "Year", "Stars", "Last push", "Links"];
    return make("section", { "aria-label": "Papers" },
      make("form", { role: "search", submit: (event) => event.preventDefault() },
        make("div", { class: "first" },
          labelled("Search", this.search, "search"), labelled("Sort by", this.sort, "sort"), this.clear),
        filters),
      make("div", { class: "over" }, this.number, this.exports),
      make("table", { class: "papers" },
        make("caption", { class: "announcer" }, "Papers"),
        make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
        this.body),
      this.more);
  },

  show(state) {
    if (this.search.value !== state.q) this.search.value = state.q;
    this.sort.value = state.sort;
    const candidates = found(state.q) ?? [...columns.title.keys()];
    const { shown, nearly } = chosen(candidates, state);
    this.shown = ordered(shown, state.sort);
    this.number.textContent = shown.length === count ? `${count} papers` : `${shown.length} of ${count} papers`;
    this.body.replaceChildren();
    this.drawn = 0;
    this.drawMore(false);
    if (state.paper) this.openKey(state.paper);
    clearTimeout(this.timer);
    const counts = () => {
      for (const [n, { facet, select, field }] of this.facets.entries()) {
        const choices = choicesOf(facet, [...shown, ...nearly[n]]);
        fillChoices(select, "All", choices, state[facet.name]);
        field.hidden = choices.length < 2 && !state[facet.name];
      }
    };
    this.timer = setTimeout(counts, 60);
  },

  drawMore(byHand) {
    const next = this.shown.slice(this.drawn, this.drawn + AT_ONCE);
    const rows = next.map((i) => this.row(i));
    this.body.append(...rows);
    this.drawn += next.length;
    const left = this.shown.length - this.drawn;
    this.more.hidden = !left;
    this.more.textContent = `Show ${Math.min(left, AT_ONCE)} more`;
    if (!this.shown.length) {
      this.body.append(make("tr", {}, make("td", { colspan: 5 }, "Nothing matches. Fewer words or filters may.")));
    }
    if (byHand) rows[0]?.querySelector("button").focus();
    clearTimeout(this.coinsTimer);
    this.coinsTimer = setTimeout(() => this.addCoins(), 400);
  },

  // For reference managers, once nobody types: it takes each paper's line.
  async addCoins() {
    await whole;
    const rows = [...this.body.children].filter((row) => row.querySelector(".title"));
    for (const [n, row] of rows.entries()) {
      if (!row.querySelector(".Z3988")) row.firstChild.append(make("span", { class: "Z3988", title: coins(paperAt(this.shown[n])) }));
    }
    document.dispatchEvent(new Event("ZoteroItemUpdated", { bubbles: true }));
  },

  row(i) {
    const stars = columns.stars[i] < 0 ? "" : String(columns.stars[i]);
    const health = words.health[columns.health[i]];
    const year = String(columns.year[i] || "");
    const names = columns.authors[i].split("\n");
    const by = names.slice(0, 6).join(", ") + (names.length > 6 ? ", …" : "");
    const brief = [year, stars && `${stars} stars`, columns.pushed[i] && `pushed ${columns.pushed[i]}`,
      health && `links: ${health}`].filter(Boolean).join(" · ");
    const title = button(columns.title[i], () => this.toggle(row, i), { class: "title", "aria-expanded": "false" });
    const row = make("tr", {},
      make("td", {}, title,
        make("div", { class: "by" }, [by, words.venue[columns.venue[i]]].filter(Boolean).join(" · ")),
        make("div", { class: "brief" }, brief)),
      make("td", { class: "figure" }, year),
      make("td", { class: "figure" }, stars),
      make("td", { class: "figure" }, columns.pushed[i]),
      make("td", {}, verdictMark(health)));
    return row;
  },

  async toggle(row, i) {
    const title = row.querySelector(".title");
    const open = title.getAttribute("aria-expanded") === "true";
    title.setAttribute("aria-expanded", String(!open));
    if (open) {
      row.nextElementSibling.remove();
      change({ paper: "" }, true, true);
      return;
    }
    await whole;
    const paper = paperAt(i);
    row.after(make("tr", { class: "detail" }, make("td", { colspan: 5 }, detail(paper))));
    change({ paper: paper.key }, true, true);
  },

  async openKey(key) {
    await whole;
    const start = lines().findIndex((line) => JSON.parse(line).key === key);
    const at = this.shown.indexOf(start);
    if (at < 0) return;
    while (this.drawn <= at) this.drawMore(false);
    const row = [...this.body.children].filter((one) => !one.classList.contains("detail"))[at];
    if (row.querySelector(".title").getAttribute("aria-expanded") === "true") return;
    await this.toggle(row, start);
    row.scrollIntoView();
  },
};

function verdictMark(verdict) {
  return verdict ? make("span", { class: `verdict ${verdict}` }, verdict) : "";
}

function detail(paper) {
  const list = (title, items) =>
    items.length ? [make("h2", {}, title), make("ul", {}, items.map((item) => make("li", {}, item)))] : [];
  const cut = paper.abstract?.endsWith("…");
  const page = make("a", { href: `papers/${paper.page}` }, "Page of this paper");
  return make("div", {},
    paper.authors.length ? make("p", {}, paper.authors.map(wholeName).join(", ")) : null,
    paper.abstract ? make("p", {}, paper.abstract, cut ? " " : "", cut ? make("a", { href: `papers/${paper.page}` }, "all of it") : "") : null,
    make("p", { class: "actions" }, paper.href ? link(paper.href, "Read") : null, page,
      button("Copy BibTeX", () => copy(bibtex(paper), "BibTeX")),
      button("Copy CSL-JSON", () => copy(JSON.stringify([csl(paper)], null, 2), "CSL-JSON"))),
    list("Links", paper.links.map(([url, verdict, reason, role, places]) =>
      [link(url, url), " ", verdictMark(verdict), ` ${role}; ${places.join(", ")}${reason ? `. ${reason}` : ""}`])),
    list("Code", paper.code.map(([name, href, stars, pushed, archived]) =>
      [link(href, name), [stars === null ? "" : ` ${stars} stars`, pushed && ` last push ${pushed}`, archived ? " archived" : ""].filter(Boolean).join(",")])),
    list("In the lists", paper.places.map(([place, section]) => [place, section ? `: ${section}` : ""])),
    list("Findings", paper.findings.map(([severity, message, place]) => `${severity}: ${message} (${place})`)));
}
