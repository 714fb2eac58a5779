// Keeps the demo's letters fresh and lets a code be copied with one press.
"use strict";

const EVERY_MS = 2000;

function prepare() {
  document.querySelectorAll("[data-copy]").forEach((key) => {
    if (!navigator.clipboard) return;
    key.hidden = false;
    key.addEventListener("click", async () => {
      await navigator.clipboard.writeText(key.dataset.copy);
      key.textContent = "Copied";
    });
  });
}

async function refresh() {
  const letters = document.getElementById("letters");
  if (document.hidden || letters.contains(document.activeElement) || letters.querySelector("details[open]")) return;
  const answer = await fetch("/demo/mail", { cache: "no-store", credentials: "same-origin" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("letters");
  if (fresh && fresh.textContent !== seen) {
    seen = fresh.textContent;
    letters.replaceChildren(...fresh.children);
    prepare();
  }
}

let seen = document.getElementById("letters").textContent;
prepare();
setInterval(refresh, EVERY_MS);
