"use strict";
// Elements, made of text: nothing that a list says is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function make(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function link(href, ...children) {
  if (!/^https?:\/\//i.test(href || "")) return make("span", {}, ...children);
  return make("a", { href, rel: "noopener noreferrer" }, ...children);
}

function button(text, click, attributes) {
  return make("button", { type: "button", click, ...attributes }, text);
}

// The choices of a select: value, words and number of each; the first choice is all.
function fillChoices(select, all, choices, chosen) {
  const known = choices.some(([value]) => value === chosen);
  const shown = chosen && !known ? [[chosen, chosen, 0], ...choices] : choices;
  select.replaceChildren(
    make("option", { value: "" }, all),
    ...shown.map(([value, words, number]) => make("option", { value }, `${words} (${number})`)),
  );
  select.value = chosen;
}

function labelled(words, control, name) {
  control.id = name;
  return make("div", { class: "field" }, make("label", { for: name }, words), control);
}

const announcer = make("p", { role: "status", class: "announcer" });

function announce(text) {
  announcer.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => (announcer.textContent = ""), 4000);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard without a secure origin or a permission: the older way does not ask.
    const area = make("textarea", { class: "announcer", "aria-label": "Text to copy" });
    area.value = text;
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    if (!done) return announce("The browser does not let this page copy.");
  }
  announce(`${what} copied.`);
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = make("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  announce(`${name} written.`);
}

const readData = (id) => JSON.parse(document.getElementById(id).textContent);

// What stands behind the script in the page is there once the page has been read.
const whole = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", resolve, { once: true });
});

function later(make_) {
  let made;
  return () => (made ??= make_());
}
