// Citations of what is shown, as `pipeline export` writes them (the tests compare both).

const SPECIAL = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "{": "\\textbraceleft{}", "}": "\\textbraceright{}",
  "&": "\\&", "%": "\\%", "#": "\\#", _: "\\_", $: "\\$",
};
const escaped = (text) => text.replace(/[\\~^{}&%#_$]/g, (char) => SPECIAL[char]);
const verbatim = (text) =>
  text.replace(/[\\{}\s]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

const isoDay = (paper) => (Number(paper.published.slice(0, 4)) === paper.year ? paper.published : "");

function bibAuthor([family, given, suffix]) {
  if (!given) return /\s/.test(family) ? `{${escaped(family)}}` : escaped(family);
  return [family, suffix, given].filter(Boolean).map(escaped).join(", ");
}

function bibtex(paper) {
  const kind = paper.kinds[0];
  const place = { article: "journal", inproceedings: "booktitle" }[kind] || "howpublished";
  const fields = [
    ["title", paper.bib || paper.title],
    ["author", paper.authors.map(bibAuthor).join(" and ")],
    [place, escaped(paper.venue)],
    ["year", String(paper.year || "")],
    ["eprint", paper.arxiv],
    ["archivePrefix", paper.arxiv && "arXiv"],
    ["primaryClass", escaped(paper.primary)],
    ["doi", verbatim(paper.doi)],
    ["url", verbatim(paper.url)],
    ["note", paper.withdrawn ? "Withdrawn" : ""],
  ];
  const lines = fields.filter(([, value]) => value)
    .map(([name, value]) => `  ${name.padEnd(13)} = {${value}},\n`);
  return `@${kind}{${paper.cite},\n${lines.join("")}}\n`;
}

function ris(paper) {
  const fields = [
    ["ID", paper.cite],
    ["TI", paper.title],
    ...paper.authors.map((name) => ["AU", name.filter(Boolean).join(", ")]),
    ["PY", String(paper.year || "")],
    ["DA", isoDay(paper).replaceAll("-", "/")],
    ["T2", paper.isPublished ? paper.venue : ""],
    ["PB", paper.arxiv && !paper.isPublished ? "arXiv" : ""],
    ["AN", paper.arxiv && `arXiv:${paper.arxiv}`],
    ["DO", paper.doi],
    ["UR", paper.url],
    ...paper.categories.map((category) => ["KW", category]),
    ["N1", paper.withdrawn ? "Withdrawn" : ""],
  ];
  const lines = fields.filter(([, value]) => value).map(([tag, value]) => `${tag}  - ${value}`);
  return [`TY  - ${paper.kinds[2]}`, ...lines, "ER  - ", "", ""].join("\r\n");
}

// COinS, by which Zotero takes a whole table: see coins.py.
function coins(paper) {
  const genres = { article: "article", inproceedings: "proceeding" };
  const fields = [
    ["ctx_ver", "Z39.88-2004"],
    ["rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"],
    ["rft.genre", genres[paper.kinds[0]] || (paper.arxiv && "preprint")],
    ["rft.atitle", paper.title],
    ["rft.jtitle", paper.isPublished ? paper.venue : ""],
    ["rft.date", isoDay(paper) || String(paper.year || "")],
    ...paper.authors.map(([family, given, suffix]) => ["rft.au", [family, suffix, given].filter(Boolean).join(", ")]),
    ["rft_id", paper.doi && `info:doi/${paper.doi}`],
    ["rft_id", paper.href],
  ];
  return fields.filter(([, value]) => value).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

function cslName([family, given, suffix]) {
  if (!given) return { literal: family };
  return suffix ? { family, given, suffix } : { family, given };
}

function csl(paper) {
  const day = isoDay(paper);
  const parts = day ? day.split("-").map(Number) : paper.year ? [paper.year] : null;
  const preprint = Boolean(paper.arxiv);
  const fields = {
    id: paper.cite,
    type: paper.kinds[1],
    genre: preprint && !paper.isPublished && "preprint",
    title: paper.title,
    author: paper.authors.map(cslName),
    issued: parts && { "date-parts": [parts] },
    "container-title": paper.isPublished && paper.venue,
    keyword: paper.categories.join(", "),
    DOI: paper.doi,
    URL: paper.url,
    number: preprint && `arXiv:${paper.arxiv}`,
    archive: preprint && "arXiv",
    archive_location: paper.arxiv,
    publisher: preprint && !paper.isPublished && "arXiv",
    version: paper.version && `v${paper.version}`,
    status: paper.withdrawn && "withdrawn",
  };
  const known = ([, value]) => value && !(Array.isArray(value) && !value.length);
  return Object.fromEntries(Object.entries(fields).filter(known));
}

// Text that a spreadsheet would run as a formula has an apostrophe in front.
function cell(value) {
  let text = String(value ?? "");
  if (/^[=+\-@\t\r]/.test(text) && typeof value !== "number") text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(papers) {
  const columns = {
    title: (paper) => paper.title,
    authors: (paper) => paper.authors.map((name) => wholeName(name)).join("; "),
    year: (paper) => paper.year || "",
    venue: (paper) => paper.venue,
    doi: (paper) => paper.doi,
    arxiv_id: (paper) => paper.arxiv,
    url: (paper) => paper.url,
    code: (paper) => paper.code[0]?.[0] || "",
    stars: (paper) => (paper.stars < 0 ? "" : paper.stars),
    pushed_at: (paper) => paper.pushed,
    links: (paper) => paper.health,
    lists: (paper) => paper.lists.join("; "),
    sections: (paper) => paper.sections.join("; "),
  };
  const rows = papers.map((paper) => Object.values(columns).map((value) => cell(value(paper))));
  return [Object.keys(columns), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

const wholeName = ([family, given, suffix]) => [given, family, suffix].filter(Boolean).join(" ");

const EXPORTS = [
  ["BibTeX", "papers.bib", "application/x-bibtex", (papers) => papers.map(bibtex).join("\n")],
  ["RIS", "papers.ris", "application/x-research-info-systems", (papers) => papers.map(ris).join("")],
  ["CSV", "papers.csv", "text/csv", csv],
];
