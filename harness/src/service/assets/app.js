// Puts in place what has changed. The server renders everything, also for browsers without scripts; here
// only whole parts of its page are exchanged, so nothing that a peer sent is ever put together as HTML.
"use strict";

const EVERY = 2000;
const tools = document.getElementById("tools");
const filter = document.getElementById("filter");
const pause = document.getElementById("pause");
const state = document.getElementById("state");

let revision = Number(document.body.dataset.revision);
let paused = false;

function applyFilter() {
  const wanted = filter.value.trim().toLowerCase();
  for (const row of document.querySelectorAll("#connections tbody tr")) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
}

function say(text) {
  if (state.textContent !== text) {
    state.textContent = text;
  }
}

async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer;
}

async function refresh() {
  const status = await (await get("/status.json")).json();
  if (status.revision === revision) {
    return;
  }
  const page = new DOMParser().parseFromString(await (await get("/")).text(), "text/html");
  for (const part of ["policy", "accounts", "connections"]) {
    const [shown, next] = [document, page].map((whole) => whole.querySelector(`#${part} .live`));
    if (!shown.isEqualNode(next)) {
      shown.replaceWith(next);
    }
  }
  revision = Number(page.body.dataset.revision);
  document.body.dataset.revision = revision;
  applyFilter();
}

async function tick() {
  if (!paused && !document.hidden) {
    try {
      await refresh();
      say("up to date");
    } catch {
      say("no answer: the service has stopped, or is being restarted");
    }
  }
  setTimeout(tick, EVERY);
}

filter.addEventListener("input", applyFilter);
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  say(paused ? "paused" : "up to date");
});
tools.hidden = false;
setTimeout(tick, EVERY);
