// Pictures of the papers that are shown, each with its figures as a table.

const COLOURS = 8;
const SERIES_LIMIT = 6;
const HEIGHT = 280;

function figuresTable(title, heads, rows) {
  return make("details", {}, make("summary", {}, "Figures"),
    make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `${title}: figures` },
      make("table", {},
        make("caption", { class: "announcer" }, title),
        make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, rows.map(([first, ...rest]) =>
          make("tr", {}, make("th", { scope: "row" }, String(first)),
            rest.map((value) => make("td", { class: "figure" }, String(value)))))))));
}

function figure(title, picture, heads, rows, legend) {
  const body = rows.length ? [picture, legend, figuresTable(title, heads, rows)] : [make("p", {}, "Nothing is known of that.")];
  return make("section", { class: "picture" }, make("h2", {}, title), body);
}

function legendOf(names) {
  if (names.length < 2) return null;
  return make("ul", { class: "legend" }, names.map((name, n) =>
    make("li", {}, draw("svg", { width: 12, height: 12, "aria-hidden": "true" },
      draw("rect", { width: 12, height: 12, class: `series${n % COLOURS}` })), ` ${name}`)));
}

function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value) || 1;
}

function frame(title, width, height, ...content) {
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}; the figures follow as a table` }, content);
}

// Columns from left to right, the series of each on top of each other.
function columnsChart(title, labels, series, width) {
  const [left, bottom, top] = [44, 24, 10];
  const totals = labels.map((_, n) => series.reduce((sum, { values }) => sum + values[n], 0));
  const most = niceTop(Math.max(...totals, 1));
  const step = (width - left) / Math.max(labels.length, 1);
  const y = (value) => HEIGHT - bottom - (value / most) * (HEIGHT - bottom - top);
  const every = Math.ceil(44 / step);
  const grid = [0, 0.5, 1].map((part) => [
    draw("line", { x1: left, x2: width, y1: y(most * part), y2: y(most * part), class: "grid" }),
    draw("text", { x: left - 6, y: y(most * part) + 4, "text-anchor": "end" }, String(most * part)),
  ]);
  const bars = labels.map((label, n) => {
    let below = 0;
    return series.map(({ name, values }, number) => {
      if (!values[n]) return null;
      const bar = draw("rect", {
        x: left + step * n + step * 0.1, width: step * 0.8, y: y(below + values[n]),
        height: y(below) - y(below + values[n]), class: `series${number % COLOURS}`,
      }, draw("title", {}, `${label}, ${name}: ${values[n]}`));
      below += values[n];
      return bar;
    });
  });
  const names = labels.map((label, n) => n % every ? null :
    draw("text", { x: left + step * (n + 0.5), y: HEIGHT - 6, "text-anchor": "middle" }, label));
  return frame(title, width, HEIGHT, grid.flat(), bars.flat(), names);
}

// Bars from top to bottom, each with its name above it.
function barsChart(title, labels, series, width) {
  const step = 40;
  const totals = labels.map((_, n) => series.reduce((sum, { values }) => sum + values[n], 0));
  const most = Math.max(...totals, 1);
  const x = (value) => (value / most) * (width - 60);
  const bars = labels.map((label, n) => {
    let before = 0;
    return [
      draw("text", { x: 0, y: step * n + 14 }, label),
      ...series.map(({ name, values }, number) => {
        if (!values[n]) return null;
        const bar = draw("rect", {
          x: x(before), width: Math.max(x(values[n]), 1), y: step * n + 20, height: 14, class: `series${number % COLOURS}`,
        }, draw("title", {}, `${label}, ${name}: ${values[n]}`));
        before += values[n];
        return bar;
      }),
      draw("text", { x: x(totals[n]) + 6, y: step * n + 32 }, String(totals[n])),
    ];
  });
  return frame(title, width, Math.max(step * labels.length, step), bars.flat());
}

// The series with the most, the others as one.
function tally(labels, pairs, limit = SERIES_LIMIT) {
  const position = new Map(labels.map((label, n) => [label, n]));
  const all = new Map();
  for (const [label, name] of pairs) {
    if (!position.has(label)) continue;
    if (!all.has(name)) all.set(name, labels.map(() => 0));
    all.get(name)[position.get(label)]++;
  }
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const series = [...all].map(([name, values]) => ({ name, values })).sort((a, b) => sum(b.values) - sum(a.values));
  if (series.length <= limit) return series;
  const others = series.slice(limit - 1);
  const values = labels.map((_, n) => sum(others.map((one) => one.values[n])));
  return [...series.slice(0, limit - 1), { name: `${others.length} others`, values }];
}

function yearsOf(values) {
  const years = values.filter(Boolean).map(Number);
  if (!years.length) return [];
  const last = years.reduce((a, b) => Math.max(a, b));
  const first = Math.max(years.reduce((a, b) => Math.min(a, b)), last - 29);
  return Array.from({ length: last - first + 1 }, (_, n) => String(first + n));
}

const tableOf = (labels, series) => labels.map((label, n) => [label, ...series.map(({ values }) => values[n])]);

const PICTURES = {
  "Papers over time, by section"(indexes, width, title) {
    const labels = yearsOf(indexes.map((i) => columns.year[i]));
    const section = (i) => words.section?.[columns.section[i][0]]?.split(" / ").at(-1) || "(no section)";
    const series = tally(labels, indexes.map((i) => [String(columns.year[i]), section(i)]));
    const names = series.map(({ name }) => name);
    return figure(title, columnsChart(title, labels, series, width), ["Year", ...names], tableOf(labels, series), legendOf(names));
  },

  "Stars against age"(indexes, width, title) {
    const points = indexes.filter((i) => columns.stars[i] >= 0 && columns.published[i])
      .map((i) => ({ i, time: Date.parse(columns.published[i]), stars: columns.stars[i] }));
    const times = points.map(({ time }) => time);
    const [first, last] = [times.reduce((a, b) => Math.min(a, b), Infinity), times.reduce((a, b) => Math.max(a, b), -Infinity)];
    const power = Math.ceil(Math.log10(points.reduce((most, { stars }) => Math.max(most, stars), 9) + 1));
    const x = (time) => 50 + ((time - first) / Math.max(last - first, 1)) * (width - 60);
    const y = (stars) => HEIGHT - 28 - (Math.log10(stars + 1) / power) * (HEIGHT - 40);
    const grid = Array.from({ length: power + 1 }, (_, n) => n ? 10 ** n : 0).map((value) => [
      draw("line", { x1: 46, x2: width, y1: y(value), y2: y(value), class: "grid" }),
      draw("text", { x: 40, y: y(value) + 4, "text-anchor": "end" }, value >= 1000 ? `${value / 1000}k` : String(value)),
    ]);
    const ends = points.length ? [
      draw("text", { x: 46, y: HEIGHT - 6 }, columns.published[points[times.indexOf(first)].i]),
      draw("text", { x: width - 4, y: HEIGHT - 6, "text-anchor": "end" }, columns.published[points[times.indexOf(last)].i])] : [];
    const dots = points.map(({ i, time, stars }) => draw("circle", { cx: x(time), cy: y(stars), r: 3.5, class: "dot" },
      draw("title", {}, `${columns.title[i]}: ${stars} stars, ${columns.published[i]}`)));
    const years = yearsOf(points.map(({ i }) => columns.published[i].slice(0, 4)));
    const rows = years.map((year) => {
      const stars = points.filter(({ i }) => columns.published[i].startsWith(year)).map((one) => one.stars).sort((a, b) => a - b);
      return stars.length ? [year, stars.length, stars[stars.length >> 1], stars.at(-1)] : [year, 0, "", ""];
    });
    return figure(title, frame(title, width, HEIGHT, grid.flat(), dots, ends), ["Published", "With code", "Median of the stars", "Most stars"], rows);
  },

  "Links by host"(indexes, width, title) {
    const hosts = work().hosts;
    const labels = hosts.map(([host]) => host);
    const verdicts = [...new Set(hosts.flatMap(([, counts]) => Object.keys(counts)))]
      .sort((a, b) => hosts.reduce((sum, [, counts]) => sum + (counts[b] || 0) - (counts[a] || 0), 0));
    const series = verdicts.map((name) => ({ name, values: hosts.map(([, counts]) => counts[name] || 0) }));
    return figure(title, barsChart(title, labels, series, width), ["Host", ...verdicts], tableOf(labels, series), legendOf(verdicts));
  },

  "Last push of the code"(indexes, width, title) {
    const pushed = indexes.map((i) => columns.pushed[i].slice(0, 4));
    const labels = yearsOf(pushed);
    const series = tally(labels, pushed.map((year) => [year, "papers"]));
    return figure(title, columnsChart(title, labels, series, width), ["Year", "Papers"], tableOf(labels, series));
  },

  "How entries were identified"(indexes, width, title) {
    const labels = [...new Set(indexes.map((i) => words.found[columns.found[i]]))];
    const series = tally(labels, indexes.map((i) => [words.found[columns.found[i]], "papers"]));
    return figure(title, barsChart(title, labels, series, width), ["Identified", "Papers"], tableOf(labels, series));
  },
};

const picturesView = {
  name: "pictures",

  build() {
    this.note = make("p", { class: "number" });
    this.body = make("div", { class: "pictures" });
    return make("section", { "aria-label": "Pictures" }, this.note, this.body);
  },

  async show(state) {
    await whole;
    const { shown } = chosen(found(state.q) ?? [...columns.title.keys()], state);
    this.note.textContent = shown.length === count ? `All ${count} papers.`
      : `The ${shown.length} papers that the search and filters leave of ${count}; the hosts are those of all links.`;
    const width = Math.max(280, Math.min(this.body.clientWidth, 640));
    this.body.replaceChildren(...Object.entries(PICTURES).map(([title, picture]) => picture(shown, width, title)));
  },
};
