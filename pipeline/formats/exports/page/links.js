// The links that want somebody's eyes, as a list to work off.

const work = later(() => readData("link-data"));
const LINK_CHOICES = [
  { name: "verdict", label: "Verdict", of: (row) => [row.verdict] },
  { name: "where", label: "List", of: (row) => (row.places || []).map(([name]) => name) },
  { name: "host", label: "Host", of: (row) => [row.host] },
];
const placeText = ([name, line, column]) => `${name}:${line}:${column}`;

const linksView = {
  name: "links",
  shown: [],
  drawn: 0,

  build() {
    this.choices = LINK_CHOICES.map((choice) => {
      const select = make("select", { change: () => change({ [choice.name]: select.value }) });
      return { ...choice, select, field: labelled(choice.label, select, `link-${choice.name}`) };
    });
    this.number = make("p", { role: "status", class: "number" });
    this.body = make("tbody");
    this.more = button("", () => this.drawMore(true), { class: "more" });
    const all = button("Copy all replacements", () => copy(this.replacements(), "Replacements"));
    this.patchButtons = [
      button("", () => copy(this.patch(), "Patch"), { title: "What pipeline fix would write, for git apply" }),
      button("Save it", () => save("fix.patch", "text/x-diff", this.patch()), { "aria-label": "Save the patch" }),
    ];
    const heads = ["Link", "Verdict", "Failing since", "Instead"];
    return make("section", { "aria-label": "Links" },
      make("div", { class: "fields" }, this.choices.map(({ field }) => field)),
      make("div", { class: "over" }, this.number, make("p", { class: "exports" }, all, this.patchButtons)),
      make("table", { class: "links" },
        make("caption", { class: "announcer" }, "Links to look at"),
        make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
        this.body),
      this.more);
  },

  async show(state) {
    await whole;
    this.list = state.where;
    const repairs = this.patches().reduce((sum, [, number]) => sum + number, 0);
    this.patchButtons[0].textContent = `Copy the patch (${repairs} ${repairs === 1 ? "repair" : "repairs"})`;
    for (const one of this.patchButtons) one.hidden = !repairs;
    const passes = (row, except) =>
      this.choices.every((choice) => choice.name === except || !state[choice.name] || choice.of(row).includes(state[choice.name]));
    const rows = work().rows;
    this.shown = rows.filter((row) => passes(row));
    this.number.textContent = this.shown.length === rows.length ? `${rows.length} links` : `${this.shown.length} of ${rows.length} links`;
    for (const choice of this.choices) {
      const numbers = new Map();
      for (const row of rows.filter((one) => passes(one, choice.name))) {
        for (const value of new Set(choice.of(row))) numbers.set(value, (numbers.get(value) || 0) + 1);
      }
      const sorted = [...numbers].sort((a, b) => b[1] - a[1]).map(([value, number]) => [value, value, number]);
      fillChoices(choice.select, "All", sorted, state[choice.name]);
    }
    this.body.replaceChildren();
    this.drawn = 0;
    this.drawMore(false);
  },

  drawMore(byHand) {
    const rows = this.shown.slice(this.drawn, this.drawn + AT_ONCE).map((row) => this.row(row));
    this.body.append(...rows);
    this.drawn += rows.length;
    const left = this.shown.length - this.drawn;
    this.more.hidden = !left;
    this.more.textContent = `Show ${Math.min(left, AT_ONCE)} more`;
    if (!this.shown.length) this.body.append(make("tr", {}, make("td", { colspan: 4 }, "No such link.")));
    if (byHand) rows[0]?.querySelector("a, button")?.focus();
  },

  row(row) {
    const places = row.places || [];
    const since = row.since ? `${row.since}${row.failures > 1 ? `, ${row.failures} checks` : ""}` : "";
    return make("tr", {},
      make("td", {}, link(row.href, row.url),
        make("div", { class: "by" }, places.slice(0, 8).map(placeText).join(", "), places.length > 8 ? `, and ${places.length - 8} more` : "")),
      make("td", {}, verdictMark(row.verdict), make("div", { class: "by" }, row.reason || "")),
      make("td", { class: "since" }, since),
      make("td", {}, row.instead ? [link(row.instead, row.instead), " ",
        button("Copy", () => copy(row.instead, "Replacement"), { "aria-label": `Copy ${row.instead}` })] : "",
      (row.lines || []).slice(0, 8).map(([list, line, text]) => [" ",
        button(`Copy line ${line}`, () => copy(text, `Line ${line}`), { "aria-label": `Copy line ${line} of ${list} as it should be` })])));
  },

  // Text and number of repairs of the patch of the list that is chosen, else of each list.
  patches() {
    const found = work().patches;
    return Object.keys(found).filter((name) => !this.list || name === this.list).map((name) => found[name]);
  },

  patch() {
    return this.patches().map(([text]) => text).join("");
  },

  // Place, old and new address, with tabs between: what an editor or a script can follow.
  replacements() {
    return this.shown.filter((row) => row.instead)
      .flatMap((row) => (row.places || []).map((place) => `${placeText(place)}\t${row.url}\t${row.instead}\n`)).join("");
  },
};
