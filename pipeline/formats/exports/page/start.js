// The views, and the address that names what is shown, so that it can be sent to somebody.

const VIEWS = [catalogView, linksView, picturesView];
const FIELDS = ["q", "sort", "paper", ...FACETS.map(({ name }) => name), ...LINK_CHOICES.map(({ name }) => name)];

function readState() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const state = Object.fromEntries(FIELDS.map((name) => [name, parameters.get(name) || ""]));
  state.view = VIEWS.some(({ name }) => name === parameters.get("view")) ? parameters.get("view") : "papers";
  if (!Object.hasOwn(SORTS, state.sort)) state.sort = "";
  return state;
}

function addressOf(state) {
  const parameters = new URLSearchParams();
  for (const name of FIELDS) if (state[name]) parameters.set(name, state[name]);
  if (state.view !== "papers") parameters.set("view", state.view);
  return `#${parameters}`;
}

let current = readState();
let addressTimer;

// Take a part of the state anew. Typing replaces the address, a choice is a step back and forth.
function change(part, replaces, silent) {
  current = { ...current, ...part };
  const address = addressOf(current);
  clearTimeout(addressTimer);
  // Browsers refuse more than some hundred changes of the address in half a minute.
  if (replaces) addressTimer = setTimeout(() => history.replaceState(null, "", address), silent ? 0 : 200);
  else if (location.hash !== address) history.pushState(null, "", address);
  if (!silent) show();
}

function show() {
  for (const view of VIEWS) view.element.hidden = view.name !== current.view;
  for (const anchor of document.querySelectorAll("#views a")) {
    const view = new URLSearchParams(anchor.hash.slice(1)).get("view");
    anchor.href = addressOf({ ...current, view, paper: "" });
    anchor.hash ||= "#view=papers";
    if (view === current.view) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  VIEWS.find(({ name }) => name === current.view).show(current);
}

for (const view of VIEWS) view.element = view.build();
document.getElementById("main").replaceChildren(...VIEWS.map(({ element }) => element), announcer);
document.getElementById("views").hidden = false;
const reread = () => { current = readState(); show(); };
addEventListener("hashchange", reread);
addEventListener("popstate", reread);
let resizeTimer;
addEventListener("resize", () => {
  clearTimeout(resizeTimer);
  resizeTimer = setTimeout(() => current.view === "pictures" && picturesView.show(current), 150);
});
document.addEventListener("keydown", (event) => {
  const typing = /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && current.view === "papers") {
    event.preventDefault();
    catalogView.search.focus();
  }
});
show();
performance.mark("usable");
addAbstracts();
